package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/snippet"
)

// codeSheet shows the draft as code that sends it.
type codeSheet struct {
	env      *env
	form     *compose
	snippets []snippet.Snippet
	at       int    // the snippet that is shown
	warn     string // why it could not be sent as it is; empty for nothing
	code     []span // of that snippet, in lines that fit
	top      int
	w, h     int // of the code
}

// openCode shows the draft as code.
func (c *compose) openCode() {
	r := snippet.Request{Draft: c.env.mask.Draft(c.draft), APIURL: c.env.status.APIURL}
	if r.Draft.CallbackURL == "" {
		r.Draft.CallbackURL = c.env.status.CallbackURL
	}
	s := &codeSheet{env: c.env, form: c, snippets: snippet.All(r), at: c.language}
	if p, wrong := c.firstError(); wrong {
		s.warn = c.env.problemWords(p)
	}
	c.env.sheet = s
}

func (s *codeSheet) heading() string {
	if s.env.mask != nil {
		return "This message as code, with numbers and text masked"
	}
	return "This message as code"
}

// setSize gives the sheet its room in the body.
func (s *codeSheet) setSize(w, h int) {
	if w == s.w && h-s.around() == s.h {
		return
	}
	s.w, s.h = w, max(h-s.around(), 0)
	s.lay()
}

// around is the lines beside the code: the languages, a blank one, what is wrong, and a remark with a blank one.
func (s *codeSheet) around() int {
	n := 2
	if s.warn != "" {
		n++
	}
	if s.env.simulated() {
		n += 2
	}
	return n
}

// codeLines is how many lines of code are shown; all of it is copied.
const codeLines = 1000

// lay breaks the code into lines that fit. A line that goes on is marked: it is one in the code.
func (s *codeSheet) lay() {
	th := s.env.th
	s.code = s.code[:0]
	for _, l := range strings.Split(strings.TrimSuffix(s.snippets[s.at].Code, "\n"), "\n") {
		l = escape.Line(strings.ReplaceAll(l, "\t", "    "))
		for mark := "  "; len(s.code) < codeLines; mark = "↪ " {
			n := reach(l, max(s.w-4, 8))
			s.code = append(s.code, span{th.text, mark + l[:n]})
			if l = l[n:]; l == "" {
				break
			}
		}
	}
	if len(s.code) == codeLines {
		s.code = append(s.code, span{th.muted, "  and so on: all of it is copied"})
	}
	s.scroll(0)
}

// reach is how much of plain text fits into w cells, in bytes; of one that is not empty at least a
// character.
func reach(s string, w int) int {
	for i, used := 0, 0; i < len(s); {
		char, n := ansi.FirstGraphemeCluster(s[i:], ansi.GraphemeWidth)
		if used += n; used > w && i > 0 {
			return i
		}
		i += len(char)
	}
	return len(s)
}

func (s *codeSheet) scroll(n int) { s.top = max(min(s.top+n, len(s.code)-s.h), 0) }

// step goes to another language, which the sheet opens with from now on.
func (s *codeSheet) step(n int) {
	s.at = (s.at + n + len(s.snippets)) % len(s.snippets)
	s.form.language = s.at
	s.top = 0
	s.lay()
}

func (s *codeSheet) key(k tea.KeyMsg) (tea.Cmd, bool) {
	switch km := s.env.keys; {
	case key.Matches(k, km.cancel, km.code):
		return nil, true
	case key.Matches(k, km.nextCode):
		s.step(1)
	case key.Matches(k, km.prevCode):
		s.step(-1)
	case key.Matches(k, km.copyCode):
		return s.copy(), false
	case key.Matches(k, km.down):
		s.scroll(1)
	case key.Matches(k, km.up):
		s.scroll(-1)
	case key.Matches(k, km.pageDown):
		s.scroll(max(s.h-1, 1))
	case key.Matches(k, km.pageUp):
		s.scroll(-max(s.h-1, 1))
	}
	return nil, false
}

// copy puts the code on the clipboard.
func (s *codeSheet) copy() tea.Cmd {
	put, it := s.env.o.Clipboard, s.snippets[s.at]
	return func() tea.Msg {
		if err := put(it.Code); err != nil {
			return noticeMsg{app.Failure, fmt.Sprintf("Copy the %s code: %v; select it with the mouse while holding shift instead.", it.Name, err)}
		}
		return noticeMsg{app.Info, fmt.Sprintf("Copied the %s code. It takes the account from PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN.", it.Name)}
	}
}

func (s *codeSheet) other(tea.Msg) tea.Cmd { return nil }

func (s *codeSheet) lines(w, h int) []string {
	th := s.env.th
	var names []span
	for i, it := range s.snippets {
		mark, paint := "   ", th.muted
		if i == s.at {
			mark, paint = " › ", th.tab
		}
		names = append(names, span{th.accent, mark}, span{paint, it.Name})
	}
	right := ""
	if len(s.code) > s.h {
		right = place(s.top, s.h, len(s.code)) + " "
	}
	out := []string{sides(w, names, []span{{th.muted, right}})}
	if s.warn != "" {
		out = append(out, line(w, span{th.warn, "   ! " + escape.Line(head(s.warn, noticeBytes))}))
	}
	out = append(out, line(w))
	for y := range s.h {
		if n := s.top + y; n < len(s.code) {
			out = append(out, line(w, span{th.faint, " "}, s.code[n]))
		} else {
			out = append(out, line(w))
		}
	}
	if s.env.simulated() {
		out = append(out, line(w), line(w, span{th.muted, "   " + longest(w-4,
			"This simulator's account is made up. For one of your own run plivoscope simulate, and set PLIVO_API_URL to it.",
			"The account is made up; for your own: plivoscope simulate.",
			"For an account of your own: plivoscope simulate.")}))
	}
	return out[:min(h, len(out))]
}

func (s *codeSheet) footer() []key.Binding {
	km := s.env.keys
	return []key.Binding{km.copyCode, km.nextCode, km.down, km.up, km.closeCode}
}
