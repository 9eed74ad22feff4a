package tui

import (
	"errors"
	"fmt"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
)

// sentMsg is the answer to a send.
type sentMsg struct {
	edits int  // of the draft when it was sent
	form  form // the draft itself
	sent  app.Sent
	err   error
}

// send sends the draft, after a question where that costs money. With a problem it goes to its field
// instead.
func (c *compose) send() tea.Cmd {
	c.strict = true
	c.check()
	if p, wrong := c.firstError(); wrong {
		c.goTo(fieldOf(p.Field))
		c.env.notifyAbout(aboutDraft, app.Warning, "Not sent: "+c.env.problemWords(p))
		return nil
	}
	if c.sending > 0 && c.sent == c.edits {
		c.env.notifyAbout(aboutDraft, app.Warning, "Not sent again: the API has not answered this draft yet.")
		return nil
	}
	r := app.SendRequest{Draft: c.draft}
	if c.env.simulated() {
		r.Fate = c.form.fate
	}
	if !c.env.status.Spends {
		return c.sendNow(r)
	}
	c.env.ask("This costs money", c.spendingWords(), "send", func() tea.Cmd { return c.sendNow(r) })
	return nil
}

// spendingWords ask whether to send the draft, with all that it costs and is.
func (c *compose) spendingWords() string {
	m, d := c.env.mask, c.draft
	from := brief(m.Number(d.From))
	if d.Powerpack != "" {
		from = "the Powerpack " + brief(d.Powerpack)
	}
	cost := d.Spending()
	words := fmt.Sprintf("Send to %s from %s: %s", brief(inShort(m.Numbers(d.To))), from, cost)
	switch forced := cost.Forced(); {
	case forced == "":
	case m != nil:
		words += ", since a character makes the text UCS-2"
	default:
		words += ", since " + forced
	}
	if set := c.set(); len(set) > 0 {
		words += ", with " + m.Sentence(strings.Join(set, ", "))
	}
	return words + "?"
}

// inShort names the first of some numbers.
func inShort(numbers []string) string {
	if len(numbers) == 1 {
		return numbers[0]
	}
	return fmt.Sprintf("%s and %d more", numbers[0], len(numbers)-1)
}

func (c *compose) sendNow(r app.SendRequest) tea.Cmd {
	c.sending++
	c.failure = ""
	c.sent = c.edits
	c.refresh()
	ctx, core, edits, sentForm := c.env.ctx, c.env.core, c.edits, c.form
	return func() tea.Msg {
		sent, err := core.Send(ctx, r)
		return sentMsg{edits, sentForm, sent, err}
	}
}

// done takes the answer to a send and reports whether the draft is done with: it was sent, and nothing
// was edited since. A draft that was is the next one, and not touched.
func (c *compose) done(msg sentMsg) bool {
	c.sending--
	defer c.refresh()
	same := msg.edits == c.edits
	var unnoted *app.UnnotedError // its row tells nothing, also where it is unclear
	if errors.As(msg.err, &unnoted) && unnoted.Taken() {
		c.env.notify(app.Failure, msg.err.Error()+".")
		return c.empty(msg)
	}
	if unnoted == nil && app.Unclear(msg.err) && len(msg.sent.IDs) > 0 {
		c.env.notify(app.Warning, "Unclear: "+msg.err.Error()+". Its row tells what comes of it.")
		return c.empty(msg)
	}
	if msg.err != nil {
		if same {
			c.failure = msg.err.Error()
		}
		c.env.notify(app.Failure, msg.err.Error())
		return false
	}
	refused := 0
	for _, u := range msg.sent.UUIDs {
		if u == "" {
			refused++
		}
	}
	n := len(msg.sent.UUIDs)
	switch {
	case refused == 0:
		c.env.notify(app.Info, "Sent "+plural(n, "message")+".")
	case refused < n:
		c.env.notify(app.Warning, fmt.Sprintf("Sent %d of %s; the others were refused, their rows say why.", n-refused, plural(n, "message")))
	default:
		c.env.notify(app.Failure, "Not sent: the API refused it, its row says why.")
		return false
	}
	return c.empty(msg)
}

// empty begins the next draft after the one that was sent, unless it was begun.
func (c *compose) empty(msg sentMsg) bool {
	if msg.edits != c.edits {
		c.forgetKept(msg.form) // where it was set aside meanwhile
		return false
	}
	c.lastTo = strings.Join(c.draft.To, ", ")
	c.inputs[fieldTo].Reset()
	c.inputs[fieldFate].Reset()
	c.text.Reset()
	kept := optionForm{}
	for _, f := range passing {
		*kept.at(f) = *c.form.more.at(f)
	}
	c.fillOptions(kept)
	c.form.untaken = untaken{}
	c.begin()
	return true
}

// firstError finds the first field that keeps the draft from being sent, in the order of the form.
func (c *compose) firstError() (plivo.Problem, bool) {
	all := []field{fieldText, fieldTo, fieldFrom, fieldFate, fieldURL}
	for _, o := range options {
		all = append(all, o.field)
	}
	for _, f := range all {
		for _, p := range c.problems {
			if !p.Warning && fieldOf(p.Field) == f {
				return p, true
			}
		}
	}
	return plivo.Problem{}, false
}

// sent takes the answer to a send. A user who waits for it on the compose screen sees the new row.
func (m *Model) sent(msg sentMsg) tea.Cmd {
	if !m.compose.done(msg) || m.at != onCompose {
		return nil
	}
	m.show(onMessages)
	m.env.status = m.env.core.Status()
	return tea.Batch(m.messages.newest(), m.messages.wake(), m.messages.hidden(msg.sent.IDs[0], m.env.own))
}
