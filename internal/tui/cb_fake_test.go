package tui

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// allCallbacks are those that the list of callbacks can show, oldest first. One without an identity is
// of the messages' detail alone.
func (c *fakeCore) allCallbacks() []webhook.Callback {
	all := slices.Clone(c.strangers)
	for _, of := range c.callbacks {
		for _, cb := range of {
			if cb.ID > 0 {
				all = append(all, cb)
			}
		}
	}
	slices.SortFunc(all, func(a, b webhook.Callback) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

// takes knows the two filter words that the tests need.
func takes(f store.Filter, cb webhook.Callback) bool {
	key, list, _ := strings.Cut(f.String(), ":")
	switch key {
	case "":
		return true
	case "uuid":
		return strings.HasPrefix(cb.Report.MessageUUID(), strings.Trim(list, `"`))
	default:
		return slices.Contains(strings.Split(list, ","), string(cb.Report.Status()))
	}
}

func (c *fakeCore) Callbacks(ctx context.Context, w store.Window) ([]webhook.Callback, error) {
	c.calls.Add(1)
	if c.asked != nil {
		c.asked(ctx)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failReads != nil {
		return nil, c.failReads
	}
	var out []webhook.Callback
	for _, cb := range c.allCallbacks() {
		if cb.ID > w.After && (w.Before == 0 || cb.ID < w.Before) && takes(w.Filter, cb) {
			out = append(out, cb)
		}
	}
	if !w.Oldest && (w.After == 0 || w.Before > 0) {
		slices.Reverse(out)
	}
	if w.Limit > 0 {
		out = out[:min(len(out), w.Limit)]
	}
	return out, nil
}

// formOf is the body of parameters.
func formOf(params []signature.Param) []byte {
	pairs := make([]string, len(params))
	for i, p := range params {
		pairs[i] = url.QueryEscape(p.Name) + "=" + url.QueryEscape(p.Value)
	}
	return []byte(strings.Join(pairs, "&"))
}

// requestOf is a callback as the server would store it, read from its body.
func requestOf(id int64, kind webhook.Kind, method, path, contentType string, body []byte) webhook.Callback {
	const base = "http://127.0.0.1:4141"
	c := webhook.Callback{
		ID: id, ReceivedAt: testNow.Add(time.Duration(id-300) * 1500 * time.Millisecond), Kind: kind, Method: method,
		URL: base + path, ReceivedURL: base + path, Protocol: "HTTP/1.1", RemoteAddr: "127.0.0.1:50412",
		Header: http.Header{"User-Agent": {"Plivo"}, "Accept": {"*/*"}}, Body: body,
		Verdict: signature.Result{Outcome: signature.Missing},
	}
	if contentType != "" {
		c.Header.Set("Content-Type", contentType)
	}
	c.Answer = webhook.Answer{Status: 200, At: c.ReceivedAt.Add(3200 * time.Microsecond)}
	var params []signature.Param
	params, c.Problem = webhook.ParseParams(method, path, contentType, body)
	c.Report = plivo.NewReport(params)
	return c
}

// signed signs a callback for a URL.
func signed(c webhook.Callback, url string) webhook.Callback {
	params := c.Report.Params
	if c.Method == http.MethodGet {
		params = nil
	}
	sig, err := signature.Sign(testToken, signature.V3, c.Method, url, testNonce, params)
	if err != nil {
		panic(err)
	}
	c.Header.Set("X-Plivo-Signature-V3", sig)
	c.Header.Set("X-Plivo-Signature-V3-Nonce", testNonce)
	c.Verdict = valid
	if url != c.URL {
		c.Verdict, c.Cause = signature.Result{Outcome: signature.Invalid, Scheme: signature.V3, Header: "X-Plivo-Signature-V3"}, "slash"
	}
	return c
}

const formType = "application/x-www-form-urlencoded"

// wholeReport is a delivery report with every parameter that Plivo names.
func wholeReport(status, code string, seq int) []signature.Param {
	const uuid = "5b40a428-0000-4000-8000-000000000001"
	all := []signature.Param{
		{Name: "MessageUUID", Value: uuid},
		{Name: "From", Value: "14155550100"},
		{Name: "To", Value: "15005550030"},
		{Name: "Type", Value: "sms"},
		{Name: "Status", Value: status},
		{Name: "Units", Value: "1"},
		{Name: "TotalRate", Value: "0.00250"},
		{Name: "TotalAmount", Value: "0.00250"},
		{Name: "MCC", Value: "310"},
		{Name: "MNC", Value: "004"},
		{Name: "ErrorCode", Value: code},
		{Name: "Sequence", Value: strconv.Itoa(seq)},
		{Name: "MessageTime", Value: "2026-07-14 12:02:46.244057"},
		{Name: "QueuedTime", Value: "2026-07-14 12:02:46.301882"},
		{Name: "SentTime", Value: "2026-07-14 12:02:46.508110"},
	}
	if seq == 3 {
		all = append(all, signature.Param{Name: "DeliveryReportTime", Value: "2026-07-14 12:02:47.190004"})
	}
	return append(all, signature.Param{Name: "ParentMessageUUID", Value: uuid}, signature.Param{Name: "PartInfo"},
		signature.Param{Name: "requester_ip", Value: "192.0.2.1"}, signature.Param{Name: "PowerpackUUID"}, signature.Param{Name: "Carrier", Value: "Example Mobile"})
}

// stockRequests is one request of each kind that the list of callbacks has to show, oldest first.
func stockRequests(c *fakeCore) {
	report := func(id int64, status, code string, seq int) webhook.Callback {
		return requestOf(id, webhook.DeliveryReport, "POST", "/sms/delivery-report", formType, formOf(wholeReport(status, code, seq)))
	}
	sent := signed(report(201, "sent", "", 2), reportURL)
	sent.Arrival.OutOfOrder = true
	failed := signed(report(202, "undelivered", "30", 3), reportURL)
	failed.Header["X-Forwarded-For"] = []string{"203.0.113.7", "198.51.100.2"}
	wrong := signed(report(203, "undelivered", "30", 3), reportURL+"/")
	wrong.Arrival = plivo.Arrival{Duplicate: true, AfterTerminal: true}
	inbound := signed(requestOf(204, webhook.Inbound, "GET", "/sms/inbound?From=14155550177&To=14155550100&Text=Is+the+table+free%3F&Type=sms&MessageUUID=6c51b539-0000-4000-8000-000000000004", "", nil),
		"http://127.0.0.1:4141/sms/inbound?From=14155550177&To=14155550100&Text=Is+the+table+free%3F&Type=sms&MessageUUID=6c51b539-0000-4000-8000-000000000004")
	asJSON := requestOf(205, webhook.DeliveryReport, "POST", "/sms/delivery-report?tag=spring", "application/json", []byte(`{"MessageUUID":"5b40a428-0000-4000-8000-000000000001","Status":"delivered","Units":1,"Extra":{"a":[1,2]}}`))
	scan := requestOf(206, webhook.Other, "PUT", "/wp-login.php", "application/octet-stream", []byte("\x00\x01\xff\xfePK\x03\x04'binary' %d \\"))
	scan.RemoteAddr = "198.51.100.99:1025"
	hostile := requestOf(207, webhook.Other, "POST", "/\u202egnp.exe?q=\x1b[2J", formType, []byte("Te%1bxt=%1b[31mred%e2%80%ae&Status=%ff%00&k=1%ef%b8%8f%e2%83%a3&plain=\x1b]0;owned\x07"))
	hostile.Header["X-\x1b[31m"] = []string{"\x9b31m\u202e", ""}
	hostile.Problem, hostile.RemoteAddr, hostile.Protocol = "A name has \x1b in it.", "\u202e127.0.0.1", "HTTP/\x1b9"
	long := requestOf(208, webhook.Other, "POST", "/sms/delivery-report", "text/plain", []byte(strings.Repeat("a line without an end ", 3000)))
	long.Body = long.Body[:64<<10]
	long.Truncated, long.Answer.Status, long.Report = true, 413, plivo.Report{}
	long.Verdict, long.Problem = signature.Result{Outcome: signature.Unchecked}, "The body was longer than the 65536 bytes that are kept, so its parameters are incomplete."
	last := signed(report(209, "delivered", "000", 4), reportURL)
	last.Answer.Status = 503
	c.strangers = []webhook.Callback{sent, failed, wrong, inbound, asJSON, scan, hostile, long, last}
	for _, cb := range c.strangers {
		c.cases[cb.ID] = signature.Case{
			Request:     signature.Request{Method: cb.Method, URL: cb.URL, Header: cb.Header, Params: cb.Report.Params},
			ReceivedURL: cb.ReceivedURL, Body: cb.Body, Tokens: []signature.Token{testToken},
		}
	}
}

// onCallback goes to the list of callbacks and selects one.
func (d *driver) onCallback(id int64) {
	d.t.Helper()
	d.keys("2", "g")
	for range 60 {
		if c, ok := d.m.requests.selected(); ok && c.ID == id {
			return
		}
		d.keys("j")
	}
	d.t.Fatalf("callback %d is not in the list:\n%s", id, d.screen())
}

// onRequests goes to the list of callbacks, and presses keys there.
func onRequests(keys ...string) func(*driver) {
	return func(d *driver) {
		stockRequests(d.core)
		d.keys(append([]string{"2"}, keys...)...)
	}
}

// openedAt opens a callback, and presses keys there.
func openedAt(id int64, keys ...string) func(*driver) {
	return func(d *driver) {
		stockRequests(d.core)
		d.onCallback(id)
		d.keys(append([]string{"enter"}, keys...)...)
	}
}

// compared compares two callbacks, and presses keys there.
func compared(a, b int64, keys ...string) func(*driver) {
	return func(d *driver) {
		stockRequests(d.core)
		for _, id := range []int64{a, b} {
			d.onCallback(id)
			d.keys("space")
		}
		d.keys(append([]string{"="}, keys...)...)
	}
}
