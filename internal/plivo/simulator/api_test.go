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
