package simulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

func TestSendAnswersAsPlivo(t *testing.T) {
	b := newBench(t, simulator.Options{})
	status, header, body := b.call("POST", "Message/", `{"src":"+1 (415) 555-0100","dst":"+1-415-555-0123<x1","text":"hi","trackable":true,"log":"false","message_expiry":5,"dlt_entity_id":"1"}`, nil)
	if status != 202 || header.Get("Content-Type") != "application/json" {
		t.Errorf("the answer is %d %s", status, header.Get("Content-Type"))
	}
	const uuid = `[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}`
	want := `^\{"api_id":"` + uuid + `","message":"message\(s\) queued","message_uuid":\["` + uuid + `"\],"invalid_number":\["x1"\]\}$`
	if !regexp.MustCompile(want).MatchString(body) {
		t.Errorf("the body is %s", body)
	}
}

func TestCredentials(t *testing.T) {
	b := newBench(t, simulator.Options{})
	for name, change := range map[string]func(*http.Request){
		"none":              func(r *http.Request) { r.Header.Del("Authorization") },
		"a wrong token":     func(r *http.Request) { r.SetBasicAuth(b.AuthID(), b.AuthToken()+"x") },
		"an empty token":    func(r *http.Request) { r.SetBasicAuth(b.AuthID(), "") },
		"another account":   func(r *http.Request) { r.SetBasicAuth("MAOTHER0000000000001", b.AuthToken()) },
		"a bearer":          func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+b.AuthToken()) },
		"token in auth id":  func(r *http.Request) { r.SetBasicAuth(b.AuthID()+b.AuthToken(), "") },
		"not even a scheme": func(r *http.Request) { r.Header.Set("Authorization", b.AuthToken()) },
	} {
		status, header, body := b.call("GET", "Message/", "", change)
		if status != 401 || !strings.HasPrefix(header.Get("Content-Type"), "text/plain") || json.Valid([]byte(body)) || header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: the answer is %d %s %q", name, status, header.Get("Content-Type"), body)
		}
	}
	other, err := api.New(api.Config{AuthID: "MAOTHER0000000000001", AuthToken: b.AuthToken(), BaseURL: b.url})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	if _, err := other.Send(t.Context(), b.draft("+14155550123"), nil); asAPIError(t, err).Kind != api.Credentials {
		t.Errorf("another account: error is %v", err)
	}
}

func TestPathsAndMethods(t *testing.T) {
	b := newBench(t, simulator.Options{})
	tests := []struct {
		method, path string
		status       int
		body         string // a part of it
	}{
		{"GET", "Message/5b40a428-bfc7-4daf-9d06-726c558bf3b8/", 404, `{}`},
		{"GET", "Nonsense/", 404, `{}`},
		{"GET", "../MAOTHER0000000000001/Message/", 404, `{}`},
		{"PUT", "Message/", 405, `"error":"method not allowed"`},
		{"DELETE", "Message/5b40a428-bfc7-4daf-9d06-726c558bf3b8/", 405, `"api_id":"`},
		{"GET", "Number/14155550199/", 404, `{}`},
		{"POST", "Number/", 501, "POST of Number"},
		{"DELETE", "Number/14155550100/", 501, "DELETE of Number"},
		{"PUT", "Number/14155550100/", 405, "method not allowed"},
		{"GET", "Number/?renewal_date=2024-01-01", 501, "renewal_date"},
		{"POST", "Powerpack/", 501, "POST of Powerpack"},
		{"GET", "Powerpack/5b40a428-bfc7-4daf-9d06-726c558bf3b8/", 404, `{}`},
		{"GET", "NumberPool/5b40a428-bfc7-4daf-9d06-726c558bf3b8/Number/", 404, `{}`},
		{"GET", "Application/20000000000000000/", 404, `{}`},
		{"PUT", "Application/", 405, "method not allowed"},
		{"GET", "Media/", 501, "Media"},
		{"GET", "Message/5b40a428-bfc7-4daf-9d06-726c558bf3b8/Media/", 404, `{}`},
		{"DELETE", "Message/5b40a428-bfc7-4daf-9d06-726c558bf3b8/Media/", 501, "DELETE of Message Media"},
		{"POST", "", 501, "POST of Account"},
		{"PATCH", "", 405, "method not allowed"},
		{"GET", "Message/?subaccount=SA1", 400, "no subaccount"},
		{"GET", "Message/?from=14155550100", 501, "cannot filter messages by from"},
		{"GET", "Message/?limit=21", 400, "limit"},
		{"GET", "Message/?offset=-1", 400, "offset"},
	}
	for _, test := range tests {
		status, header, body := b.call(test.method, test.path, "", nil)
		if status != test.status || !strings.Contains(body, test.body) || header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: the answer is %d %s", test.method, test.path, status, body)
		}
		if status == 404 && body != "{}" {
			t.Errorf("%s %s: the body is %q, want {} and nothing else", test.method, test.path, body)
		}
		if status == 405 && header.Get("Allow") == "" {
			t.Errorf("%s %s: no Allow header", test.method, test.path)
		}
	}
}

func TestSendRefusals(t *testing.T) {
	b := newBench(t, simulator.Options{})
	many := make([]string, 1001)
	for i := range many {
		many[i] = fmt.Sprintf("1415%07d", i)
	}
	const ok = `"src":"14155550100","dst":"14155550123","text":"x"`
	tests := []struct {
		name, body string
		status     int
		says       string
	}{
		{"no JSON", `src=1`, 400, "JSON object"},
		{"an array", `[]`, 400, "JSON object"},
		{"null", `null`, 400, "JSON object"},
		{"no src", `{"dst":"14155550123","text":"x"}`, 400, "src is required"},
		{"src and powerpack", `{` + ok + `,"powerpack_uuid":"p"}`, 400, "not both"},
		{"a sender name too long", `{"src":"TwelveLetter","dst":"14155550123","text":"x"}`, 400, "11 characters"},
		{"a sender number too long", `{"src":"123456789012345","dst":"14155550123","text":"x"}`, 400, "14 digits"},
		{"src an object", `{"src":{"a":1},"dst":"14155550123","text":"x"}`, 400, "src must be a string"},
		{"no dst", `{"src":"14155550100","text":"x"}`, 400, "dst is required"},
		{"dst in national format", `{"src":"14155550100","dst":"0151 2345678","text":"x"}`, 400, "dst is not a valid number"},
		{"dst with commas", `{"src":"14155550100","dst":"14155550123,14155550124","text":"x"}`, 400, "dst is not a valid number"},
		{"dst too long", `{"src":"14155550100","dst":"141555501230000","text":"x"}`, 400, "dst is not a valid number"},
		{"too many dst", `{"src":"14155550100","dst":"` + strings.Join(many, "<") + `","text":"x"}`, 400, "1001 destinations"},
		{"src is dst", `{"src":"+14155550123","dst":"14155550123","text":"x"}`, 400, "identical to src"},
		{"no text", `{"src":"14155550100","dst":"14155550123"}`, 400, "text is required"},
		{"text too long", `{"src":"14155550100","dst":"14155550123","text":"` + strings.Repeat("x", 1601) + `"}`, 400, "at most 1600"},
		{"text too long in UCS-2", `{"src":"14155550100","dst":"14155550123","text":"` + strings.Repeat("ж", 738) + `"}`, 400, "at most 737"},
		{"a relative url", `{` + ok + `,"url":"/sms"}`, 400, "absolute http or https URL"},
		{"an ftp url", `{` + ok + `,"url":"ftp://127.0.0.1/"}`, 400, "absolute http or https URL"},
		{"a url elsewhere", `{` + ok + `,"url":"https://example.com/sms"}`, 400, "--allow-remote"},
		{"a url elsewhere by address", `{` + ok + `,"url":"http://192.0.2.1/"}`, 400, "--allow-remote"},
		{"a method", `{` + ok + `,"url":"http://127.0.0.1/","method":"PUT"}`, 400, "POST or GET"},
		{"expiry too short", `{` + ok + `,"message_expiry":4}`, 400, "5 to 10799"},
		{"expiry too long", `{` + ok + `,"message_expiry":"10800"}`, 400, "5 to 10799"},
		{"another type", `{` + ok + `,"type":"rcs"}`, 400, "none of sms, mms and whatsapp"},
		{"media in an SMS", `{` + ok + `,"media_urls":["http://x/"]}`, 400, "need a message of type mms"},
		{"media that is no URL", `{` + ok + `,"type":"mms","media_urls":["a.png"]}`, 400, "no http or https URL"},
		{"media that is no array", `{` + ok + `,"type":"mms","media_urls":"https://x/"}`, 400, "an array of URLs"},
		{"eleven files", `{` + ok + `,"type":"mms","media_urls":[` + strings.Repeat(`"https://x/",`, 10) + `"https://x/"]}`, 400, "at most 10"},
		{"two files in WhatsApp", `{` + ok + `,"type":"whatsapp","media_urls":["https://x/","https://y/"]}`, 400, "at most 1"},
		{"MMS abroad", `{"src":"14155550100","dst":"14155550123<447400123456","text":"x","type":"mms"}`, 400, "MMS cannot be sent from or to 447400123456"},
		{"MMS from a name", `{"src":"Plivo","dst":"14155550123","text":"x","type":"mms"}`, 400, "MMS cannot be sent from or to Plivo"},
		{"MMS of nothing", `{"src":"14155550100","dst":"14155550123","type":"mms"}`, 400, "text is required"},
		{"a template in an SMS", `{` + ok + `,"template":{"name":"a","language":"en"}}`, 400, "template needs a message of type whatsapp"},
		{"a template without a language", `{` + ok + `,"type":"whatsapp","template":{"name":"a"}}`, 400, "template needs language"},
		{"a location that is a string", `{` + ok + `,"type":"whatsapp","location":"here"}`, 400, "must be a JSON object"},
		{"WhatsApp by Powerpack", `{"powerpack_uuid":"p","dst":"14155550123","text":"x","type":"whatsapp"}`, 400, "needs src"},
		{"a WhatsApp text too long", `{"src":"14155550100","dst":"14155550123","type":"whatsapp","text":"` + strings.Repeat("é", 4097) + `"}`, 400, "at most 4096"},
		{"log", `{` + ok + `,"log":"some"}`, 400, "log must be one of"},
		{"trackable", `{` + ok + `,"trackable":"perhaps"}`, 400, "trackable must be one of"},
		{"DLT category", `{` + ok + `,"dlt_template_category":"ads"}`, 400, "dlt_template_category must be one of"},
		{"media IDs", `{` + ok + `,"type":"mms","media_ids":["m"]}`, 400, "media_ids must be an array of media IDs"},
		{"an answer posted elsewhere", `{` + ok + `,"callback_url":"http://192.0.2.1/"}`, 400, "callback_url is not on this machine"},
		{"an answer by PUT", `{` + ok + `,"callback_url":"http://127.0.0.1/","callback_method":"PUT"}`, 400, "callback_method must be POST or GET"},
		{"an unknown Powerpack", `{"powerpack_uuid":"3f2b0c1e-5b40-4a28-bfc7-9d06726c558b","dst":"14155550123","text":"x"}`, 400, "no Powerpack of this account"},
		{"a huge body", `{` + ok + `,"x":"` + strings.Repeat("x", 1<<20) + `"}`, 413, "1048576 bytes"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			status, _, body := b.call("POST", "Message/", test.body, nil)
			var e struct {
				APIID string `json:"api_id"`
				Error string `json:"error"`
			}
			if err := json.Unmarshal([]byte(body), &e); err != nil {
				t.Fatalf("the body is %q", body)
			}
			if status != test.status || len(e.APIID) != 36 || !strings.Contains(e.Error, test.says) {
				t.Errorf("the answer is %d %s, want %d and %q", status, body, test.status, test.says)
			}
		})
	}
	status, _, body := b.call("POST", "Message/", "src=1&dst=2&text=x", func(r *http.Request) { r.Header.Set("Content-Type", "application/x-www-form-urlencoded") })
	if status != 400 || !strings.Contains(body, "application/json") {
		t.Errorf("a form is answered %d %s", status, body)
	}
	if _, _, body := b.call("GET", "Message/", "", nil); !strings.Contains(body, `"objects":[]`) {
		t.Errorf("a refused request left messages: %s", body)
	}
}

func TestMostThatIsTaken(t *testing.T) {
	b := newBench(t, simulator.Options{Powerpacks: []simulator.Powerpack{{UUID: "p-1", Numbers: []string{simulator.DefaultNumber}}}})
	for _, text := range []string{strings.Repeat("x", 1600), strings.Repeat("ж", 737), "&<>\"\n\x00é"} {
		d := b.draft("+14155550123")
		d.Text = text
		b.send(d, "none")
	}
	many := make([]string, 0, 2000)
	for i := range 1000 {
		many = append(many, fmt.Sprintf("+1415%07d", i), fmt.Sprintf("1-415-%07d", i))
	}
	if uuids := b.send(b.draft(many...), "none"); len(uuids) != 1000 {
		t.Errorf("1,000 destinations, each given twice, have %d UUIDs", len(uuids))
	}
	d := b.draft("+4915123456789")
	d.From = "Plivoscope"
	b.send(d, "none")
	if status, _, body := b.call("POST", "Message", `{"powerpack_uuid":"p-1","dst":14155550123,"text":"x","url":null}`, nil); status != 202 {
		t.Errorf("a powerpack is answered %d %s", status, body)
	}
}

func TestStrictSenders(t *testing.T) {
	b := newBench(t, simulator.Options{StrictSenders: true, Numbers: []string{"+1 415 555 0111", "+14155550112"}})
	d := b.draft("+14155550123")
	if _, err := b.client.Send(t.Context(), d, nil); asAPIError(t, err).Status != 400 {
		t.Errorf("a foreign sender: error is %v", err)
	}
	d.From = "14155550112"
	b.send(d, "none")
}

func TestRecord(t *testing.T) {
	b := newBench(t, simulator.Options{Pace: simulator.Pace{Final: time.Hour}, Speed: 1})
	d := b.draft("+15005550030")
	d.Text = strings.Repeat("x", 161)
	uuid := b.send(d, "none")[0]
	r, err := b.client.Message(t.Context(), uuid)
	if err != nil {
		t.Fatal(err)
	}
	if age := time.Since(r.CreatedAt); age < 0 || age > time.Minute || r.SentAt.IsZero() {
		t.Errorf("the times are %v, %v", r.CreatedAt, r.SentAt)
	}
	r.APIID, r.CreatedAt, r.SentAt, r.UpdatedAt = "", time.Time{}, time.Time{}, time.Time{}
	want := api.Record{
		UUID: uuid, Direction: plivo.Outbound, Status: plivo.Sent, Type: "sms", From: "14155550100", To: "15005550030",
		Units: 2, TotalRate: "0.00550", TotalAmount: "0.01100", RequesterIP: "127.0.0.1",
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
	if _, _, body := b.call("GET", "Message/"+uuid+"/", "", nil); !strings.Contains(body, `"error_code":null`) {
		t.Errorf("the error code before the end is not null: %s", body)
	}
}

func TestList(t *testing.T) {
	b := newBench(t, simulator.Options{})
	var sent []string
	for i := range 25 {
		to := "+15005550000"
		if i%5 == 0 {
			to = "+15005550450"
		}
		sent = append(sent, b.send(b.draft(to), "")...)
	}
	b.settle()
	slices.Reverse(sent)
	list := func(path string) (uuids []string, next, previous *string) {
		t.Helper()
		status, _, body := b.call("GET", path, "", nil)
		var page struct {
			APIID string `json:"api_id"`
			Meta  map[string]any
			Objs  []map[string]any `json:"objects"`
		}
		if err := json.Unmarshal([]byte(body), &page); err != nil || status != 200 || page.APIID == "" {
			t.Fatalf("%s is answered %d %s", path, status, body)
		}
		for _, o := range page.Objs {
			uuids = append(uuids, o["message_uuid"].(string))
		}
		link := func(name string) *string {
			if s, ok := page.Meta[name].(string); ok {
				return &s
			}
			return nil
		}
		return uuids, link("next"), link("previous")
	}
	first, next, previous := list("Message/")
	if diff := cmp.Diff(sent[:20], first); diff != "" || previous != nil || next == nil {
		t.Fatalf("the first page has next %v, previous %v and (-want +got):\n%s", next, previous, diff)
	}
	second, next, previous := list(strings.TrimPrefix(*next, "/v1/Account/"+b.AuthID()+"/"))
	if diff := cmp.Diff(sent[20:], second); diff != "" || previous == nil || next != nil {
		t.Errorf("the second page has next %v, previous %v and (-want +got):\n%s", next, previous, diff)
	}
	for query, want := range map[string]int{
		"message_state=failed": 5, "error_code=450&limit=3": 3, "error_code=000": 20, "to_number=%2B15005550450": 5,
		"from_number=14155550100&message_state=delivered&offset=18": 2, "message_direction=inbound": 0, "message_type=sms&limit=1": 1,
	} {
		if got, _, _ := list("Message/?" + query); len(got) != want {
			t.Errorf("%s finds %d messages, want %d", query, len(got), want)
		}
	}
}

func TestOldMessagesAreForgotten(t *testing.T) {
	b := newBench(t, simulator.Options{})
	first := b.send(b.draft("+14155550123"), "none")[0]
	to := numbers(1000)
	var second string
	for i := range 10 {
		uuids := b.send(b.draft(to...), "none")
		if i == 0 {
			second = uuids[0]
		}
	}
	if _, err := b.client.Message(t.Context(), first); asAPIError(t, err).Status != 404 {
		t.Errorf("message 10,001 from the end: error is %v", err)
	}
	if _, err := b.client.Message(t.Context(), second); err != nil {
		t.Errorf("message 10,000 from the end: %v", err)
	}
}
