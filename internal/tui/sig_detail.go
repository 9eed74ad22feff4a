package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// cause is why the newest callback of the shown message that does not verify does not.
type cause struct {
	of      webhook.Callback
	wanted  bool // there is such a callback
	known   bool
	exam    app.Examination
	failure error // stands until the next answer
	asking  bool
	stop    context.CancelFunc
}

type (
	// causeMsg answers the question why a callback does not verify.
	causeMsg struct {
		id   int64
		exam app.Examination
		err  error
	}
	// signatureMsg says which callback of a message to examine.
	signatureMsg struct {
		message  int64
		callback webhook.Callback
		found    bool
		all      []int64 // the message's callbacks, oldest first
		err      error
	}
)

// unverified reports whether a callback is signed and does not verify.
func unverified(r signature.Result) bool {
	return r.Outcome == signature.Invalid || r.Outcome == signature.Missing && r.Header != ""
}

// newestUnverified is the newest callback that is signed and does not verify.
func newestUnverified(all []webhook.Callback) (webhook.Callback, bool) {
	for _, c := range slices.Backward(all) {
		if unverified(c.Verdict) {
			return c, true
		}
	}
	return webhook.Callback{}, false
}

func (d *detail) forgetCause() {
	if d.cause.stop != nil {
		d.cause.stop()
	}
	d.cause = cause{}
}

// findCause asks why the newest callback that does not verify does not, once for each, and again where
// that could not be looked for.
func (d *detail) findCause() tea.Cmd {
	c, ok := newestUnverified(d.callbacks)
	failure := d.cause.failure
	if ok == d.cause.wanted && c.ID == d.cause.of.ID {
		if failure == nil || d.cause.asking {
			return nil
		}
	} else {
		failure = nil
	}
	d.forgetCause()
	if !ok {
		return nil
	}
	ctx, stop := context.WithCancel(d.env.ctx)
	d.cause = cause{of: c, wanted: true, failure: failure, asking: true, stop: stop}
	core := d.env.core
	return func() tea.Msg {
		e, err := core.ExamineCallback(ctx, c.ID)
		return causeMsg{c.ID, e, err}
	}
}

// learn takes the answer, unless another callback is shown by now.
func (d *detail) learn(msg causeMsg) {
	if !d.cause.wanted || msg.id != d.cause.of.ID || errors.Is(msg.err, context.Canceled) {
		return
	}
	d.cause.asking = false
	d.cause.known, d.cause.exam, d.cause.failure = msg.err == nil, msg.exam, msg.err
	d.refresh()
}

// explain says why the signature does not match: what was found, and what to do.
func (c cause) explain(p *page) {
	th := p.th
	switch {
	case !c.wanted:
		return
	case c.failure != nil:
		p.field("signature", th.bad, "✗ does not verify; the cause could not be looked for: "+escape.Line(head(c.failure.Error(), noticeBytes)))
		return
	case !c.known:
		p.field("signature", th.bad, "✗ checked over "+brief(c.of.URL)+" …")
		return
	case c.exam.Verdict.Outcome == signature.Valid:
		p.field("signature", th.good, fmt.Sprintf("✓ matches by now: %s with the token %q; when it came it did not", c.exam.Verdict.Scheme, brief(c.exam.Verdict.Token)))
		return
	}
	if said := c.exam.Came.Words(); said != "" {
		p.field("signature", th.bad, "✗ does not verify; "+readable(said))
		return
	}
	if c.exam.Verdict.Outcome == signature.Unchecked {
		p.field("signature", th.warn, "! did not match when it came; now there is no token to check with")
		return
	}
	findings := c.exam.Diagnosis.Findings
	if c.exam.Diagnosis.Cause() == signature.UnknownCause {
		p.field("signature", th.bad, "✗ does not verify: no change that was tried makes it match; s examines it")
		if len(findings) > 0 {
			paint, sign, words := findingWords(th, findings[0])
			p.field("", paint, sign+" "+words)
		}
		return
	}
	f := findings[0]
	paint, sign, words := findingWords(th, f)
	p.field("signature", paint, sign+" "+words)
	for _, change := range f.Changes[:min(len(f.Changes), 3)] {
		p.change(change, brief)
	}
	if f.Remedy != "" {
		p.field("", th.text, "→ "+readable(f.Remedy))
	}
}

// openSignature opens the callback of the selected message whose signature is worth looking at: the
// newest that does not verify, else the newest.
func (s *messages) openSignature() tea.Cmd {
	m, ok := s.chosen()
	if !ok {
		return nil
	}
	if m.Refusal != "" && m.UUID == "" && !m.Unclear {
		how := "refused"
		if m.NotTaken {
			how = "did not take"
		}
		s.env.notifyAbout(aboutSelection, app.Warning, "There is no signature to look at: a message that the API "+how+" has no callback.")
		return nil
	}
	if m.Callbacks == 0 || m.UUID == "" {
		s.env.notifyAbout(aboutSelection, app.Warning, "There is no signature to look at: the message has no callback yet.")
		return nil
	}
	ctx, core := s.env.ctx, s.env.core
	all, here := s.detail.callbacks, s.detail.loaded.id == m.ID
	return func() tea.Msg {
		var err error
		if !here {
			all, err = core.CallbacksOf(ctx, m.UUID, callbacksShown)
		}
		msg := signatureMsg{message: m.ID, err: err}
		for _, c := range all {
			msg.all = append(msg.all, c.ID)
		}
		if msg.callback, msg.found = newestUnverified(all); !msg.found && len(all) > 0 {
			msg.callback, msg.found = all[len(all)-1], true
		}
		return msg
	}
}

// openSignature goes to the signature screen, unless the user went elsewhere while the callback was
// looked for.
func (m *Model) openSignature(msg signatureMsg) tea.Cmd {
	sel, ok := m.messages.grid.Selected()
	switch {
	case m.at != onMessages || !ok || sel.ID != msg.message:
		return nil
	case msg.err != nil:
		m.env.notifyAbout(aboutSelection, app.Failure, fmt.Sprintf("Read the callbacks of the message: %v; press s again to retry.", msg.err))
		return nil
	case !msg.found:
		m.env.notifyAbout(aboutSelection, app.Warning, "There is no signature to look at: the history keeps no callback of the message any more.")
		return nil
	}
	m.show(onSignature)
	return m.sig.open(msg.callback.ID, msg.all)
}
