package simulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// get reads a JSON answer of status 200.
func (b *bench) get(path string) map[string]any {
	b.t.Helper()
	status, _, body := b.call("GET", path, "", nil)
	var o map[string]any
	if err := json.Unmarshal([]byte(body), &o); err != nil || status != 200 {
		b.t.Fatalf("%s is answered %d %s", path, status, body)
	}
	return o
}

// values gives one field of each of a list's objects.
func values(list map[string]any, field string) string {
	var out []string
	for _, o := range list["objects"].([]any) {
		out = append(out, fmt.Sprint(o.(map[string]any)[field]))
	}
	return strings.Join(out, " ")
}

func TestAccount(t *testing.T) {
	b := newBench(t, simulator.Options{Balance: "4.88860", Skew: -time.Hour})
	a := b.get("")
	if a["cash_credits"] != "4.88860" || a["auth_id"] != b.AuthID() || a["account_type"] != "standard" || a["api_id"] == nil {
		t.Errorf("the account is %v", a)
	}
	_, header, _ := b.call("GET", "", "", nil)
	date, err := http.ParseTime(header.Get("Date"))
	if late := time.Since(date); err != nil || late < time.Hour-time.Minute || late > time.Hour+time.Minute {
		t.Errorf("the API's clock is %s late (%v), want an hour", late, err)
	}
}

func TestDisabledAccount(t *testing.T) {
	b := newBench(t, simulator.Options{Disabled: true})
	for _, path := range []string{"", "Message/", "Number/"} {
		if status, _, body := b.call("GET", path, "", nil); status != 403 || !strings.Contains(body, "disabled") {
			t.Errorf("%q is answered %d %s", path, status, body)
		}
	}
}

func TestAccountWithoutMoney(t *testing.T) {
	b := newBench(t, simulator.Options{Balance: "0.00000", Speed: 1, Pace: simulator.Pace{Final: time.Millisecond}})
	uuid := b.send(b.draft("+14155550123"), "")[0]
	b.settle()
	got := b.receiver.of(uuid)
	if last := got[len(got)-1]; last.get("Status") != string(plivo.Failed) || last.get("ErrorCode") != "900" {
		t.Errorf("the last callback says %s %s", last.get("Status"), last.get("ErrorCode"))
	}
	if _, err := b.client.Send(t.Context(), b.draft("+14155550123"), nil); asAPIError(t, err).Words != "Insufficient Credit" {
		t.Errorf("the send after it: error is %v", err)
	}
}

func TestNumbers(t *testing.T) {
	o := simulator.Options{
		Applications: []simulator.Application{{ID: "20000000000000001", Name: "other"}},
		MoreNumbers: []simulator.Number{
			{Number: "+1 415 555 0111", NoSMS: true, App: "20000000000000001", Alias: "voice"},
			{Number: "+18005550112", Type: "tollfree", App: simulator.NoApplication, TollFree: "verified"},
		},
	}
	for i := range 22 {
		o.MoreNumbers = append(o.MoreNumbers, simulator.Number{Number: fmt.Sprintf("+4915550%03d", i), Type: "mobile", MMS: i < 2})
	}
	b := newBench(t, o)
	first := b.get("Number/")
	meta := first["meta"].(map[string]any)
	next := "/v1/Account/" + b.AuthID() + "/Number/?limit=20&offset=20"
	if meta["total_count"] != float64(25) || meta["next"] != next || meta["previous"] != nil || len(first["objects"].([]any)) != 20 {
		t.Errorf("the first page is %v", meta)
	}
	if second := b.get("Number/?limit=20&offset=20"); len(second["objects"].([]any)) != 5 || second["meta"].(map[string]any)["next"] != nil {
		t.Errorf("the second page is %v", second["meta"])
	}
	for query, want := range map[string]string{
		"number_startswith=%2B1415&services=sms": "14155550100", "services=mms": "14155550100 4915550000 4915550001",
		"alias=voice": "14155550111", "number_type=tollfree": "18005550112", "toll_free_sms_verification=verified": "18005550112",
		"type=none": "",
	} {
		if got := values(b.get("Number/?"+query), "number"); got != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
	if n := b.get("Number/14155550111/"); n["application"] != "/v1/Account/"+b.AuthID()+"/Application/20000000000000001/" || n["sms_enabled"] != false {
		t.Errorf("the number is %v", n)
	}
	if n := b.get("Number/18005550112"); n["application"] != nil {
		t.Errorf("a number of no application has %v", n["application"])
	}
	if status, _, body := b.call("POST", "Number/18005550112/", `{"app_id":"20000000000000001"}`, nil); status != 202 || !strings.Contains(body, `"message":"changed"`) {
		t.Errorf("a change is answered %d %s", status, body)
	}
	if n := b.get("Number/18005550112/"); !strings.HasSuffix(n["application"].(string), "/20000000000000001/") {
		t.Errorf("after the change its application is %v", n["application"])
	}
	if status, _, body := b.call("POST", "Number/18005550112/", `{"app_id":"2"}`, nil); status != 400 || !strings.Contains(body, "no application") {
		t.Errorf("an unknown application is answered %d %s", status, body)
	}
	d := b.draft("+14155550123")
	d.From = "+14155550111"
	if _, err := b.client.Send(t.Context(), d, nil); !strings.Contains(asAPIError(t, err).Words, "not enabled for SMS") {
		t.Errorf("a sender without SMS: error is %v", err)
	}
}

func TestApplications(t *testing.T) {
	b := newBench(t, simulator.Options{InboundURL: "/first"})
	status, _, body := b.call("POST", "Application/", `{"app_name":"mine","message_url":"https://example.com/sms","message_method":"get"}`, nil)
	var made struct {
		AppID string `json:"app_id"`
	}
	if err := json.Unmarshal([]byte(body), &made); err != nil || status != 201 || len(made.AppID) != 17 {
		t.Fatalf("a new application is answered %d %s", status, body)
	}
	path := "Application/" + made.AppID + "/"
	if a := b.get(path); a["message_url"] != "https://example.com/sms" || a["message_method"] != "GET" || a["app_name"] != "mine" {
		t.Errorf("the application is %v", a)
	}
	if got := values(b.get("Application/"), "app_name"); got != "Default Application mine" {
		t.Errorf("the applications are %s", got)
	}
	for _, test := range []struct{ body, says string }{
		{`{"message_url":"/sms"}`, "absolute http or https"},
		{`{"message_method":"PUT"}`, "POST or GET"},
		{`{"app_name":""}`, "app_name is required"},
		{`{"message_url":{}, "app_name":[1]}`, "app_name must be a string"},
	} {
		if status, _, body := b.call("POST", path, test.body, nil); status != 400 || !strings.Contains(body, test.says) {
			t.Errorf("%s is answered %d %s", test.body, status, body)
		}
	}
	if status, _, body := b.call("POST", path, `{"message_url":""}`, nil); status != 202 || b.get(path)["message_url"] != "" || b.get(path)["message_method"] != "GET" {
		t.Errorf("an empty URL is answered %d %s and leaves %v", status, body, b.get(path))
	}
	b.call("POST", "Number/14155550100/", `{"app_id":"`+made.AppID+`"}`, nil)
	if status, _, body := b.call("DELETE", path, "", nil); status != 204 || body != "" {
		t.Errorf("a deletion is answered %d %q", status, body)
	}
	if status, _, body := b.call("GET", path, "", nil); status != 404 || body != "{}" {
		t.Errorf("a deleted application is answered %d %s", status, body)
	}
	if n := b.get("Number/14155550100/"); n["application"] != nil {
		t.Errorf("the number of a deleted application has %v", n["application"])
	}
}

func TestInboundGoesToTheApplicationOfItsNumber(t *testing.T) {
	b := newBench(t, simulator.Options{
		InboundURL:   "/first",
		Applications: []simulator.Application{{ID: "20000000000000001", Name: "other", MessageMethod: "GET"}, {ID: "20000000000000002", Name: "silent"}},
		MoreNumbers:  []simulator.Number{{Number: "14155550111", App: "20000000000000001"}, {Number: "14155550112", App: "20000000000000002"}},
	})
	b.call("POST", "Application/20000000000000001/", `{"message_url":"`+b.receiver.url+`/other"}`, nil)
	for to, want := range map[string]string{"": "POST /first", "14155550111": "GET /other", "+14155550111": "GET /other"} {
		uuid, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", To: to, Text: "hi & <bye>"})
		if err != nil {
			t.Fatal(err)
		}
		got := b.receiver.of(uuid)
		if len(got) != 1 || got[0].verdict.Outcome != signature.Valid || got[0].get("Text") != "hi & <bye>" {
			t.Fatalf("to %q came %d, the first: %+v", to, len(got), got)
		}
		path, _, _ := strings.Cut(strings.TrimPrefix(got[0].url, b.receiver.url), "?")
		if got[0].method+" "+path != want {
			t.Errorf("to %q it came as %s %s, want %s", to, got[0].method, path, want)
		}
	}
	b.SetInboundURL(b.receiver.url + "/second")
	uuid, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", Text: "x"})
	if err != nil || b.receiver.of(uuid)[0].url != b.receiver.url+"/second" {
		t.Errorf("after the change it came to %+v (%v)", b.receiver.of(uuid), err)
	}
	if _, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", To: "14155550112", Text: "x"}); err == nil {
		t.Error("a message to an application without message_url was posted")
	}
	// An application may name a URL elsewhere, as a deployed one's does. Nothing is posted there.
	b.call("POST", "Application/20000000000000002/", `{"message_url":"https://example.com/sms"}`, nil)
	if _, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", To: "14155550112", Text: "x"}); err == nil || !strings.Contains(err.Error(), "not on this machine") {
		t.Errorf("a message to an application elsewhere: error is %v", err)
	}
	// Without the application that it was for the inbound URL is nobody's.
	first := at(b.get("Application/"), "objects", 0, "app_id").(string)
	if status, _, body := b.call("DELETE", "Application/"+first+"/", "", nil); status != 204 {
		t.Fatalf("the deletion is answered %d %s", status, body)
	}
	b.SetInboundURL(b.receiver.url + "/third")
	if got := b.get("Application/20000000000000001/")["message_url"]; got != b.receiver.url+"/other" {
		t.Errorf("the other application has the message_url %v", got)
	}
}

func TestPowerpacks(t *testing.T) {
	b := newBench(t, simulator.Options{})
	packs := b.get("Powerpack//") // as the SDK asks
	if got := values(packs, "name"); got != "Simulated powerpack" {
		t.Fatalf("the powerpacks are %q", got)
	}
	uuid := values(packs, "uuid")
	p := b.get("Powerpack/" + uuid + "/")
	pool := strings.TrimPrefix(p["number_pool"].(string), "/v1/Account/"+b.AuthID()+"/")
	if got := values(b.get(pool+"Number/"), "number"); got != "14155550100" {
		t.Errorf("its numbers are %q", got)
	}
	if got := values(b.get(pool+"Tollfree/"), "number"); got != "" {
		t.Errorf("its toll-free numbers are %q", got)
	}
}

func TestListIsLimited(t *testing.T) {
	b := newBench(t, simulator.Options{Stopped: true, Speed: 1}) // a faster minute is over before 21 calls on a slow machine
	for i := range 21 {
		status, _, body := b.call("GET", "Message/", "", nil)
		if want := map[bool]int{true: 200, false: 429}[i < 20]; status != want {
			t.Fatalf("list %d of a minute is answered %d %s", i+1, status, body)
		}
	}
	b.advance(time.Minute)
	if status, _, body := b.call("GET", "Message/", "", nil); status != 200 {
		t.Errorf("a list after a minute is answered %d %s", status, body)
	}
}

func TestListByTime(t *testing.T) {
	b := newBench(t, simulator.Options{})
	uuid := b.send(b.draft("+14155550123"), "none")[0]
	r, err := b.client.Message(t.Context(), uuid)
	if err != nil {
		t.Fatal(err)
	}
	at := strings.ReplaceAll(r.CreatedAt.Format("2006-01-02 15:04:05.000000"), " ", "%20")
	early := strings.ReplaceAll(r.CreatedAt.Add(-time.Hour).Format("2006-01-02 15:04"), " ", "%20")
	for query, want := range map[string]string{
		"message_time=" + at: uuid, "message_time__gte=" + at + "&message_time__lte=" + at: uuid,
		"message_time__gt=" + at: "", "message_time__lt=" + at: "", "message_time__gt=" + early: uuid, "message_time__lt=" + early: "",
	} {
		if got := values(b.get("Message/?"+query), "message_uuid"); got != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
	for _, query := range []string{"message_time__gt=yesterday", "message_time__about=" + at} {
		if status, _, body := b.call("GET", "Message/?"+query, "", nil); status != 400 {
			t.Errorf("%s is answered %d %s", query, status, body)
		}
	}
}

func TestAccountsThatCannotBe(t *testing.T) {
	for says, o := range map[string]simulator.Options{
		"has no digits": {MoreNumbers: []simulator.Number{{Number: "+"}}},
		"no such one":   {MoreNumbers: []simulator.Number{{Number: "14155550111", App: "1"}}},
		"in dollars":    {Balance: "much"},
	} {
		if _, err := simulator.New(o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error is %v, want %q in it", err, says)
		}
	}
}

func TestListGoesBackADay(t *testing.T) {
	b := newBench(t, simulator.Options{Stopped: true, Speed: 1})
	old := b.send(b.draft("+14155550123"), "none")[0]
	b.advance(24 * time.Hour)
	young := b.send(b.draft("+14155550123"), "none")[0]
	if got := values(b.get("Message/"), "message_uuid"); got != young {
		t.Errorf("a list without a time has %s", got)
	}
	if got := values(b.get("Message/?message_time__lt=2999-01-01%2000:00"), "message_uuid"); got != young+" "+old {
		t.Errorf("a list with a time has %s", got)
	}
}

// TestOneApplicationIsTheDefault has the default go from one application to the next, and deletions say who inherits.
func TestOneApplicationIsTheDefault(t *testing.T) {
	b := newBench(t, simulator.Options{Applications: []simulator.Application{{ID: "20000000000000001", Name: "other"}}})
	first := strings.Fields(values(b.get("Application/"), "app_id"))[0]
	if status, _, body := b.call("POST", "Application/20000000000000001/", `{"default_number_app":"true","public_uri":true,"log_incoming_messages":false}`, nil); status != 202 {
		t.Fatalf("the change is answered %d %s", status, body)
	}
	if got := values(b.get("Application/"), "default_app"); got != "false true" {
		t.Errorf("default are %s", got)
	}
	if a := b.get("Application/20000000000000001/"); a["public_uri"] != true || a["log_incoming_messages"] != false || a["message_method"] != "POST" {
		t.Errorf("the application is %v", a)
	}
	for _, heir := range []struct {
		id   string
		want int
	}{{first, 400}, {"1", 400}, {"20000000000000001", 204}} {
		if status, _, body := b.call("DELETE", "Application/"+first+"/", `{"cascade":false,"new_endpoint_application":"`+heir.id+`"}`, nil); status != heir.want {
			t.Errorf("with the heir %s a deletion is answered %d %s", heir.id, status, body)
		}
	}
}
