package tui

import (
	"context"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// env is what the parts of the UI share.
type env struct {
	ctx  context.Context
	core Core
	o    Options
	now  func() time.Time
}

// Model is the UI's one tea.Model.
type Model struct {
	env *env
}

// New makes the model. It subscribes to the core at once, so that no change is missed before the
// first question.
func New(core Core, o Options) *Model {
	e := &env{ctx: context.Background(), core: core, o: o, now: o.Now}
	return &Model{env: e}
}

func (m *Model) close() {}

// Init implements tea.Model.
func (m *Model) Init() tea.Cmd { return nil }

// Update implements tea.Model.
func (m *Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if k, ok := msg.(tea.KeyMsg); ok && (k.String() == "q" || k.String() == "ctrl+c") {
		return m, tea.Quit
	}
	return m, nil
}

// View implements tea.Model.
func (m *Model) View() string {
	st := m.env.core.Status()
	return fmt.Sprintf(" plivoscope  %s  %s\n\n %d messages · %d callbacks\n\n q quit", st.Mode, st.PublicURL, st.Totals.Messages, st.Totals.Callbacks)
}
