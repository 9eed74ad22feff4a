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

// TestEveryErrorCode has a message end with each code of the table, as its callback and the API tell it.
func TestEveryErrorCode(t *testing.T) {
	b := newBench(t, simulator.Options{InboundURL: "/in"})
	byCode := map[string]string{}
	for _, row := range plivo.Codes() {
		if row.Status != "" {
			byCode[row.Code] = b.send(b.draft(fmt.Sprintf("+1500555%04s", row.Code)), "")[0]
		}
	}
	b.settle()
	for _, row := range plivo.Codes() {
		if row.Status == "" {
			continue
		}
		uuid := byCode[row.Code]
		got := b.receiver.of(uuid)
		if len(got) < 2 {
			t.Fatalf("%s: %d callbacks came", row.Code, len(got))
		}
		last := got[len(got)-1]
		if last.get("Status") != string(row.Status) || last.get("ErrorCode") != row.Code || last.verdict.Outcome != signature.Valid {
			t.Errorf("%s: the last callback is %s %s, and %s", row.Code, last.get("Status"), last.get("ErrorCode"), last.verdict.Outcome)
		}
		r := b.get("Message/" + uuid + "/")
		meaning := any(row.Meaning)
		if row.Status == plivo.Delivered {
			meaning = nil
		}
		if r["message_state"] != string(row.Status) || r["error_code"] != row.Code || r["error_message"] != meaning {
			t.Errorf("%s: the record says %v %v %v", row.Code, r["message_state"], r["error_code"], r["error_message"])
		}
		if charged := r["total_amount"] != "0.00000"; charged == (row.Status == plivo.Failed) {
			t.Errorf("%s: a message that is %s costs %v", row.Code, row.Status, r["total_amount"])
		}
	}
}

// TestEveryInboundCode has the callback server refuse an inbound message with what makes each code of these.
func TestEveryInboundCode(t *testing.T) {
	b := newBench(t, simulator.Options{InboundURL: "/in"})
	for _, row := range plivo.Codes() {
		if row.Status != "" {
			continue
		}
		status := map[string]int{"2403": http.StatusForbidden}[row.Code]
		if status == 0 {
			t.Fatalf("nobody knows what makes the inbound code %s", row.Code)
		}
		b.receiver.answer = func(int) int { return status }
		uuid, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", Text: "x"})
		if uuid == "" || err == nil {
			t.Fatalf("the message %q was taken (%v)", uuid, err)
		}
		b.settle()
		if got := b.end(uuid); got != "undelivered "+row.Code {
			t.Errorf("%s: it is %s", row.Code, got)
		}
	}
}

func TestMediaOfAMessage(t *testing.T) {
	b := newBench(t, simulator.Options{Seed: 5})
	d := b.draft("+14155550123")
	const id = "98854bc5-ea05-4837-a301-0272523e6156"
	d.Type, d.Media = plivo.MMS, []string{"https://example.org/a.PNG?x=1", "https://example.org/b", id}
	uuid := b.send(d, "none")[0]
	list := b.get("Message/" + uuid + "/Media//") // as the SDK asks
	if got := values(list, "content_type"); got != "image/png image/jpeg image/jpeg" {
		t.Errorf("they are %s", got)
	}
	if got := values(list, "media_url"); got != "https://example.org/a.PNG?x=1 https://example.org/b /v1/Account/"+b.AuthID()+"/Media/"+id+"/" {
		t.Errorf("they are at %s", got)
	}
	if meta := list["meta"].(map[string]any); meta["total_count"] != float64(3) {
		t.Errorf("of the list it says %v", meta)
	}
	ids := strings.Fields(values(list, "media_id"))
	if ids[2] != id || ids[0] == ids[1] {
		t.Errorf("their IDs are %v", ids)
	}
	if one := b.get("Message/" + uuid + "/Media/" + ids[1] + "/"); one["media_url"] != "https://example.org/b" || one["message_uuid"] != uuid || one["size"].(float64) < 1 {
		t.Errorf("the second is %v", one)
	}
	if status, _, body := b.call("GET", "Message/"+uuid+"/Media/"+uuid+"/", "", nil); status != 404 || body != "{}" {
		t.Errorf("another is answered %d %s", status, body)
	}
	if got := values(b.get("Message/"+b.send(b.draft("+14155550123"), "none")[0]+"/Media/"), "media_id"); got != "" {
		t.Errorf("an SMS has the files %s", got)
	}
}

func TestLinksAreNotEscaped(t *testing.T) {
	b := newBench(t, simulator.Options{})
	b.send(b.draft(numbers(2)...), "none")
	if _, _, body := b.call("GET", "Message/?limit=1", "", nil); !strings.Contains(body, `/Message/?limit=1&offset=1"`) {
		t.Errorf("the list is %s", body)
	}
}

func TestListFilters(t *testing.T) {
	b := newBench(t, simulator.Options{MoreNumbers: []simulator.Number{{Number: "14155550111", TenDLC: "COMPLETED", Campaign: "C1"}}, Limits: simulator.Limits{Lists: -1}})
	us, de := b.draft("+14155550123"), b.draft("+4915123456789")
	de.From = "+14155550111"
	uuids := append(b.send(us, "none"), b.send(de, "none")...)
	for query, want := range map[string]string{
		"destination_country_iso2=DE": uuids[1], "tendlc_campaign_id=C1": uuids[1], "tendlc_registration_status=COMPLETED": uuids[1],
		"message_state=rejected": "", "message_direction=inbound": "", "message_type=mms": "",
		"conversation_id=1": "", "conversation_origin=utility": "", "powerpack_id=p": "", "message_state=": uuids[1] + " " + uuids[0],
	} {
		if got := values(b.get("Message/?"+query), "message_uuid"); got != want {
			t.Errorf("%s finds %q, want %q", query, got, want)
		}
	}
}

// TestObjectsAreEchoed finds what WhatsApp takes beside a text again.
func TestObjectsAreEchoed(t *testing.T) {
	b := newBench(t, simulator.Options{})
	const object = `{"name":"order","language":"en","components":[{"type":"body","parameters":[{"type":"text","text":"1 < 2"}]}]}`
	status, _, answer := b.call("POST", "Message/", `{"src":"14155550100","dst":"14155550123","type":"whatsapp","template":`+object+`}`, nil)
	r := b.get("Message/" + sent(t, status, answer) + "/")
	got, _ := json.Marshal(r["template"])
	var want, back any
	_, _ = json.Unmarshal([]byte(object), &want), json.Unmarshal(got, &back)
	if fmt.Sprint(want) != fmt.Sprint(back) || r["message_type"] != "whatsapp" {
		t.Errorf("the record has %s", got)
	}
}

// TestConversationOfAMessage holds the record of a WhatsApp message against what its callbacks say.
func TestConversationOfAMessage(t *testing.T) {
	b := newBench(t, simulator.Options{})
	d := b.draft("+14155550123")
	d.Type = plivo.WhatsApp
	uuid := b.send(d, "")[0]
	b.settle()
	got := b.receiver.of(uuid)
	last, r := got[len(got)-1], b.get("Message/"+uuid+"/")
	ends, err := time.Parse("2006-01-02 15:04:05-07:00", r["conversation_expiration_timestamp"].(string))
	if err != nil || fmt.Sprint(ends.Unix()) != last.get("ConversationExpirationTimestamp") || last.get("ConversationID") == "" ||
		r["conversation_id"] != last.get("ConversationID") || r["conversation_origin"] != last.get("ConversationOrigin") {
		t.Errorf("the record says %v %v %v, the callback %+v", r["conversation_id"], r["conversation_origin"], r["conversation_expiration_timestamp"], last.report)
	}
	if list := b.get("Message/?conversation_id=" + last.get("ConversationID")); values(list, "message_uuid") != uuid {
		t.Errorf("by its conversation there are %v", list["objects"])
	}
}

// TestAnswersByCallback makes calls whose answers are posted.
func TestAnswersByCallback(t *testing.T) {
	b := newBench(t, simulator.Options{})
	url := b.receiver.url + "/answers"
	status, _, body := b.call("POST", "Message/", `{"src":"14155550100","dst":"14155550123","text":"x","callback_url":"`+url+`"}`, nil)
	if status != 202 || !strings.Contains(body, `"message":"async api spawned"`) {
		t.Fatalf("the send is answered %d %s", status, body)
	}
	b.settle()
	got := b.receiver.all()
	if len(got) != 1 || got[0].method != "POST" || got[0].verdict.Outcome != signature.Valid || got[0].get("message") != "message(s) queued" || !strings.Contains(body, got[0].get("api_id")) {
		t.Fatalf("what came is %+v", got)
	}
	var uuids []string
	if err := json.Unmarshal([]byte(got[0].get("message_uuid")), &uuids); err != nil || len(uuids) != 1 || b.get("Message/" + uuids[0] + "/")["to_number"] != "14155550123" {
		t.Errorf("its messages are %v (%v)", uuids, err)
	}
	for path, want := range map[string]string{"Number/14155550199/": "", "Message/?limit=50&": "limit must be a number from 1 to 20"} {
		sep := "?"
		if strings.Contains(path, "?") {
			sep = ""
		}
		if status, _, body := b.call("GET", path+sep+"callback_method=get&callback_url="+url, "", nil); status != 202 {
			t.Fatalf("%s is answered %d %s", path, status, body)
		}
		b.settle()
		all := b.receiver.all()
		if last := all[len(all)-1]; last.method != "GET" || last.get("error") != want {
			t.Errorf("%s is answered by %s with %q", path, last.method, last.get("error"))
		}
	}
}
