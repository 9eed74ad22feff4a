package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
)

// again is the key that opens, where there is nothing to open but what was said.
func again(km keyMap) key.Binding {
	b := km.open
	b.SetHelp(b.Help().Key, "say all of it")
	return b
}

// signatureKeys are those of the signature screen, which has no form here: a request comes from a callback or
// a paste.
func signatureKeys(km keyMap, s *sigScreen) []key.Binding {
	fields := km.toFields
	fields.SetHelp(fields.Help().Key, "another URL or token")
	restore := km.restore
	if s.source.name == "" {
		restore = km.empty
	}
	return []key.Binding{again(km), km.pasted, fields, restore, km.sibling, km.copyBase, km.copySignature, km.leave}
}

func (p *plainUI) signatureKey(k tea.KeyMsg) (tea.Cmd, bool) {
	s, km := p.m.sig, p.m.env.keys
	switch {
	case key.Matches(k, km.open):
		if s.known || s.failure != nil {
			p.out.say(join(p.speakResult()))
			return nil, true
		}
		return p.examineSelected(), true
	case key.Matches(k, km.toFields):
		p.askCase()
	case key.Matches(k, km.restore, km.sibling, km.copyBase, km.copySignature, km.leave):
		return s.key(k)
	default:
		return nil, false
	}
	return nil, true
}

// examineSelected takes the selected callback, or that of the selected message.
func (p *plainUI) examineSelected() tea.Cmd {
	if c, ok := p.m.requests.selected(); ok {
		return p.m.sig.open(c.ID, nil)
	}
	if d := p.m.messages.detail; len(d.callbacks) > 0 {
		c, ok := newestUnverified(d.callbacks)
		if !ok {
			c = d.callbacks[len(d.callbacks)-1]
		}
		return p.m.sig.open(c.ID, nil)
	}
	p.out.say("There is no callback to examine yet.")
	return nil
}

// askCase asks for another URL and another token to look at the request with.
func (p *plainUI) askCase() {
	s, km := p.m.sig, p.m.env.keys
	p.put(&question{label: "URL as given to Plivo", text: []rune(s.value(fieldSigned)), accept: km.newline, leave: km.leave, done: func(text string) tea.Cmd {
		if text != s.value(fieldSigned) {
			s.setValue(fieldSigned, text)
		}
		p.put(&question{label: "Token, not shown, empty for the configured ones", secret: true, accept: km.newline, leave: km.leave, done: func(text string) tea.Cmd {
			s.setValue(fieldToken, strings.TrimSpace(text))
			cmd := s.follow()
			if cmd == nil {
				p.due.result = true // nothing changed: it is said as it is
			}
			return cmd
		}})
		return nil
	}})
}

func (p *plainUI) signatureSummary() []string {
	s := p.m.sig
	km := p.m.env.keys
	open := spokenKeys(km.open.Help().Key)
	switch {
	case p.due.result || s.opened != 0:
		return []string{"Signature."}
	case s.known || s.failure != nil:
		words := "Signature"
		if s.source.name != "" {
			words += " of " + s.source.name
		}
		return []string{words + ": " + unsigned(s.verdictWords()) + ". " + open + " says all of it."}
	default:
		return []string{"Signature. " + open + " examines the selected callback. Or paste a captured request here."}
	}
}

// speakResult says all that was found out about a request.
func (p *plainUI) speakResult() []string {
	s := p.m.sig
	if s.failure != nil {
		return []string{p.m.env.noticeSpoken(app.Notice{Severity: app.Failure, Text: s.failure.Error()})}
	}
	exam, words := s.exam.Masked(p.m.env.mask), "The request"
	if s.source.name != "" {
		words = strings.ToUpper(s.source.name[:1]) + s.source.name[1:]
	}
	out := []string{fmt.Sprintf("%s: %s %s", words, brief(exam.Case.Method), readable(exam.Case.URL))}
	if s.wantsToken() {
		out = append(out, "Only the simulator's made-up token is known here: "+spokenKeys(p.m.env.keys.toFields.Help().Key)+" asks for yours.")
	}
	out = append(out, p.m.env.speakExamination(exam)...)
	return append(out, p.m.env.speakBases(exam)...)
}

func (p *plainUI) activityKey(k tea.KeyMsg) (tea.Cmd, bool) {
	switch km := p.m.env.keys; {
	case key.Matches(k, km.open):
		p.out.say(join(p.activitySummary()))
	case key.Matches(k, km.follow):
		p.pause()
	case key.Matches(k, km.back):
		p.m.show(onMessages)
	default:
		return nil, false
	}
	return nil, true
}

// saidNotices is how many notices the activity screen says again.
const saidNotices = 10

// activitySummary says the figures and the last notices.
func (p *plainUI) activitySummary() []string {
	e := p.m.env
	out := []string{"Activity."}
	if s := e.status.Server; !e.status.Joined && s.Received > 0 {
		out = append(out, fmt.Sprintf("Received %s, stored %s, refused %s, dropped %s, in flight %s.", count(s.Received), count(s.Stored),
			count(s.Refused), count(s.Dropped), count(s.Received-s.Stored-s.Refused-s.Dropped)))
	} else if e.status.Joined {
		out = append(out, fmt.Sprintf("Process %d serves, and counts what comes in.", e.status.ServerPID))
	} else {
		out = append(out, "Nothing received yet.")
	}
	out = append(out, e.spokenRoutes()...)
	for _, part := range []struct {
		name string
		tell func(*figures)
	}{{"The callback server", e.tellServer}, {"The history", e.tellHistory}, {"The API", e.tellAPI}} {
		out = append(out, part.name+".")
		out = append(out, writtenFigures(e.th, part.tell)...)
	}
	all := e.allNotices()
	all = all[:min(len(all), saidNotices)]
	out = append(out, "The last notices, the oldest first.")
	for _, n := range slices.Backward(all) {
		out = append(out, clock(n.At, e.at)+": "+e.noticeSpoken(n.Notice))
	}
	return out
}

// writtenFigures are the lines of a part of the activity screen, as sentences.
func writtenFigures(th *theme, tell func(*figures)) []string {
	return written(th, func(p *page) { tell(&figures{page: *p}) })
}
