package webhook_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/webhook"
)

func TestKindAndAnswer(t *testing.T) {
	const xml = "<Response></Response>"
	deliveryReport := form(report("u", "sent")...)
	for name, tc := range map[string]struct {
		method, path, contentType, body string
		kind                            webhook.Kind
		answer, answerType              string
		problem                         bool
	}{
		"delivery report":               {"POST", "/sms/delivery-report", formType, deliveryReport, webhook.DeliveryReport, "", "text/plain", false},
		"the path decides":              {"POST", "/sms/delivery-report", formType, "Text=hi&MessageUUID=u", webhook.DeliveryReport, "", "text/plain", false},
		"without MessageUUID":           {"POST", "/sms/delivery-report", formType, "To=1", webhook.DeliveryReport, "", "text/plain", false},
		"not a form":                    {"POST", "/sms/delivery-report", "text/plain", "hello", webhook.DeliveryReport, "", "text/plain", true},
		"JSON":                          {"POST", "/sms/delivery-report", "application/json", `{"MessageUUID":"u","Status":"sent"}`, webhook.DeliveryReport, "", "text/plain", false},
		"an empty body":                 {"POST", "/sms/delivery-report", formType, "", webhook.DeliveryReport, "", "text/plain", true},
		"inbound":                       {"POST", "/sms/inbound", formType, "MessageUUID=u&Text=hi", webhook.Inbound, xml, "application/xml", false},
		"inbound by GET":                {"GET", "/sms/inbound?MessageUUID=u&Text=hi", "", "", webhook.Inbound, xml, "application/xml", false},
		"a slash at the end":            {"POST", "/sms/inbound/", formType, "a=1", webhook.Inbound, xml, "application/xml", false},
		"a report on another path":      {"POST", "/my/path", formType, deliveryReport, webhook.DeliveryReport, "", "text/plain", false},
		"an inbound on another path":    {"POST", "/my/path", formType, "MessageUUID=u&From=1&To=2&Text=", webhook.Inbound, xml, "application/xml", false},
		"an MMS without text":           {"POST", "/my/path", formType, "MessageUUID=u&From=1&To=2&Media0=x", webhook.Inbound, xml, "application/xml", false},
		"a report on another path, GET": {"GET", "/my/path?" + deliveryReport, "", "", webhook.DeliveryReport, "", "text/plain", false},
		"an inbound with a status":      {"POST", "/my/path", formType, "MessageUUID=u&From=1&To=2&Text=hi&Status=received", webhook.Inbound, xml, "application/xml", false},
		"only numbers":                  {"POST", "/my/path", formType, "MessageUUID=u&From=1&To=2", webhook.Other, "", "text/plain", false},
		"an empty status":               {"POST", "/my/path", formType, "MessageUUID=u&Status=", webhook.Other, "", "text/plain", false},
		"text without UUID":             {"POST", "/my/path", formType, "From=1&To=2&Text=hi", webhook.Other, "", "text/plain", false},
		"PUT of a report":               {"PUT", "/sms/delivery-report", formType, deliveryReport, webhook.Other, "", "text/plain", false},
		"PATCH of an inbound":           {"PATCH", "/my/path", formType, "MessageUUID=u&From=1&To=2&Text=hi", webhook.Other, "", "text/plain", false},
		"DELETE of an inbound":          {"DELETE", "/sms/inbound", "", "", webhook.Other, "", "text/plain", false},
		"another with a message UUID":   {"POST", "/my/path", formType, "MessageUUID=u&From=1", webhook.Other, "", "text/plain", false},
		"without UUID":                  {"POST", "/my/path", formType, "Status=sent&Text=hi", webhook.Other, "", "text/plain", false},
		"any path and method":           {"DELETE", "/favicon.ico", "", "", webhook.Other, "", "text/plain", false},
		"PUT":                           {"PUT", "/x", formType, "a=1", webhook.Other, "", "text/plain", false},
		"no known path but near one":    {"POST", "/SMS/inbound", formType, "a=1", webhook.Other, "", "text/plain", false},
		"health is for reading":         {"POST", "/health", formType, "a=1", webhook.Other, "", "text/plain", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, webhook.Config{})
			r := post(t, s.url+tc.path, tc.contentType, tc.body)
			r.Method = tc.method
			status, body, header := do(t, r)
			if status != 200 || body != tc.answer || !strings.HasPrefix(header.Get("Content-Type"), tc.answerType) {
				t.Errorf("answered %d %q as %q", status, body, header.Get("Content-Type"))
			}
			c := s.recorder.last(t)
			if c.Kind != tc.kind || c.Method != tc.method || string(c.Body) != tc.body || (c.Problem != "") != tc.problem {
				t.Errorf("kind %q, method %q, body %q, problem %q", c.Kind, c.Method, c.Body, c.Problem)
			}
		})
	}
}

func TestHeadAndOptionsAreCaptured(t *testing.T) {
	s := start(t, webhook.Config{})
	r, _ := http.NewRequest(http.MethodHead, s.url+"/sms/inbound?a=1", nil)
	if status, _, _ := do(t, r); status != 200 {
		t.Errorf("HEAD: status %d", status)
	}
	if c := s.recorder.last(t); c.Method != "HEAD" || c.Kind != webhook.Other || len(c.Report.Params) != 1 {
		t.Errorf("HEAD: %+v", c)
	}
	raw(t, s.addr, "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")
	if c := s.recorder.last(t); c.Method != "OPTIONS" || c.Kind != webhook.Other {
		t.Errorf("OPTIONS: %+v", c)
	}
	raw(t, s.addr, "CONNECT h:1 HTTP/1.1\r\nHost: h:1\r\n\r\n")
	if c := s.recorder.last(t); c.Method != "CONNECT" || c.Kind != webhook.Other {
		t.Errorf("CONNECT: %+v", c)
	}
}

func TestAChunkedBodyIsABody(t *testing.T) {
	s := start(t, webhook.Config{})
	resp := raw(t, s.addr, "POST /sms/inbound HTTP/1.1\r\nHost: h\r\nContent-Type: "+formType+
		"\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nText=h\r\n1\r\ni\r\n0\r\nTrailer: x\r\n\r\n")
	c := s.recorder.last(t)
	if resp.StatusCode != 200 || string(c.Body) != "Text=hi" || c.Truncated {
		t.Errorf("status %d, body %q", resp.StatusCode, c.Body)
	}
}

func TestABodyOfExactlyTheLimitIsWhole(t *testing.T) {
	s := start(t, webhook.Config{Limits: webhook.Limits{Body: 10}})
	for _, chunked := range []bool{false, true} {
		r := post(t, s.url+"/x", formType, "Text=12345")
		if chunked {
			r.ContentLength = -1
		}
		if status, _, _ := do(t, r); status != 200 || s.recorder.last(t).Truncated {
			t.Errorf("chunked %v: status %d", chunked, status)
		}
	}
}

func TestHealth(t *testing.T) {
	s := start(t, webhook.Config{Version: "v1.2.3", PublicURLs: []string{"https://h.example/hooks"}})
	do(t, post(t, s.url+"/sms/inbound", formType, "a=1"))
	for _, path := range []string{"/health", "/health?probe=1", "/hooks/health"} {
		r, _ := http.NewRequest(http.MethodGet, s.url+path, nil)
		status, body, _ := do(t, r)
		var got map[string]any
		if err := json.Unmarshal([]byte(body), &got); err != nil {
			t.Fatal(err)
		}
		if status != 200 || got["status"] != "ok" || got["version"] != "v1.2.3" || got["received"] != 1.0 || got["stored"] != 1.0 {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if n := len(s.recorder.callbacks()); n != 1 {
		t.Errorf("%d recorded: a health check is no callback", n)
	}
}
