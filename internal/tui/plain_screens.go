package tui

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// join makes one text of lines.
func join(lines []string) string { return strings.Join(lines, "\n") }

// greet says what runs, and where.
func (p *plainUI) greet() {
	e := p.m.env
	st := &e.status
	words := "plivoscope in plain lines"
	if v := e.o.Version; v != "" {
		words = "plivoscope " + v + " in plain lines"
	}
	where := "a live account, " + orNone(brief(st.AuthID))
	switch {
	case e.simulated():
		where = "the simulator"
	case !st.Spends:
		where = "the local API at " + orNone(brief(st.APIURL)) + ", where nothing costs money"
	}
	p.out.say(words + ", on " + where + ".")
	if st.PublicURL != "" {
		p.out.say("Callbacks are taken at " + brief(st.PublicURL) + webhook.DeliveryReportPath + ".")
	}
	p.out.say(spokenKeys(e.keys.help.Help().Key) + " lists the keys, " + spokenKeys(e.keys.quit.Help().Key) + " quits.")
}

// loaded reports whether what the present screen is to say is at hand.
func (p *plainUI) loaded() bool {
	switch p.m.at {
	case onMessages:
		return listLoaded(p.m.messages.listing)
	case onCallbacks:
		return listLoaded(p.m.requests.listing)
	case onReplay:
		s := p.m.replay
		return s.source.kind != ofCallbacks || len(s.source.ids) != 1 || s.source.read || s.failure != nil
	default:
		return true
	}
}

func listLoaded[T any](l *listing[T]) bool {
	return l.grid.Loaded() && !l.grid.Wants() && (l.applied.Empty() || l.known || l.failed)
}

// summary says where one is.
func (p *plainUI) summary() []string {
	m := p.m
	switch m.at {
	case onMessages:
		return []string{m.messages.titleWords("Messages") + ".", p.row()}
	case onCallbacks:
		return []string{m.requests.titleWords("Callbacks") + ".", p.row()}
	case onCompose:
		return p.composeSummary()
	case onReplay:
		return p.replaySummary()
	case onSignature:
		return p.signatureSummary()
	default:
		return p.activitySummary()
	}
}

// placeWords say which row of how many is selected, as far as that is known.
func placeWords[T any](l *listing[T]) string {
	all := max(l.rows.total(l.env.status), int64(l.grid.Len()))
	if !l.applied.Empty() {
		all = int64(max(l.found.rows, l.grid.Len()))
	}
	n, more := l.grid.Place()
	if more {
		return "One of " + count(all) + ": "
	}
	return count(int64(n+1)) + " of " + count(all) + ": "
}

// row says the selected row.
func (p *plainUI) row() string {
	m, now := p.m, p.m.env.at
	if m.at == onCallbacks {
		if c, ok := m.requests.selected(); ok {
			s := placeWords(m.requests.listing) + callbackSentence(c, now)
			if slices.Contains(m.requests.marks, c.ID) {
				s += " Marked."
			}
			return s
		}
		return p.nothing(m.requests.applied, "Callbacks come once messages are sent.")
	}
	if sel, ok := m.messages.grid.Selected(); ok {
		return placeWords(m.messages.listing) + messageSentence(sel, now)
	}
	return p.nothing(m.messages.applied, spokenKeys(m.env.keys.fresh.Help().Key)+" writes a message.")
}

// nothing says why there is no row.
func (p *plainUI) nothing(f store.Filter, todo string) string {
	if !f.Empty() {
		return "Nothing matches the filter. " + keySentence(p.m.env.keys.unfilter)
	}
	return "There is nothing yet. " + todo
}

// moveIn handles the keys that move in a list, and reports whether it was one.
func moveIn[T any](p *plainUI, l *listing[T], k tea.KeyMsg) bool {
	switch km := p.m.env.keys; {
	case key.Matches(k, km.pageUp):
		l.grid.Move(-plainPage)
	case key.Matches(k, km.pageDown):
		l.grid.Move(plainPage)
	case !l.move(k):
		return false
	}
	p.due.row = true
	return true
}

// askFilter asks for the filter of a list.
func (p *plainUI) askFilter(now store.Filter, set func(store.Filter) tea.Cmd) {
	e, km := p.m.env, p.m.env.keys
	var ask func(text string)
	ask = func(text string) {
		p.put(&question{label: "Filter", text: []rune(text), accept: km.apply, leave: km.leaveFilter, done: func(text string) tea.Cmd {
			real, err := e.mask.Real(strings.TrimSpace(text))
			f, wrong := store.ParseFilter(real)
			if err = cmp.Or(err, wrong); err != nil {
				p.out.say("Not applied: " + head(e.mask.Sentence(err.Error()), noticeBytes))
				ask(text)
				return nil
			}
			if doubt := e.doubt(f); doubt != "" {
				p.out.say(doubt + ".")
			}
			p.due.screen = true
			if f.String() == now.String() {
				return nil
			}
			return set(f)
		}})
	}
	text := e.mask.Sentence(now.String())
	if text != "" {
		text += " " // what is typed is one more word
	}
	ask(text)
}

func (p *plainUI) messagesKey(k tea.KeyMsg) (tea.Cmd, bool) {
	s, km := p.m.messages, p.m.env.keys
	switch {
	case moveIn(p, s.listing, k):
		return s.moved(), true
	case key.Matches(k, km.open, km.focus, km.zoom):
		sel, ok := s.grid.Selected()
		if !ok {
			p.out.say(p.row())
			return nil, true
		}
		p.due.message = sel.ID
		s.grid.Unfollow() // what is read must not be replaced
		return s.selected(), true
	case key.Matches(k, km.destinations):
		sel, ok := s.grid.Selected()
		if !ok {
			p.out.say(p.row())
			return nil, true
		}
		p.due.together = sel.ID
		s.grid.Unfollow()
		return s.selected(), true
	case key.Matches(k, km.giveMissed):
		return s.giveMissed(), true
	case key.Matches(k, km.markRead):
		if words := s.newWords(); words != "" {
			p.out.say("Marked as read: " + words + ".")
		}
		return s.lookAll(), true
	case key.Matches(k, km.filter):
		p.askFilter(s.applied, s.setFilter)
	case key.Matches(k, km.follow):
		p.pause()
	case key.Matches(k, km.unfilter):
		p.due.screen = true
		if !s.applied.Empty() {
			return s.setFilter(store.Filter{}), true
		}
	case key.Matches(k, km.signature):
		return s.openSignature(), true
	case key.Matches(k, km.callbacks):
		return s.openCallbacks(), true
	case key.Matches(k, km.again):
		return s.openReplay(), true
	case key.Matches(k, km.answer):
		return s.answerInbound(), true
	case key.Matches(k, km.fresh):
		return p.askDraft(), true
	case key.Matches(k, km.inbound) && p.m.env.simulated():
		p.askInbound()
	default:
		return nil, false
	}
	return nil, true
}

func (p *plainUI) callbacksKey(k tea.KeyMsg) (tea.Cmd, bool) {
	s, km := p.m.requests, p.m.env.keys
	switch {
	case key.Matches(k, km.mark):
		s.toggle()
		p.out.say(plural(len(s.marks), "callback") + " marked.")
		p.due.row = true
		return s.moved(), true
	case key.Matches(k, km.unmark):
		s.unmark()
		p.out.say("No callback is marked.")
	case moveIn(p, s.listing, k):
		return s.moved(), true
	case key.Matches(k, km.open, km.zoom, km.focus, km.older, km.newer):
		was, _ := s.selected()
		switch {
		case key.Matches(k, km.older):
			s.grid.Move(1)
		case key.Matches(k, km.newer):
			s.grid.Move(-1)
		}
		c, ok := s.selected()
		if !ok {
			p.out.say(p.row())
			return nil, true
		}
		if key.Matches(k, km.older, km.newer) && was.ID == c.ID {
			p.out.say("There is no further callback that way.")
			return s.moved(), true
		}
		s.grid.Unfollow()
		part := 0
		if key.Matches(k, km.focus) {
			if part = 1; p.told.id == c.ID {
				part = p.told.part%callbackParts + 1
			}
		}
		p.told = toldPart{c.ID, part}
		return tea.Batch(s.moved(), p.tell(c, part)), true
	case key.Matches(k, km.compare):
		return s.compare(), true
	case key.Matches(k, km.filter):
		p.askFilter(s.applied, s.setFilter)
	case key.Matches(k, km.follow):
		p.pause()
	case key.Matches(k, km.unfilter):
		p.due.screen = true
		return s.unfilter(), true
	case key.Matches(k, km.signature):
		return s.openSignature(), true
	case key.Matches(k, km.again):
		return s.openReplay(), true
	default:
		return nil, false
	}
	return nil, true
}

// tell says all of a callback once its signature was examined.
// part is which of its parts, 0 for all.
func (p *plainUI) tell(c webhook.Callback, part int) tea.Cmd {
	ctx, core := p.m.env.ctx, p.m.env.core
	return func() tea.Msg {
		whole, err := readCallback(ctx, core, c.ID) // the list may have left out its body
		if err != nil {
			return noticeMsg{app.Failure, fmt.Sprintf("Read callback %d: %v; open it again to retry.", c.ID, err)}
		}
		msg := spokenMsg{callback: whole, part: part}
		msg.exam, msg.err = core.ExamineCallback(ctx, c.ID)
		msg.readAttempts(ctx, core)
		return msg
	}
}

// readAttempts reads what came of sending the callback again.
func (msg *spokenMsg) readAttempts(ctx context.Context, core Core) {
	id := msg.callback.ID
	tried, err := core.Tried(ctx, []int64{id})
	if msg.tried = tried[id]; err == nil && msg.tried.Count > 0 {
		if msg.list, err = core.AttemptsOf(ctx, id, saidAttempts); err == nil {
			msg.last, err = readAttempt(ctx, core, msg.tried.Last)
		}
	}
	msg.unread = err
}

// askInbound asks for an inbound message and makes the simulator deliver it.
func (p *plainUI) askInbound() {
	km, s := p.m.env.keys, p.m.messages.inboundForm()
	p.out.say(s.heading() + ".")
	sender := s.inputs[0].Value()
	p.put(&question{label: "From", text: []rune(sender), offer: sender != "", hide: p.m.env.mask.Number, accept: km.deliver, leave: km.cancel, done: func(text string) tea.Cmd {
		s.inputs[0].SetValue(text)
		p.put(&question{label: "Text, " + proposedText, text: []rune(s.inputs[1].Value()), accept: km.deliver, leave: km.cancel, done: func(text string) tea.Cmd {
			s.inputs[1].SetValue(text)
			return s.deliver()
		}})
		return nil
	}})
}
