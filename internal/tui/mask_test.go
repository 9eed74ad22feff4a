package tui

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// What must not be seen while masked: numbers, a sender and a text.
const (
	maskFrom   = "+4915112345678"
	maskTo     = "+4915187654321"
	maskSender = "HERONRY"
	maskText   = "the heron lands at seven by the second bridge"
)

var maskCanaries = []string{"15112345678", "12345678", "15187654321", "87654321", "heron", "HERONRY", "second bridge", "second+bridge", "second%20bridge"}

// maskOptions hold all of them in what a message has beside its text.
func maskOptions() plivo.Options {
	return plivo.Options{
		Type: plivo.WhatsApp, Media: []string{"https://name.example/a.jpg?to=" + maskTo[1:] + "&text=" + url.QueryEscape(maskText)}, DLTEntityID: "1201159",
		Template: `{"name":"order","language":"en","components":[{"type":"body","parameters":[{"type":"text","text":"` + maskText + `"}]}]}`,
		Location: `{"latitude":"1","longitude":"2","name":"` + maskText + `"}`,
	}
}

// canariesTo fills a core with rows that hold all of them, wherever such a thing can be.
func canariesTo(core *fakeCore) {
	about := fmt.Sprintf("to %s and from %s", maskTo, maskFrom)
	for i, m := range []plivo.Message{
		{UUID: "5b40a428-0000-4000-8000-000000000001", Direction: plivo.Outbound, From: maskFrom, To: maskTo, Text: maskText, Status: plivo.Delivered, Callbacks: 3},
		{UUID: "5b40a428-0000-4000-8000-000000000002", Direction: plivo.Inbound, From: maskTo, To: maskFrom, Text: maskText, Status: plivo.Received, Callbacks: 1},
		{Direction: plivo.Outbound, From: maskSender, To: maskTo, Text: maskText, Status: plivo.Failed, Refusal: "cannot send " + about},
	} {
		set := maskOptions()
		m.Options = &set
		m.ID, m.CreatedAt, m.UpdatedAt, m.CallbackURL = int64(i+1), testNow, testNow, "https://name.example/in?to="+url.QueryEscape(maskTo)
		core.add(m)
	}
	params := []signature.Param{
		{Name: "From", Value: maskFrom[1:]},
		{Name: "To", Value: maskTo[1:]},
		{Name: "Text", Value: maskText},
		{Name: "MessageUUID", Value: "5b40a428-0000-4000-8000-000000000001"},
		{Name: "Status", Value: "delivered"},
		{Name: "Gateway", Value: "for " + maskFrom},
		{Name: "ProfileName", Value: "heron"},
	}
	form := string(formOf(params))
	jsonBody := fmt.Sprintf(`{"From": %q, "text": %q, "list": [{"to": %s}]}`, maskFrom, maskText, maskTo[1:])
	for i, c := range []webhook.Callback{
		{Method: "POST", URL: "https://name.example/sms/delivery-report", Header: http.Header{"Content-Type": {formType}}, Body: []byte(form)},
		{Method: "GET", URL: "https://name.example/sms/delivery-report?" + form, Header: http.Header{"X-Caller": {maskFrom}}},
		{Method: "POST", URL: "https://name.example/" + maskTo, Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(jsonBody)},
		{Method: "PUT", URL: "https://name.example/other", Header: http.Header{"Content-Type": {"text/plain"}}, Body: []byte(maskText + about)},
		{Method: "POST", URL: "https://name.example/large", Header: http.Header{"Content-Type": {formType}}, Body: []byte(form + "&More=" + strings.Repeat("x", 40<<10))},
	} {
		c.ID, c.ReceivedAt, c.Kind, c.ReceivedURL, c.RemoteAddr = int64(i+1), testNow, webhook.DeliveryReport, strings.Replace(c.URL, "https", "http", 1), "203.0.113.7:40123"
		c.Header["X-Original-Url"] = []string{"/in?" + form}
		c.Report, c.Problem = plivo.NewReport(params), "The parameters are of a message "+about+"."
		c.Verdict = signature.Result{Outcome: signature.Invalid, Scheme: signature.V3, Header: "X-Plivo-Signature-V3"}
		c.Answer = webhook.Answer{Status: 200, At: testNow}
		core.callbacks[core.messages[0].UUID] = append(core.callbacks[core.messages[0].UUID], c)
		for range 2 {
			core.try(webhook.Attempt{
				CallbackID: c.ID, Mode: webhook.Resigned, At: testNow, Method: c.Method, URL: strings.Replace(c.URL, "name.example", "app.example", 1), Host: "app.example",
				SignedURL: c.URL, Header: c.Header, Body: c.Body, Failure: webhook.ClosedEarly, Err: "The answer " + about + " stopped.",
				Answer: webhook.TargetAnswer{
					Status: 200, Header: http.Header{"Content-Type": {"text/plain"}, "X-Said": {maskFrom}}, Body: []byte(maskText + about),
				},
			})
		}
		signed := slices.Clone(params)
		signed[0].Value = maskFrom
		signedURL := c.URL + "/"
		if c.Method == "GET" {
			signed, signedURL = nil, strings.Replace(c.URL, "second", "third", 1)
		}
		base, _ := signature.Base(signature.V3, c.Method, signedURL, "05822938823290342821", signed)
		header := http.Header{"X-Plivo-Signature-V3": {signature.SignBase(testToken, signature.V3, base)}, "X-Plivo-Signature-V3-Nonce": {"05822938823290342821"}, "X-Caller": {maskFrom}}
		held := params
		if c.Method == "GET" {
			held = nil
		}
		core.cases[c.ID] = signature.Case{Request: signature.Request{Method: c.Method, URL: c.URL, Params: held, Header: header}, ReceivedURL: c.ReceivedURL, Body: c.Body, Tokens: []signature.Token{testToken}}
	}
	core.attempts = []webhook.Attempt{{
		ID: 1, CallbackID: 1, Method: "POST", URL: "http://localhost:3000/in?" + form, SignedURL: "http://localhost:4000/in?" + form, Host: "localhost:3000", At: testNow,
		Header: http.Header{"Content-Type": {formType}, "X-Caller": {maskFrom}}, Body: []byte(form), Failure: webhook.ClosedEarly, Err: "It ended " + about + ".",
		Answer: webhook.TargetAnswer{Status: 200, Protocol: "HTTP/1.1", Header: http.Header{"Content-Type": {"application/json"}, "X-Caller": {maskFrom}}, Body: []byte(jsonBody)},
	}}
	for i := range core.messages {
		m := &core.messages[i]
		m.Silence = plivo.Silence{Cause: plivo.OtherURL, Detail: m.CallbackURL, At: testNow}
		m.Provider = plivo.Provider{Status: plivo.Sent, Problem: "no answer " + about, Asked: 1, AskedAt: testNow}
	}
	core.messages[0].Unverified = true
	core.stranded = map[string]bool{core.messages[0].CallbackURL: true}
	core.findings = []app.Finding{{Check: "sender", Result: app.CheckFailed, What: "the sender " + maskFrom + " is not of HERONRY", Advice: "give another than " + maskTo, Private: []string{maskSender}}}
	core.foreign = &app.ForeignError{AppID: "20000000000000001", AppName: "for " + maskTo, URL: "https://name.example/in?to=" + url.QueryEscape(maskTo)}
	core.giveErr = errors.New("cannot give it " + about)
	core.pure = true
	core.drafts = []store.SentDraft{{Draft: plivo.Draft{From: maskSender, To: []string{maskTo, maskFrom}, Text: maskText, CallbackURL: "https://name.example/x?to=" + maskTo[1:], Options: maskOptions()}, At: testNow}}
	core.senders = []app.Sender{{From: maskFrom, SMS: true, Default: true}, {From: maskTo, MMS: true}, {Powerpack: "6fe8c5b8-0000-4000-8000-000000000001", Name: "for " + maskTo}}
	st := &core.status
	st.DefaultSender, st.Spends = maskFrom, true
	st.Watch = app.WatchStatus{Silent: 2, Problem: "no answer " + about}
	st.Attachment = app.Attachment{State: app.AttachLost, Number: maskFrom, AppName: "for " + maskTo, Why: "It was changed " + about + "."}
	st.API.LastFailure, st.API.LastFailureAt, st.API.Calls, st.API.Failures = "cannot send "+about, testNow, 1, nil
	st.Notices = []app.Notice{{At: testNow, Severity: app.Warning, Text: "A message " + about + " is odd."}}
	core.sendErr, core.inboundErr = errors.New("cannot send "+about), errors.New("no message came "+about)
}

// maskTours are those of tours in which nobody types, and forms that were left.
func maskTours() map[string]func(*driver) {
	all := map[string]func(*driver){}
	typed := []string{
		"filter typed", "messages filtered", "palette", "inbound fails", "callback searched", "compose", "compose fails", "recent taken", "signature typed", "options", "options taken", "senders", "senders fail", "senders from before", "sender taken",
		"code", "code in Go", "code in Node", "code in Python",
	}
	for _, tour := range tours {
		if !slices.Contains(typed, tour.name) {
			all[tour.name] = tour.play
		}
	}
	for id := range int64(5) {
		for at := range int(parts) {
			all[fmt.Sprintf("callback %d, part %d", id+1, at)] = func(d *driver) {
				d.onCallback(id + 1)
				d.keys("enter")
				for range at {
					d.keys("tab")
				}
			}
		}
		for name, keys := range map[string][]string{"opened": {"enter"}, "at its end": {"enter", "G"}, "compared": {"space", "space", "="}, "copied": {"enter", "G", "y", "y"}} {
			all[fmt.Sprintf("attempt of callback %d %s", id+1, name)] = func(d *driver) {
				d.onCallback(id + 1)
				d.keys("enter", "shift+tab")
				d.keys(keys...)
			}
		}
		all[fmt.Sprintf("signature of callback %d", id+1)] = func(d *driver) {
			d.onCallback(id + 1)
			d.keys("s")
		}
	}
	filled := func(then ...string) func(*driver) {
		return func(d *driver) {
			d.keys("n", "ctrl+r", "enter", "shift+tab") // to the button
			d.keys(then...)
		}
	}
	all["a form that was filled"] = filled()
	all["options that were filled"] = filled("ctrl+x")
	all["senders of the account"] = filled("ctrl+n", "down")
	all["a sender that was taken"] = func(d *driver) { d.keys("n", "tab", "tab", "ctrl+n", "down", "enter") }
	all["an answer"] = func(d *driver) { d.keys("G", "k", "a") }
	all["a question about money"] = filled("ctrl+s")
	all["a send that failed"] = func(d *driver) {
		d.core.status.Spends = false
		filled("ctrl+s")(d)
	}
	for i := range 5 {
		all[fmt.Sprintf("code %d", i)] = filled(append([]string{"ctrl+o"}, slices.Repeat([]string{"tab"}, i)...)...)
	}
	all["a form with a wrong sender"] = func(d *driver) {
		filled()(d)
		d.m.compose.setValue(fieldFrom, maskSender+"-TOOLONG")
		d.m.compose.check()
		d.m.compose.refresh()
		d.keys("ctrl+s", "shift+tab", "shift+tab", "shift+tab")
	}
	all["a signature that was pasted"] = func(d *driver) {
		d.keys("5")
		d.send(paste("POST /in?to=" + maskTo[1:] + " HTTP/1.1\nHost: name.example\nContent-Type: " + formType + "\nX-Caller: " + maskFrom + "\n\n" + string(formOf([]signature.Param{{Name: "From", Value: maskFrom}, {Name: "Text", Value: maskText}}))))
	}
	all["a filter for numbers"] = func(d *driver) {
		d.keys("/")
		d.send(paste("to:" + maskTo))
		d.keys("enter")
	}
	all["quitting"] = filled("esc", "q")
	return all
}

// unseen fails where a text shows what is masked.
func unseen(t *testing.T, what, text string) {
	t.Helper()
	for _, c := range maskCanaries {
		if i := strings.Index(text, c); i >= 0 {
			t.Errorf("%s: %q in … %s …", what, c, text[max(i-200, 0):min(i+200, len(text))])
			return
		}
	}
}

// TestMasked holds that nothing that is masked is seen, copied or opened, on any screen, whether masking
// was on from the start or was switched on there.
func TestMasked(t *testing.T) {
	i := 0
	for name, play := range maskTours() {
		i++
		t.Run(name, func(t *testing.T) {
			oneInSixteen(t, i)
			t.Parallel()
			for _, late := range []bool{false, true} {
				core := newFakeCore()
				canariesTo(core)
				var copied []string
				d := newDriverOn(t, core, 200, 80, Options{
					Renderer: rendererOf(termenv.Ascii, true), Mask: !late,
					Clipboard:   func(s string) error { copied = append(copied, s); return nil },
					MessageJSON: func(m plivo.Message) ([]byte, error) { return fmt.Appendf(nil, "%+v", m), nil },
					CallbackJSON: func(c webhook.Callback, masked bool) ([]byte, error) {
						return fmt.Appendf(nil, "%+v %q %v", c.Report, c.Body, masked), nil
					},
					AttemptJSON: func(a webhook.Attempt) ([]byte, error) { return fmt.Appendf(nil, "%q", fmt.Sprint(a)), nil },
				})
				play(d)
				if late {
					d.run(d.m.toggleMask())
					if d.m.env.sheet != nil {
						d.m.env.sheet = nil // no key switches it on below one
					}
					copied = nil // before that, all is copied as it is
				}
				for _, size := range [][2]int{{200, 80}, {120, 36}, {80, 24}, {60, 15}} {
					d.send(sizeOf(size[0], size[1]))
					d.pause()
					screen := d.screen()
					unseen(t, fmt.Sprintf("%v late %v", size, late), screen)
					if !strings.Contains(strings.SplitN(screen, "\n", 2)[0], "MASKED") {
						t.Errorf("%v: the header does not say that it is masked:\n%s", size, screen)
					}
				}
				for range 6 {
					d.keys("pgdown")
					unseen(t, "further down", d.screen())
				}
				if s, ok := d.m.screen().(copier); ok {
					for _, it := range s.copies() {
						text, _ := pasteable(it)
						unseen(t, "copied as "+it.name, it.name+text)
						unseen(t, "opened as "+it.name, string(readableCopy(it)))
						d.run(d.m.env.copy(it))
					}
				}
				unseen(t, "after copying", d.screen())
				if d.m.env.sheet == nil && !d.m.typing() {
					d.keys("b", "y")
				}
				unseen(t, "the clipboard", strings.Join(copied, "\n"))
				d.keys("esc", "esc", "esc")
				d.m.env.sheet = nil
				d.keys("6")
				unseen(t, "Activity", d.screen())
			}
		})
	}
}

// TestUnmasked holds that everything is seen again, and that what is asked of the core is the real thing.
func TestUnmasked(t *testing.T) {
	core := newFakeCore()
	canariesTo(core)
	d := newDriverOn(t, core, 200, 80, Options{Renderer: rendererOf(termenv.Ascii, true), Mask: true})
	for _, play := range []struct {
		keys []string
		want string
	}{
		{[]string{"G"}, maskTo},
		{[]string{"G", "enter"}, maskText},
		{[]string{"esc", "2", "G", "enter", "tab"}, maskTo[1:]},
		{[]string{"esc", "G", "space", "k", "space", "="}, maskTo[1:]},
		{[]string{"esc", "1", "G", "s"}, "heron"},
		{[]string{"esc", "6"}, maskFrom},
	} {
		d.keys(play.keys...)
		unseen(t, strings.Join(play.keys, " "), d.screen())
		d.keys("M")
		d.expect(play.want, "shown as they are")
		if strings.Contains(d.screen(), "MASKED") {
			t.Error("the header says that it is masked")
		}
		at := d.screen()
		d.keys("M")
		unseen(t, strings.Join(play.keys, " ")+" and back", d.screen())
		d.keys("M")
		// Activity lists two notices more.
		if now := d.screen(); now != at && d.m.at != onActivity {
			t.Errorf("%v: after masking and unmasking it is\n%s\nand was\n%s", play.keys, now, at)
		}
		d.keys("M")
	}
}

func TestSendsWhatWasMasked(t *testing.T) {
	core := newFakeCore()
	canariesTo(core)
	core.status.Spends, core.sendErr = false, nil
	core.drafts[0].From = maskFrom
	core.drafts[0].To = []string{maskTo}
	d := newDriverOn(t, core, 120, 36, Options{Renderer: rendererOf(termenv.Ascii, true), Mask: true})
	d.keys("n", "ctrl+r", "enter")
	d.expect(maskText) // the text has the focus
	d.absent(maskTo)
	d.keys("tab")
	d.expect(maskTo)
	d.absent("heron")
	d.keys("ctrl+s")
	if len(core.sends) != 1 || core.sends[0].Draft.Text != maskText || core.sends[0].Draft.To[0] != maskTo || core.sends[0].Draft.From != maskFrom {
		t.Errorf("sent %+v", core.sends)
	}
	// An inbound message comes from the number that is selected.
	core.inboundErr = nil
	d.keys("G", "i", "enter")
	if len(core.inbounds) != 1 || !strings.Contains(core.inbounds[0], maskTo) {
		t.Errorf("inbound %q", core.inbounds)
	}
}

// TestFiltersByAPseudonym holds that a pseudonym that was seen can be looked for, and another one cannot.
func TestFiltersByAPseudonym(t *testing.T) {
	core := newFakeCore()
	canariesTo(core)
	d := newDriverOn(t, core, 120, 36, Options{Renderer: rendererOf(termenv.Ascii, true), Mask: true})
	shown := d.m.env.mask.Number(maskTo)
	d.expect(shown)
	d.keys("/")
	d.send(paste("to:" + shown))
	d.keys("enter")
	if got := d.m.messages.applied.String(); got != "to:"+maskTo && got != "to:"+maskTo[1:] {
		t.Errorf("the filter is %q", got)
	}
	d.expect("to:" + shown)
	d.keys("/", "esc", "esc", "/")
	d.send(paste("to:+49•••••zzzzzz"))
	d.keys("enter")
	d.expect("Not applied: no number that was shown has the pseudonym +49•••••zzzzzz; copy it from the list")
	if !d.m.messages.typing() {
		t.Error("a pseudonym that nobody saw is a filter")
	}
}

// TestAWrongFilterStaysMasked holds that what is said of a filter with a pseudonym does not have the number.
func TestAWrongFilterStaysMasked(t *testing.T) {
	core := newFakeCore()
	canariesTo(core)
	d := newDriverOn(t, core, 120, 36, Options{Renderer: rendererOf(termenv.Ascii, true), Mask: true})
	shown := d.m.env.mask.Number(maskTo)
	for _, filter := range []string{"since:" + shown, "sig:" + shown, "dir:" + shown, "to:" + shown + " foo:" + shown} {
		d.keys("/")
		d.send(paste(filter))
		d.keys("enter")
		if d.m.messages.filter.wrong == nil {
			t.Fatalf("%s is a filter", filter)
		}
		d.expect("^", shown)
		unseen(t, filter, d.screen())
		d.keys("esc")
	}
}

// TestMaskedCountsSegments holds that the segments are those of the text, and not of what stands for it.
func TestMaskedCountsSegments(t *testing.T) {
	core := newFakeCore()
	canariesTo(core)
	long := strings.Repeat("the heron ", 60)
	core.add(plivo.Message{ID: 9, UUID: "u", Direction: plivo.Outbound, From: maskFrom, To: maskTo, Text: long, Status: plivo.Sent, CreatedAt: testNow, UpdatedAt: testNow, Units: 4})
	d := newDriverOn(t, core, 160, 40, Options{Renderer: rendererOf(termenv.Ascii, true), Mask: true})
	d.keys("g", "enter")
	d.expect("▒▒▒ 600 characters", "we count 4 segments (GSM-7), Plivo billed 4")
	d.absent("≠")
}
