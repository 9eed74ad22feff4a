package tui

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
	"github.com/muesli/termenv"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/signature/sdk"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// hostiles are texts that do something to a terminal, or to what one reads on it. Terminals disagree about
// the width of some.
var hostiles = []struct {
	name, text string
	contested  bool
}{
	{name: "control sequences", text: "\x1b[2J\x1b[H\x1b[31m\x1bc\x1b[?1049l\x1b[6n"},
	{name: "title and link", text: "\x1b]0;owned\x07\x1b]8;;http://evil.example/\x1b\\click\x1b]8;;\x1b\\"},
	{name: "clipboard and devices", text: "\x1b]52;c;b3duZWQ=\x07\x1bP+q544e\x1b\\\x1b_apc\x1b\\\x1b^pm\x1b\\"},
	{name: "C1 as bytes", text: "\x9b31m\x9d0;owned\x9c\x90q\x85"},
	{name: "C1 as UTF-8", text: "\u009b31m\u009d0;owned\u009c\u0090q\u0085"},
	{name: "bidi overrides", text: "\u202egnp.exe\u202c \u202d1\u202c"},
	{name: "bidi isolates", text: "\u2066a\u2067b\u2068c\u2069\u200e\u200f\u061c"},
	{name: "nothing to see", text: "a\u200bb\u200cc\u2060d\ufeffe\u00adf\u3164g\u115fh\u180ei\u200dj\u200d\u200d👩\u200d"},
	{name: "tags and selectors", text: "a\U000e0041\U000e007fb\ufe0f\U000e0101c"},
	{name: "marks", text: "\u0301\u20e3e" + strings.Repeat("\u0301\u0323", 20) + " \u093f \u0e31", contested: true},
	{name: "wide and ambiguous", text: "漢字テスト한국어｡ﾊﾟ ¡§°±·×÷αЯ─│█★☎…"},
	{name: "two directions", text: "abc שלום 123 شكرا ٣"},
	{name: "pictures and jamo", text: "👩\u200d👩\u200d👧 🇩🇪🇫🇷🇩 1\ufe0f\u20e3#\ufe0f 👍🏽 🏽 \u1112\u1161\u11ab\u1112", contested: true},
	{name: "invalid UTF-8", text: "\xff\xfe\xc3(\xe2\x82\xed\xa0\x80\xf0\x9f\x92 \xc0\xaf"},
	{name: "controls and lines", text: "a\tb\x00c\rd\x07e\x08f\x7fg\vh\fi\x0ej\x0fk\x1al\nm\r\nn\u2028o\u2029p\u0085q"},
	{name: "length", text: strings.Repeat("\u202e\x1b[2Jé漢", 60)},
}

// hostileTo fills every field that comes from outside with its own name and a text.
func hostileTo(core *fakeCore, text string) {
	v := func(field string) string { return field + "~" + text }
	res := signature.Result{Outcome: signature.Invalid, Scheme: signature.V3, Header: v("verdictheader"), Token: v("verdicttoken")}
	for i, direction := range []plivo.Direction{plivo.Outbound, plivo.Inbound, plivo.Outbound} {
		m := plivo.Message{
			UUID: v("uuid"), Direction: direction, From: v("from"), To: v("to"), Text: v("text"), Type: v("type"), Status: plivo.Status(v("status")), Unverified: true,
			ErrorCode: v("code"), Units: 3, CreatedAt: testNow, UpdatedAt: testNow, CallbackURL: "http://" + v("callbackurl"), Callbacks: 3, Signature: res,
			Silence:  plivo.Silence{Cause: plivo.OtherURL, Detail: "http://" + v("silence"), At: testNow},
			Provider: plivo.Provider{Status: plivo.Status(v("said")), ErrorCode: v("saidcode"), Problem: v("saidproblem"), Asked: 2, AskedAt: testNow},
			Cause:    v("cause"), Anomalies: []plivo.Anomaly{plivo.UnknownStatus, plivo.Anomaly(v("anomaly"))},
		}
		m.Options = &plivo.Options{
			Type: v("kind"), Powerpack: v("pack"), Media: []string{v("media")}, Log: v("log"), DLTEntityID: v("entity"), DLTTemplateID: v("dlttext"),
			DLTTemplateCategory: v("dltkind"), Template: v("template"), Interactive: v("interactive"), Location: v("location"),
		}
		if i == 2 {
			m.UUID, m.Refusal, m.Callbacks = "", v("refusal"), 0
		}
		core.add(m)
	}
	params := []signature.Param{
		{Name: "MessageUUID", Value: v("uuid")},
		{Name: "Status", Value: v("status")},
		{Name: "ErrorCode", Value: v("code")},
		{Name: "From", Value: v("from")},
		{Name: "To", Value: v("to")},
		{Name: "Text", Value: v("text")},
		{Name: "Sequence", Value: v("sequence")},
		{Name: v("name"), Value: v("value")},
	}
	for id := range int64(3) {
		cb := webhook.Callback{
			ID: id + 1, ReceivedAt: testNow, Kind: webhook.Kind(v("kind")), Method: v("method"), URL: "http://" + v("host") + "/" + v("path") + "?" + v("query"),
			ReceivedURL: "http://" + v("received"), Protocol: v("protocol"), RemoteAddr: v("remote"), Body: []byte(v("body")), Report: plivo.NewReport(params),
			Header:  http.Header{"X-" + v("header"): {v("headervalue"), v("second")}, "Content-Type": {v("contenttype")}, "User-Agent": {v("agent")}},
			Problem: v("problem"), Verdict: res, Cause: v("cause"), Answer: webhook.Answer{Status: 200, At: testNow},
		}
		if id == 1 { // as the server reads one
			cb.Kind, cb.Method, cb.Header = webhook.DeliveryReport, "POST", http.Header{"Content-Type": {formType}}
			cb.Body = formOf(params)
		}
		core.callbacks[v("uuid")] = append(core.callbacks[v("uuid")], cb)
		for n := range 2 {
			a := webhook.Attempt{
				ID: int64(len(core.attempts)) + 1, CallbackID: cb.ID, Scenario: v("scenario"), Route: v("route"), Mode: webhook.Mode(v("mode")), Fault: v("fault"),
				At: testNow, Method: v("sentmethod"), URL: "http://" + v("target"), Host: v("sentto"), SignedURL: "http://" + v("signedurl"),
				Header: http.Header{"X-" + v("sentheader"): {v("sentvalue")}, "Content-Type": {v("senttype")}}, Body: []byte(v("sentbody")),
				Timings: webhook.Timings{Total: time.Millisecond},
			}
			if n == 0 {
				a.Mode, a.Failure, a.Err = webhook.Faulty, webhook.Failure(v("failure")), v("why")
			} else {
				a.Answer = webhook.TargetAnswer{
					Status: 200, Protocol: v("answerprotocol"), Body: []byte(v("answerbody")),
					Header: http.Header{"X-" + v("answerheader"): {v("answervalue")}, "Content-Type": {v("answertype")}},
				}
			}
			core.attempts = append(core.attempts, a)
		}
		core.cases[cb.ID] = signature.Case{
			Request: signature.Request{Method: cb.Method, URL: cb.URL, Params: params, Header: http.Header{
				"X-Plivo-Signature-V3": {v("signature")}, "X-Plivo-Signature-V3-Nonce": {v("nonce")}, "X-" + v("header"): {v("headervalue")},
			}},
			ReceivedURL: cb.ReceivedURL, Body: cb.Body, Tokens: []signature.Token{testToken},
		}
	}
	core.diagnosis = signature.Diagnosis{
		RuledOut: []string{v("ruledout")}, Remains: []string{v("remains")},
		Findings: []signature.Finding{{
			Causes: []signature.Cause{signature.CauseParams}, Hypotheses: []string{"form-decoded"}, Confidence: signature.Likely, Detail: v("detail"), Remedy: v("remedy"),
			Changes: []signature.Change{
				{Part: signature.PartURL, Given: v("given"), Signed: v("signed")},
				{Part: signature.PartParams, Given: v("given") + "=1\nb=2", Signed: v("signed") + "=1"},
			},
			Settings: []signature.Setting{{Framework: v("framework"), Text: v("setting")}},
			Scheme:   signature.V3, Header: v("verdictheader"), Token: v("verdicttoken"), Base: v("base"), Signature: v("found"),
		}},
	}
	core.drafts = []store.SentDraft{{Draft: plivo.Draft{From: v("draftfrom"), To: []string{v("draftto")}, Text: v("drafttext"), CallbackURL: v("drafturl"), Method: v("draftmethod"), Options: *core.messages[0].Options}, At: testNow}}
	core.senders = []app.Sender{
		{From: v("sf"), Name: v("sendername"), Type: v("sendertype"), Registration: v("registration")},
		{Powerpack: v("senderpack"), Name: v("pn"), Type: v("packtype")},
	}
	core.preview = &app.ReplayPreview{
		Callbacks: 1, Requests: 1, Callback: webhook.Callback{Report: plivo.NewReport(params)}, Warnings: []string{v("warning")},
		First: replay.Request{
			Method: v("sentmethod"), URL: "http://" + v("sentto"), SignedURL: "http://" + v("signedfor"), Host: v("senthost"), Header: map[string][]string{"Content-Type": {v("senttype")}},
			Body: []byte(v("sentbody")), Changes: []replay.Change{{What: v("what"), Before: v("was"), After: v("is")}},
		},
	}
	core.attempts = append(core.attempts, webhook.Attempt{
		ID: int64(len(core.attempts)) + 1, CallbackID: 0, Scenario: v("scenario"), Step: 1, Method: v("askedmethod"), URL: "http://" + v("asked"), SignedURL: "http://" + v("askedfor"), Host: v("askedhost"), At: testNow,
		Header: http.Header{"X-" + v("askedheader"): {v("askedvalue")}}, Body: []byte(v("askedbody")), Failure: webhook.ClosedEarly, Err: v("failed"),
		Answer: webhook.TargetAnswer{Status: 200, Protocol: v("answerprotocol"), Header: http.Header{"X-" + v("answerheader"): {v("answervalue")}}, Body: []byte(v("answerbody"))},
	})
	st := &core.status
	st.AuthID, st.Account, st.ListenURL, st.PublicURL, st.CallbackURL = v("authid"), v("account"), v("listen"), v("public"), v("callbackurl")
	st.APIURL, st.DefaultSender, st.HistoryPath = v("api"), v("sender"), v("history")
	core.stranded = map[string]bool{core.messages[1].CallbackURL: true}
	st.Watch = app.WatchStatus{Silent: 3, Lost: 1, Problem: v("watchproblem")}
	st.Attachment = app.Attachment{State: app.AttachLost, AppID: v("appid"), AppName: v("appname"), Number: v("number"), Why: v("attachwhy")}
	core.foreign = &app.ForeignError{AppID: v("appid"), AppName: v("appname"), URL: "http://" + v("foreignurl"), Sibling: true}
	core.findings = []app.Finding{{Check: "sender", Result: app.CheckFailed, What: v("checkwhat"), Advice: v("checkadvice"), Private: []string{v("private")}}}
	st.Tunnel = app.TunnelStatus{Name: v("tunnel"), State: tunnel.Reconnecting, Why: v("tunnelwhy")}
	st.Embedded = true
	st.API.Calls, st.API.Failures, st.API.LastFailure, st.API.LastFailureAt = 1, map[api.Kind]int64{api.Network: 1}, v("lastfailure"), testNow
	st.Server.Received, st.Server.Stored, st.Server.Since = 3, 3, testNow
	st.Notices = []app.Notice{{At: testNow, Severity: app.Warning, Text: v("notice")}}
	err := errors.New(v("error"))
	core.sendErr, core.inboundErr, core.giveErr = err, err, err
}

// tours go to every screen, sheet and state with what hostileTo filled in. A typed one shows an input with
// text, or code, which cannot hold every byte.
var tours = []struct {
	name  string
	typed bool
	play  func(*driver)
}{
	{name: "messages", play: func(d *driver) { d.keys("G") }},
	{name: "messages filtered", play: func(d *driver) { d.setFilter() }},
	{name: "filter typed", typed: true, play: func(d *driver) {
		d.keys("/")
		d.send(paste("status:" + d.core.messages[0].Text))
	}},
	{name: "detail", play: func(d *driver) { d.keys("G", "enter") }},
	{name: "detail of an inbound one", play: func(d *driver) { d.keys("G", "k", "enter") }},
	{name: "detail of a refused one", play: func(d *driver) { d.keys("g", "enter") }},
	{name: "detail whole", play: func(d *driver) { d.keys("G", "z") }},
	{name: "reading fails", play: func(d *driver) {
		d.core.failReads = d.core.sendErr
		d.wake()
	}},
	{name: "copy menu", typed: true, play: func(d *driver) { d.keys("G", "y") }},
	{name: "copied", play: func(d *driver) { d.keys("G", "y", "y") }},
	{name: "not copied", play: func(d *driver) {
		d.m.env.o.Clipboard = func(string) error { return d.core.sendErr }
		d.keys("G", "y", "y")
	}},
	{name: "palette", typed: true, play: func(d *driver) {
		d.keys(":")
		d.send(paste(d.core.messages[0].Text))
	}},
	{name: "help", play: func(d *driver) { d.keys("?") }},
	{name: "inbound", typed: true, play: func(d *driver) { d.keys("G", "i") }},
	{name: "inbound fails", typed: true, play: func(d *driver) {
		d.keys("i")
		d.send(paste(d.core.messages[0].Text))
		d.keys("enter")
	}},
	{name: "callbacks", play: func(d *driver) { d.keys("2", "G") }},
	{name: "callbacks of a message", play: func(d *driver) { d.keys("G", "c") }},
	{name: "callback overview", play: hostileCallback()},
	{name: "callback parameters", play: hostileCallback("tab")},
	{name: "callback headers", play: hostileCallback("tab", "tab")},
	{name: "callback body", play: hostileCallback("tab", "tab", "tab")},
	{name: "callback body otherwise", play: hostileCallback("tab", "tab", "tab", "v")},
	{name: "callback body in a third way", play: hostileCallback("tab", "tab", "tab", "v", "v")},
	{name: "callback signature", play: hostileCallback("shift+tab", "shift+tab", "shift+tab")},
	{name: "callback answer", play: hostileCallback("shift+tab", "shift+tab")},
	{name: "callback attempts", play: hostileCallback("shift+tab", "space")},
	{name: "attempt", play: hostileCallback("shift+tab", "j", "enter")},
	{name: "attempt answered", play: hostileCallback("shift+tab", "enter")},
	{name: "attempt end", play: hostileCallback("shift+tab", "enter", "G")},
	{name: "attempt otherwise", play: hostileCallback("shift+tab", "enter", "v", "pgdown")},
	{name: "attempt copy menu", typed: true, play: hostileCallback("shift+tab", "enter", "y")},
	{name: "attempts compared", play: hostileCallback("shift+tab", "space", "space", "=")},
	{name: "attempts differences", play: hostileCallback("shift+tab", "space", "space", "=", "v", "G")},
	{name: "callback copy menu", typed: true, play: hostileCallback("tab", "G", "y")},
	{name: "callback searched", typed: true, play: func(d *driver) {
		hostileCallback("tab", "/")(d)
		d.send(paste(d.core.messages[0].Text))
		d.keys("enter")
	}},
	{name: "callbacks compared", play: func(d *driver) { d.keys("2", "G", "space", "k", "space", "=") }},
	{name: "callbacks differences", play: func(d *driver) { d.keys("2", "G", "space", "k", "space", "=", "v") }},
	{name: "compose", typed: true, play: func(d *driver) { d.compose() }},
	{name: "compose fails", typed: true, play: func(d *driver) {
		d.compose()
		d.keys("ctrl+s")
	}},
	{name: "recent", typed: true, play: func(d *driver) { d.keys("n", "ctrl+r") }},
	{name: "recent taken", typed: true, play: func(d *driver) { d.keys("n", "ctrl+r", "enter") }},
	{name: "options", typed: true, play: func(d *driver) {
		d.keys("n", "ctrl+x")
		for range options {
			d.send(paste(d.core.messages[0].Text))
			d.keys("tab")
		}
	}},
	{name: "options taken", typed: true, play: func(d *driver) { d.keys("n", "ctrl+r", "enter", "ctrl+x") }},
	{name: "senders", play: func(d *driver) { d.keys("n", "tab", "tab", "ctrl+n") }},
	{name: "senders fail", play: func(d *driver) {
		d.core.senders, d.core.sendersErr = nil, d.core.sendErr
		d.keys("n", "tab", "tab", "ctrl+n")
	}},
	{name: "senders from before", play: func(d *driver) {
		d.core.sendersErr = d.core.sendErr
		d.keys("n", "tab", "tab", "ctrl+n", "down")
	}},
	{name: "sender taken", typed: true, play: func(d *driver) { d.keys("n", "tab", "tab", "ctrl+n", "down", "enter") }},
	{name: "answer", typed: true, play: func(d *driver) { d.keys("G", "k", "a") }},
	{name: "unclear", play: func(d *driver) {
		d.core.messages[2].Unclear = true
		d.keys("g", "enter")
	}},
	{name: "code", typed: true, play: func(d *driver) {
		d.compose()
		d.keys("ctrl+o")
	}},
	{name: "code in Go", typed: true, play: func(d *driver) {
		d.compose()
		d.keys("ctrl+o", "tab")
	}},
	{name: "code in Node", typed: true, play: func(d *driver) {
		d.compose()
		d.keys("ctrl+o", "tab", "tab")
	}},
	{name: "code in Python", typed: true, play: func(d *driver) {
		d.compose()
		d.keys("ctrl+o", "shift+tab")
	}},
	{name: "signature", typed: true, play: func(d *driver) { d.keys("G", "s") }},
	{name: "signature end", typed: true, play: func(d *driver) { d.keys("G", "s", "G") }},
	{name: "signature unexplained", typed: true, play: func(d *driver) {
		d.core.diagnosis.Findings = nil
		d.keys("G", "s")
	}},
	{name: "signature fails", typed: true, play: func(d *driver) {
		d.core.examineErr = d.core.sendErr
		d.keys("G", "s")
	}},
	{name: "signature typed", typed: true, play: func(d *driver) {
		d.keys("5")
		for range 5 {
			d.send(paste(d.core.messages[0].Text))
			d.keys("tab")
		}
	}},
	{name: "signature examined for real", typed: true, play: func(d *driver) {
		d.core.pure = true
		d.keys("G", "s")
	}},
	{name: "replay", typed: true, play: func(d *driver) { d.keys("2", "G", "r", ":3000") }},
	{name: "replay more", typed: true, play: func(d *driver) { d.keys("2", "G", "r", ":3000", "ctrl+o", "end") }},
	{name: "replay sent", typed: true, play: func(d *driver) {
		d.keys("2", "G", "r", ":3000", "ctrl+s")
		if len(d.core.runs) > 0 {
			d.answers(d.core.attempts[len(d.core.attempts)-1])
		}
	}},
	{name: "replay scenario", typed: true, play: func(d *driver) {
		d.keys("4", "shift+tab", "left", "tab", "tab")
		for range 3 {
			d.send(paste(d.core.messages[0].Text))
			d.keys("tab")
		}
	}},
	{name: "replay attempts", typed: true, play: func(d *driver) { d.keys("4", "shift+tab", "shift+tab", "end") }},
	{name: "replay attempt", play: func(d *driver) { d.keys("4", "shift+tab", "shift+tab", "enter") }},
	{name: "replay attempt end", play: func(d *driver) { d.keys("4", "shift+tab", "shift+tab", "enter", "G") }},
	{name: "doctor", play: func(d *driver) { d.keys("D") }},
	{name: "doctor copied", play: func(d *driver) { d.keys("D", "y") }},
	{name: "foreign asked", play: func(d *driver) {
		d.core.status.Attachment.State, d.core.status.Attachment.Foreign = app.AttachFailed, d.core.foreign
		d.wake()
	}},
	{name: "foreign declined", play: func(d *driver) {
		d.core.status.Attachment.State, d.core.status.Attachment.Foreign = app.AttachFailed, d.core.foreign
		d.wake()
		d.keys("esc", "6", "I", "esc")
	}},
	{name: "missed asked", play: func(d *driver) { d.missed() }},
	{name: "missed not given", play: func(d *driver) {
		d.missed()
		d.pause()
		d.keys("y")
	}},
	{name: "missed given", play: func(d *driver) {
		d.core.giveErr, d.core.answer = nil, 200
		d.missed()
		d.pause()
		d.keys("y", "enter", "G")
	}},
	{name: "activity", play: func(d *driver) { d.keys("6") }},
	{name: "activity end", play: func(d *driver) { d.keys("6", "G") }},
}

func hostileCallback(keys ...string) func(*driver) {
	return func(d *driver) { d.keys(append([]string{"2", "G", "enter"}, keys...)...) }
}

// TestNothingHostileReachesTheTerminal shows each hostile text in every field of everything: what is
// written is text and the theme's colours alone, as wide as the screen for every terminal, and what was
// there can be told.
func TestNothingHostileReachesTheTerminal(t *testing.T) {
	for i, h := range hostiles {
		t.Run(h.name, func(t *testing.T) {
			oneInSixteen(t, i)
			t.Parallel()
			screen := vt.NewEmulator(220, 1)
			defer screen.Close()
			var told strings.Builder
			for j, tour := range tours {
				if testing.Short() && j%4 != 0 {
					continue
				}
				core := newFakeCore()
				hostileTo(core, h.text)
				d := newDriverOn(t, core, 200, 80, Options{Renderer: rendererOf(termenv.TrueColor, true)})
				d.m.env.core = moreSDKs{core, []sdk.Answer{
					{SDK: "sdk~" + h.text, Version: "1", Quirk: "quirk~" + h.text, Scheme: signature.V3},
					{SDK: "php", Err: &sdk.Error{SDK: "php", Text: "raises~" + h.text}},
				}}
				tour.play(d)
				for _, size := range [][2]int{{200, 80}, {80, 24}, {60, 15}} {
					d.send(sizeOf(size[0], size[1]))
					view := d.m.View()
					checkCells(t, tour.name, view, size[0], size[1], tour.typed)
					if !h.contested && !tour.typed {
						agreed(t, screen, tour.name, view, size[0])
					}
					told.WriteString(ansi.Strip(view) + "\n")
				}
				for range 3 {
					d.keys("pgdown")
					view := d.m.View()
					checkCells(t, tour.name, view, 60, 15, tour.typed)
				}
			}
			if len(h.text) < 200 && !testing.Short() {
				checkTold(t, told.String(), h.text)
			}
		})
	}
}
