package tui

import (
	"fmt"
	"strconv"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// askSenders asks for the senders of the account; offerSenders has the answer.
func (p *plainUI) askSenders() tea.Cmd {
	cmd := p.m.compose.openSenders()
	p.m.env.sheet = nil // a question offers them
	p.out.say("Asking Plivo for the numbers and Powerpacks.")
	return cmd
}

// elsewhere reports whether the user went on while an answer for the compose screen was waited for: what is being
// typed is not for its list.
func (p *plainUI) elsewhere() bool {
	return p.ask != nil || p.m.env.sheet != nil || p.m.at != onCompose
}

// offerSenders lists the senders of the account, to be taken by their number in the list.
func (p *plainUI) offerSenders(msg sendersMsg) {
	s, m, km := msg.sheet, p.m.env.mask, p.m.env.keys
	s.learn(msg)
	if p.elsewhere() {
		p.out.say("The senders of the account are known by now; " + spokenKeys(km.senders.Help().Key) + " on the compose screen offers them.")
		if p.ask != nil {
			p.prompt()
		}
		return
	}
	if len(s.found) == 0 {
		_, words := s.nothing()
		p.out.say(unsigned(words))
		return
	}
	if s.stale() {
		p.out.say(s.staleWords())
	}
	for i, o := range s.found {
		words := []string{}
		name := brief(m.Number(o.From))
		if o.Powerpack != "" {
			name = m.Sentence(brief(o.Name)) + " " + brief(o.Powerpack)
		}
		for _, part := range []string{senderKind(o), servicesWords(o), registrationWords(o)} {
			if part != "" {
				words = append(words, brief(part))
			}
		}
		p.out.say(fmt.Sprintf("%d: %s, %s.", i+1, strings.TrimSpace(name), strings.Join(words, ", ")))
	}
	p.put(&question{label: "Number in the list", accept: km.fill, leave: km.cancel, done: func(text string) tea.Cmd {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil || n < 1 || n > len(s.found) {
			p.out.say("There is no sender of that number.")
			return nil
		}
		p.m.compose.sendFrom(s.found[n-1])
		p.sayDraft()
		return nil
	}})
}
