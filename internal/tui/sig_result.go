package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/tui/grid"
)

// explain renders the result as it is now.
func (s *sigScreen) explain() {
	w := s.lay.result.w
	if w <= 0 {
		return
	}
	p := &page{th: s.th, w: w}
	switch {
	case s.failure != nil:
		p.hang(s.th.bad, "✗", escape.Line(head(s.env.mask.Sentence(s.failure.Error()), noticeBytes)))
	case s.known:
		shown := s.exam.Masked(s.env.mask)
		writeVerdict(p, shown)
		if s.wantsToken() {
			p.hang(s.th.warn, "!", "only the simulator's made-up token is known here: type yours under Token")
		}
		if !lacksURL(s.exam) {
			writeFindings(p, shown.Diagnosis)
		}
		writeBases(p, shown)
		writeSDKs(p, shown.SDKs)
		writeSettings(p, shown.Diagnosis)
	case s.opened != 0:
		p.say(s.th.muted, fmt.Sprintf("Reading callback %d …", s.opened))
	case !s.nothing():
		p.say(s.th.muted, "Looking at it …")
	default:
		p.blank()
		p.say(s.th.text, "Why does a signature not match?")
		p.blank()
		p.say(s.th.muted, "Paste a captured request anywhere on this screen: raw HTTP, a curl command, a HAR file, or a line of \"plivoscope history --callbacks -o json\".")
		p.say(s.th.muted, "Or type its URL, headers and body: the answer changes as you type.")
		p.say(s.th.muted, "On the messages, s brings a message's callback here.")
	}
	s.result = p.lines
	s.scrollResult(0)
}

func (s *sigScreen) scrollResult(n int) {
	s.top = max(min(s.top+n, len(s.result)-s.lay.result.h), 0)
}

// resultKey handles a key of the result.
func (s *sigScreen) resultKey(k tea.KeyMsg) (tea.Cmd, bool) {
	page := max(s.lay.result.h-1, 1)
	switch km := s.env.keys; {
	case key.Matches(k, km.up):
		s.scrollResult(-1)
	case key.Matches(k, km.down):
		s.scrollResult(1)
	case key.Matches(k, km.pageUp):
		s.scrollResult(-page)
	case key.Matches(k, km.pageDown):
		s.scrollResult(page)
	case key.Matches(k, km.detailTop):
		s.top = 0
	case key.Matches(k, km.sibling):
		n := 1
		if k.String() == "[" {
			n = -1
		}
		return s.beside(n), true
	case key.Matches(k, km.detailEnd):
		s.scrollResult(len(s.result))
	case key.Matches(k, km.copyBase):
		return s.copy("base string", func(b baseString) string { return b.text }), true
	case key.Matches(k, km.copySignature):
		return s.copy("signature", func(b baseString) string { return b.signature }), true
	default:
		return nil, false
	}
	return nil, true
}

// copy puts a part of the first base string on the clipboard: the one that was signed, where that is
// known.
func (s *sigScreen) copy(what string, of func(baseString) string) tea.Cmd {
	b, ok := firstBase(s.exam.Masked(s.env.mask))
	text := of(b)
	if !s.known || !ok || text == "" {
		s.env.notifyAbout(aboutSignature, app.Warning, "There is no "+what+" to copy: it takes a URL, a nonce and a token.")
		return nil
	}
	put, words := s.env.o.Clipboard, fmt.Sprintf("Copied the %s %s, %s", b.scheme, what, b.words)
	if s.env.mask != nil {
		words += ", masked"
	}
	text, escaped := pasteable(copyItem{"body", text}) // line ends of parameters are signed too, and stay
	words += actingWords(escaped)
	return func() tea.Msg {
		if err := put(text); err != nil {
			return copiedMsg{app.Failure, fmt.Sprintf("Copy the %s: %v; select it with the mouse while holding shift instead.", what, err)}
		}
		return copiedMsg{app.Info, words + "."}
	}
}

// verdictWords say in a few words what came out, for a title.
func (s *sigScreen) verdictWords() string {
	switch {
	case !s.known:
		return ""
	case lacksURL(s.exam):
		return "! no URL"
	case s.exam.Verdict.Outcome == signature.Invalid && s.exam.Diagnosis.Explained():
		return "✗ " + signature.CauseWord(s.exam.Diagnosis.Cause())
	case s.exam.Came.Cause != "":
		return "✗ " + brief(signature.CauseWord(s.exam.Came.Cause))
	}
	switch s.exam.Verdict.Outcome {
	case signature.Valid:
		return "✓ verifies"
	case signature.Invalid:
		return "✗ does not verify"
	case signature.Missing:
		if len(s.exam.Verdict.Checks) > 0 {
			return "– no nonce"
		}
		return "– no signature"
	}
	return "· not checked"
}

// say writes a wrapped paragraph.
func (p *page) say(paint grid.Paint, text string) { p.hang(paint, "", text) }

// hang writes a paragraph behind a sign, its further lines below its first word.
func (p *page) hang(paint grid.Paint, sign, text string) {
	if sign != "" {
		sign += " "
	}
	indent := len([]rune(sign))
	for i, l := range wrap(text, p.w-3-indent) {
		if p.again = i > 0; p.again {
			sign = blank(indent)
		}
		p.add(span{paint, " " + sign + l})
	}
}

// heading begins a part of the result.
func (p *page) heading(text, more string) {
	p.blank()
	p.add(span{p.th.strong, " " + text}, span{p.th.muted, more})
}

// writeVerdict says in a sentence whether the request verifies, and by what.
func writeVerdict(p *page, e app.Examination) {
	th, v := p.th, e.Verdict
	if e.Came.Found() != "" {
		writeCame(p, e)
		return
	}
	switch v.Outcome {
	case signature.Valid:
		p.hang(th.good, "✓", fmt.Sprintf("verifies: %s with the token %q", v.Scheme, brief(v.Token)))
		for _, c := range v.Checks {
			if c.Token == "" && family(c.Scheme) == family(v.Scheme) {
				p.hang(th.muted, "·", fmt.Sprintf("%s matches no token at hand, which does no harm: %s.", c.Scheme, keyedBy(c.Scheme)))
			}
		}
	case signature.Unchecked:
		p.hang(th.warn, "·", "not checked: there is no token to check with. Type one below Token, or start with PLIVO_AUTH_TOKEN set.")
	case signature.Missing:
		if len(v.Checks) == 0 {
			p.hang(th.warn, "–", "no signature: the request has none of Plivo's signature headers. Anybody could have sent it, or something on the way took them out.")
			return
		}
		p.hang(th.bad, "✗", fmt.Sprintf("does not verify: %s is there, its nonce is not. %s has to come with it.", v.Header, v.Scheme.NonceHeader()))
	case signature.Invalid:
		if lacksURL(e) {
			p.hang(th.warn, "!", "give the URL that was given to Plivo: it is a part of every signature.")
			return
		}
		if d := e.Diagnosis; d.Cause() == signature.UnknownCause {
			p.hang(th.bad, "✗", fmt.Sprintf("does not verify: no token makes the signature in %s, and no change that was tried explains it.", v.Header))
		}
	}
}

// writeCame says what was found when the callback came, where less is found now.
func writeCame(p *page, e app.Examination) {
	said := readable(e.Came.Words()) + "."
	switch {
	case e.Verdict.Outcome == signature.Unchecked:
		p.hang(p.th.warn, "·", "not checked: "+said)
	case !e.Came.Gone():
		p.hang(p.th.muted, "·", said) // and what is the matter now follows
	default:
		p.hang(p.th.bad, "✗", "does not verify; "+said)
	}
}

// lacksURL reports whether there is nothing to compute a signature over yet.
func lacksURL(e app.Examination) bool {
	return e.Verdict.Outcome == signature.Invalid && e.Case.URL == ""
}

// family is a scheme without its owner.
func family(s signature.Scheme) string { return strings.TrimPrefix(string(s), "Ma-") }

func keyedBy(s signature.Scheme) string {
	if strings.HasPrefix(string(s), "Ma-") {
		return "it is made with the main account's token"
	}
	return "it is made with the token of the account or subaccount that the number belongs to"
}

// findingsShown bounds the explanations beside the first.
const findingsShown = 4

// writeFindings says what explains the signature, or what was tried in vain.
func writeFindings(p *page, d signature.Diagnosis) {
	th := p.th
	guesses := false
	for i, f := range d.Findings[:min(len(d.Findings), findingsShown)] {
		paint, sign, words := findingWords(th, f)
		switch {
		case f.Confidence == signature.Possible && !guesses:
			p.heading("Worth a look", "")
			guesses = true
		case i > 0:
			p.blank()
		}
		if i > 0 && f.Confidence == signature.Certain {
			words = "or it " + readable(f.Detail)
		}
		p.hang(paint, sign, words)
		if f.Remedy != "" {
			p.hang(th.text, "→", readable(f.Remedy))
		}
		if len(f.Changes) > 0 {
			p.blank()
			show := readable
			if i > 0 {
				show = brief
			}
			for _, c := range f.Changes {
				p.change(c, show)
			}
		}
	}
	if n := len(settings(d)); n > 0 {
		p.blank()
		p.say(th.muted, "What to set in "+plural(n, "framework")+" stands at the end.")
	}
	if len(d.Remains) > 0 {
		p.heading("What remains", "")
		for _, r := range d.Remains {
			p.hang(th.text, "·", readable(r))
		}
	}
	if len(d.RuledOut) > 0 {
		p.heading("Ruled out", "")
		for _, r := range d.RuledOut {
			p.hang(th.muted, "·", readable(r))
		}
	}
}

// findingWords is what a finding says, with its sign: one that reproduces nothing is a question.
func findingWords(th *theme, f signature.Finding) (grid.Paint, string, string) {
	switch f.Confidence {
	case signature.Certain:
		return th.bad, "✗", "does not verify; " + readable(f.Detail)
	case signature.Likely:
		return th.bad, "✗", "likely: the signature " + readable(f.Detail)
	default:
		return th.warn, "?", "the signature " + readable(f.Detail)
	}
}
