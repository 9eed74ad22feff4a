package tui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
)

// tellCustody writes which application sends its inbound messages here, and what is put back at the end.
func (e *env) tellCustody(p *figures) {
	th, at := e.th, &e.status.Attachment
	if at.State == "" {
		return
	}
	shown := func(s string) string { return escape.Line(head(e.mask.Sentence(s), noticeBytes)) }
	name := "the application of " + shown(at.Number)
	if at.AppID != "" {
		name = "application " + shown(at.AppID)
	}
	if at.AppName != "" {
		name += " (" + shown(at.AppName) + ")"
	}
	since := ""
	if !at.Since.IsZero() {
		since = fmt.Sprintf(" since %s, %s", clock(at.Since, e.at), waited(e.at.Sub(at.Since)))
	}
	switch at.State {
	case app.AttachDone:
		p.field("inbound", th.text, "✓ "+name+" sends its messages here"+since)
		switch at.Former {
		case at.URL:
			p.field("", th.muted, "it did so before; nothing was changed")
		case "":
			p.field("", th.muted, "it had no message_url before, and has none again at the end")
		default:
			p.field("", th.muted, "at the end "+shown(at.Former)+" is put back")
		}
		return
	case app.AttachWaiting:
		p.field("inbound", th.text, "… "+name+" is to send its messages here")
		if at.Why == "" {
			p.field("", th.muted, "that waits for a public URL that is proved")
		}
	case app.AttachFailed:
		p.field("inbound", th.bad, "✗ "+name+" was not changed")
	default:
		p.field("inbound", th.warn, "! "+name+" does not send its messages here any more")
	}
	switch {
	case at.Foreign != nil:
		p.field("", th.text, "they go to "+escape.Line(head(e.mask.URL(at.Foreign.URL), noticeBytes))+", which this plivoscope did not set")
		p.field("", th.text, "→ "+e.keys.attach.Help().Key+" asks whether they may come here")
	case at.Why != "":
		p.field("", th.text, shown(at.Why))
	}
}

// askForeign asks once whether a message_url that somebody else set may be replaced: the question of before the
// start, where the API was out of reach then. It waits until the user is not about to type.
func (m *Model) askForeign() {
	e := m.env
	f := e.status.Attachment.Foreign
	if f == nil || *f == m.foreign || e.status.Attachment.Declined || e.sheet != nil || m.typing() || m.frame.tooSmall || e.busy != nil && e.busy() {
		return
	}
	m.askReplacing(f)
}

func (m *Model) askReplacing(f *app.ForeignError) {
	e := m.env
	m.foreign = *f
	name := brief(e.mask.Sentence(f.AppID))
	if f.AppName != "" {
		name += " (" + brief(e.mask.Sentence(f.AppName)) + ")"
	}
	whose := ""
	if f.Sibling {
		whose = ", which looks like that of another plivoscope"
	}
	question := fmt.Sprintf("Application %s sends inbound messages to %s%s. Let them come here, and put that URL back at the end?", name, brief(e.mask.URL(f.URL)), whose)
	e.ask("Inbound messages", question, "let them come here", func() tea.Cmd {
		e.core.AllowReplacing(f)
		e.status = e.core.Status()
		return m.screen().wake()
	})
}

// attach asks again, or says how it stands.
func (m *Model) attach() {
	e, at := m.env, &m.env.status.Attachment
	switch {
	case at.Foreign != nil:
		m.askReplacing(at.Foreign)
	case at.State == "":
		e.notify(app.Info, "No application is attached: start with --attach-app ID or --attach-number NUMBER, and its inbound messages come here.")
	case at.State == app.AttachDone:
		e.notify(app.Info, "Inbound messages come here already.")
	case at.Why != "":
		e.notify(app.Warning, "Inbound messages do not come here: "+at.Why)
	default:
		e.notify(app.Info, "Inbound messages come here as soon as there is a public URL that is proved.")
	}
}
