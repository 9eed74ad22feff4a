package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/webhook"
)

// replayKeys are those of the Replay screen, which has no form here: what is sent is asked for by questions.
func replayKeys(km keyMap, s *replayScreen) []key.Binding {
	fields := km.toFields
	fields.SetHelp(fields.Help().Key, "what to send, where and how")
	return []key.Binding{again(km), fields, km.sendReplay, km.editRequest, km.asCaught, s.leaving()}
}

// progressSaid is how often it is said how far a run is.
const progressSaid = 5 * time.Second

func (p *plainUI) replayKey(k tea.KeyMsg) (tea.Cmd, bool) {
	s, km := p.m.replay, p.m.env.keys
	switch {
	case key.Matches(k, km.open):
		p.out.say(join(p.speakReplay()))
	case key.Matches(k, km.toFields):
		p.askSource()
	case key.Matches(k, km.sendReplay, km.editRequest, km.asCaught, km.leaveReplay):
		cmd, _ := s.key(k)
		s.setFocus(noField)
		return cmd, true
	default:
		return nil, false
	}
	return nil, true
}

// askSource asks what is sent, then where, and how.
func (p *plainUI) askSource() {
	s, km := p.m.replay, p.m.env.keys
	s.source.kind = max(s.source.kind, ofCallbacks)
	own := s.source
	own.kind = ofCallbacks
	p.out.say("1: " + unsigned(own.words()) + ". 2: all that a filter finds. 3: a scenario.")
	p.put(&question{label: "What, 1 to 3", text: []rune(strconv.Itoa(int(s.source.kind) + 1)), offer: true, accept: km.newline, leave: km.leaveReplay, done: func(text string) tea.Cmd {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > 3 {
			p.out.say("That is none of the three.")
			p.askSource()
			return nil
		}
		s.turnSource(n - 1 - int(s.source.kind))
		switch s.source.kind {
		case ofFilter:
			p.askReplayField("Filter, empty for all callbacks", fieldFilter, p.askTarget)
		case ofScenario:
			p.askScenario()
		default:
			p.askTarget()
		}
		return nil
	}})
}

// askReplayField asks for a field until what is typed can be sent.
func (p *plainUI) askReplayField(label string, f field, next func()) {
	s, km := p.m.replay, p.m.env.keys
	p.put(&question{label: label, text: []rune(s.word(f)), offer: s.word(f) != "", accept: km.newline, leave: km.leaveReplay, done: func(text string) tea.Cmd {
		s.put(f, text)
		s.look()
		if wrong := s.errs[f]; wrong != "" {
			p.out.say(p.m.env.mask.Sentence(wrong))
			p.askReplayField(label, f, next)
			return nil
		}
		next()
		if p.ask != nil {
			return nil
		}
		p.due.replay = true
		s.entry = nil
		return s.follow()
	}})
}

func (p *plainUI) askScenario() {
	s := p.m.replay
	for _, sc := range s.scene.all {
		p.out.say(sc.Name + ": " + sc.Summary)
	}
	p.askName("Scenario", s.choices[fieldScenario], s.scenarioNames(), func(name string) {
		s.chooseScenario(name)
		p.askVariables(s.scene.fields())
	})
}

// askVariables asks for each variable of the scenario; empty, it keeps the value that it has.
func (p *plainUI) askVariables(fields []field) {
	if len(fields) == 0 {
		p.askTarget()
		return
	}
	s := p.m.replay
	v := s.scene.vars[fields[0]-fieldVariable]
	p.askReplayField(brief(v.Name)+", empty for "+brief(orNone(v.Value)), fields[0], func() { p.askVariables(fields[1:]) })
}

func (p *plainUI) askTarget() {
	p.askReplayField("To, the URL of your app", fieldTarget, p.askMode)
}

func (p *plainUI) askMode() {
	s := p.m.replay
	now := howWords(webhook.Attempt{Mode: modeOf(s.choices[fieldMode]), Fault: s.choices[fieldFault]})
	p.out.say("How: re-signed, as captured, or with a fault by its name: " + strings.Join(faultNames(), ", ") + ".")
	p.askName("How", now, append(replayModes[:2:2], faultNames()...), func(name string) {
		s.choices[fieldMode] = name
		if _, ok := faultOf(name); ok {
			s.choices[fieldMode], s.choices[fieldFault] = replayModes[2], name
		}
		p.askReplayField("Count, how many times", fieldCount, func() {})
	})
}

// askName asks for one of some names.
func (p *plainUI) askName(label, now string, names []string, then func(string)) {
	km := p.m.env.keys
	p.put(&question{label: label, text: []rune(now), offer: true, accept: km.newline, leave: km.leaveReplay, done: func(text string) tea.Cmd {
		name := strings.TrimSpace(text)
		if !slices.Contains(names, name) {
			p.out.say(fmt.Sprintf("There is no %q%s.", brief(name), meant(name, names)))
			p.askName(label, now, names, then)
			return nil
		}
		then(name)
		return nil
	}})
}

func (p *plainUI) replaySummary() []string {
	s, km := p.m.replay, p.m.env.keys
	words := "Replay. " + capital(strings.ReplaceAll(s.source.words(), " · ", ", ")) + ". "
	if s.run != nil || s.known || s.failure != nil {
		return []string{words + spokenKeys(km.open.Help().Key) + " says all of it, " + spokenKeys(km.sendReplay.Help().Key) + " sends."}
	}
	return []string{words + spokenKeys(km.toFields.Help().Key) + " asks what to send and where."}
}

// speakReplay says what would be sent, how far it is, or what came of it.
func (p *plainUI) speakReplay() []string {
	s, e := p.m.replay, p.m.env
	if r := s.run; r != nil {
		out := written(e.th, func(pg *page) {
			f := &figures{page: *pg}
			r.write(e, f)
		})
		if a, ok := s.selectedAttempt(); ok && r.over {
			d := newDoc(e.th, plainWide)
			writeAttempt(d, nil, e.mask.Attempt(a), viewAuto, e.at, false)
			out = append(out, "The newest attempt.")
			for _, row := range d.rows {
				if said := spokenLine(row.spans); said != "" {
					out = append(out, said)
				}
			}
		}
		return out
	}
	out := written(e.th, s.writePreview)
	if s.known {
		out = append(out, spokenKeys(e.keys.sendReplay.Help().Key)+" sends "+plural(int(s.preview.Requests), "request")+".")
	}
	return out
}

// progressed says now and then how far a run is, and at the end what came of it.
func (p *plainUI) progressed(msg progressMsg) tea.Cmd {
	cmd := p.m.update(msg)
	r := p.m.replay.run
	switch {
	case msg.of != r:
	case r.over:
		p.log(join(written(p.m.env.th, func(pg *page) { r.write(p.m.env, &figures{page: *pg}) })))
		p.toldRun = time.Time{}
	case p.toldRun.IsZero():
		p.toldRun = p.m.env.at
	case p.m.env.at.Sub(p.toldRun) >= progressSaid:
		p.toldRun = p.m.env.at
		p.log(fmt.Sprintf("%s of %s sent.", count(r.progress.Sent), plural(int(r.planned), "request")))
	}
	return cmd
}
