package simulator_test

import (
	"strings"
	"sync"
	"testing"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// events gathers what a simulator tells.
type events struct {
	mu  sync.Mutex
	all []simulator.Event
}

func (e *events) add(one simulator.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, one)
}

// of gives the events of a kind; the simulator has ended.
func (e *events) of(kind string) []simulator.Event {
	e.mu.Lock()
	defer e.mu.Unlock()
	var out []simulator.Event
	for _, one := range e.all {
		if one.Event == kind {
			out = append(out, one)
		}
	}
	return out
}

func TestRepliesAreSent(t *testing.T) {
	var seen events
	b := newBench(t, simulator.Options{InboundURL: "/sms/inbound", OnEvent: seen.add})
	b.receiver.body = `<Response><Message src="14155550100" dst="+14155550123" callbackUrl="` + b.receiver.url + `/reply?a=1&amp;b=2" callbackMethod="GET">Tom &amp; Co</Message>` +
		`<Message src="14155550100" dst="15005550450">two</Message></Response>`
	if _, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", Text: "hi"}); err != nil {
		t.Fatal(err)
	}
	b.settle()
	b.Close()
	sent := seen.of(simulator.EventAccepted)
	if len(sent) != 2 || sent[0].To != "14155550123" || sent[1].To != "15005550450" || sent[0].From != "14155550100" {
		t.Fatalf("sent is %+v", sent)
	}
	reports := b.receiver.of(sent[0].MessageUUID)
	if len(reports) != 3 || !strings.HasPrefix(reports[2].url, b.receiver.url+"/reply?a=1&b=2&") || reports[2].method != "GET" ||
		reports[2].verdict.Outcome != signature.Valid || reports[2].get("Status") != string(plivo.Delivered) {
		t.Errorf("its reports are %+v", reports)
	}
	if got := b.receiver.of(sent[1].MessageUUID); len(got) != 0 {
		t.Errorf("a reply without callbackUrl has the reports %+v", got)
	}
}

func TestAnswersThatSendNothing(t *testing.T) {
	const message = `<Response><Message src="14155550100" dst="14155550123">x</Message></Response>`
	for name, test := range map[string]struct {
		body, problem string
		status        int
	}{
		"nothing":          {"", "", 200},
		"plain text":       {"OK", "", 200},
		"JSON":             {`{"ok":true}`, "", 200},
		"no replies":       {plivo.NoReply, "", 200},
		"another element":  {"<Response>\n<Speak>x</Speak></Response>", "line 2, column 1: <Speak>", 200},
		"a web page":       {"<!DOCTYPE html><html>", "declaration", 200},
		"itself":           {strings.Replace(message, "14155550123", "14155550100", 1), "the same", 200},
		"a refused number": {strings.Replace(message, "14155550123", "15005559400", 1), "refuses", 200},
		"not 200":          {message, "", 500},
	} {
		t.Run(name, func(t *testing.T) {
			var seen events
			b := newBench(t, simulator.Options{InboundURL: "/sms/inbound", OnEvent: seen.add})
			b.receiver.body, b.receiver.answer = test.body, func(int) int { return test.status }
			_, err := b.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", Text: "hi"})
			if (err != nil) != (test.status != 200) {
				t.Error(err)
			}
			b.settle()
			b.Close()
			in, attempts := seen.of(simulator.EventInbound), 1
			if test.status != 200 {
				attempts = 4
			}
			if len(seen.of(simulator.EventAccepted)) != 0 || len(in) != attempts || !strings.Contains(in[0].Problem, test.problem) || (in[0].Problem != "") != (test.problem != "") {
				t.Errorf("the events are %+v", seen.all)
			}
		})
	}
}
