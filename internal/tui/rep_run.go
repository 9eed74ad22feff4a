package tui

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// replaying is a run of requests that the core sends; see app.Replaying. Its methods answer at once.
type replaying interface {
	Progress() replay.Progress
	Done() <-chan struct{}
	Result() (replay.Summary, error) // once it is done
	Stop()
	Last() []webhook.Attempt // the last ones that ended, the newest first
}

// sending is a run as the screen knows it.
type sending struct {
	plan     app.ReplayPlan
	edit     int // the state of the form that it was begun with
	planned  int64
	started  bool // the core has begun; else it was only asked to
	stopping bool
	over     bool
	progress replay.Progress
	last     []webhook.Attempt
	summary  replay.Summary
	err      error // why it ended early
	core     replaying
}

type (
	// begunMsg says that a run has begun, or why not.
	begunMsg struct {
		of   *sending
		core replaying
		err  error
	}
	// progressMsg says how far a run is.
	progressMsg struct {
		of       *sending
		progress replay.Progress
		last     []webhook.Attempt
		over     bool
		summary  replay.Summary
		err      error
	}
)

func (s *replayScreen) running() bool { return s.run != nil && !s.run.over }

// send sends what the form says. With a problem it goes to its field instead. What takes more than one
// request, or leaves this machine, is asked for once.
func (s *replayScreen) send() tea.Cmd {
	if s.running() {
		s.env.notifyAbout(aboutReplay, app.Warning, "Not sent again: a replay is on its way; "+s.env.keys.stopReplay.Help().Key+" stops it.")
		return nil
	}
	s.strict = true
	s.changed() // what was left half way, too
	s.look()
	if f, p, wrong := s.problemOf(); wrong {
		if !s.more && !s.lined(f) {
			s.more = true
			s.lineUp()
		}
		s.setFocus(f)
		s.refresh()
		s.reveal()
		s.tell()
		s.env.notifyAbout(aboutReplay, app.Warning, "Not sent: "+p)
		return nil
	}
	if s.known && s.looked == s.edit {
		return s.sendPreviewed()
	}
	s.eager = true
	return s.previewNow()
}

func (s *replayScreen) lined(f field) bool {
	for _, o := range s.order {
		if o == f {
			return true
		}
	}
	return false
}

// sendPreviewed sends what was looked at.
func (s *replayScreen) sendPreviewed() tea.Cmd {
	if !s.known {
		s.env.notifyAbout(aboutReplay, app.Failure, "Not sent: "+s.failure.Error())
		return nil
	}
	n := s.preview.Requests
	away := !loopback(s.plan.Options.To)
	if n <= 1 && !away {
		return s.start()
	}
	where := brief(s.env.mask.URL(s.plan.Options.To))
	question := fmt.Sprintf("Send %s to %s?", plural(int(n), "request"), strings.TrimSuffix(where, "/"))
	if away {
		question += " That is not on this machine."
	}
	s.env.ask("Replay", question, "send", s.start)
	return nil
}

// start begins the run and goes to the result.
func (s *replayScreen) start() tea.Cmd {
	run := &sending{plan: s.plan, edit: s.edit, planned: s.preview.Requests}
	s.run, s.top, s.cursor = run, 0, 0
	s.setFocus(noField)
	s.refresh()
	s.tell()
	ctx, begin, plan := s.env.ctx, s.env.replay, s.plan
	remember := s.target.keep(s.word(fieldTarget), s.env.mask != nil)
	return tea.Batch(remember, func() tea.Msg {
		core, err := begin(ctx, plan)
		return begunMsg{run, core, err}
	})
}

// begun follows a run from its beginning on.
func (s *replayScreen) begun(msg begunMsg) tea.Cmd {
	if msg.of != s.run {
		if msg.core != nil {
			msg.core.Stop()
		}
		return nil
	}
	if msg.err != nil {
		s.run = nil
		s.failure, s.known = msg.err, false
		s.tell()
		s.env.notifyAbout(aboutReplay, app.Failure, "Not sent: "+s.env.mask.Sentence(msg.err.Error()))
		return nil
	}
	s.run.core, s.run.started = msg.core, true
	if s.run.stopping {
		msg.core.Stop()
	}
	return s.followRun(s.run)
}

// followEvery is the least time between two looks at a run.
const followEvery = pullEvery

// watchRun looks at a run after a while, or at its end.
func watchRun(ctx context.Context, of *sending, after time.Duration) tea.Cmd {
	core := of.core
	return func() tea.Msg {
		pause := time.NewTimer(after)
		defer pause.Stop()
		select {
		case <-ctx.Done():
			return nil
		case <-core.Done():
		case <-pause.C:
		}
		msg := progressMsg{of: of}
		select {
		case <-core.Done():
			msg.over = true
			msg.summary, msg.err = core.Result()
		default:
		}
		msg.progress, msg.last = core.Progress(), core.Last()
		return msg
	}
}

// progressed takes how far a run is. While another screen is shown nothing is drawn.
func (s *replayScreen) progressed(msg progressMsg) tea.Cmd {
	if msg.of != s.run {
		return nil
	}
	r := s.run
	selected, any := s.selectedAttempt()
	r.progress, r.last, r.over, r.summary, r.err = msg.progress, msg.last, msg.over, msg.summary, msg.err
	if r.progress.Total > 0 {
		r.planned = r.progress.Total // a filter may find more by now than when it was looked at
	}
	if any {
		s.selectAttempt(selected)
	}
	if s.shown || r.over {
		s.tell()
	}
	if !r.over {
		return s.followRun(r)
	}
	s.refresh()
	sev, words := r.outcome()
	if !s.shown {
		s.env.notify(sev, words)
	} else {
		s.env.notifyAbout(aboutReplay, sev, words)
	}
	return s.pullAttempts()
}

// outcome is the end of a run in a sentence.
func (r *sending) outcome() (app.Severity, string) {
	sum := r.summary
	failed := r.progress.Failed
	n := plural(int(sum.Requests), "request")
	switch {
	case r.stopping || errors.Is(r.err, context.Canceled):
		return app.Warning, fmt.Sprintf("Stopped: %s of %s sent.", count(sum.Requests), plural(int(r.planned), "request"))
	case r.err != nil:
		return app.Failure, fmt.Sprintf("The replay ended after %s: %v", n, r.err)
	case sum.Requests == 0:
		return app.Warning, "Nothing was sent: " + sum.Problem
	case sum.Requests == 1 && failed == 1:
		return app.Warning, "Sent 1 request; it got no answer."
	case sum.Requests == 1 && len(r.last) == 1 && r.last[0].Mode == webhook.Faulty && r.last[0].Failure == "" && !asExpected(r.last[0]):
		return app.Warning, fmt.Sprintf("Your app answered %d to the fault %s; one that checks signatures does not.", r.last[0].Answer.Status, r.last[0].Fault)
	case sum.Requests == 1 && len(sum.Answers) == 1:
		for status := range sum.Answers {
			return app.Info, "Sent 1 request; the answer is " + strings.TrimSpace(fmt.Sprint(status, " ", http.StatusText(status))) + "."
		}
	case failed > 0:
		return app.Warning, fmt.Sprintf("Sent %s; %s got no answer.", n, count(failed))
	case sum.Skipped > 0:
		return app.Warning, fmt.Sprintf("Sent %s; %s could not be sent.", n, plural(int(sum.Skipped), "callback"))
	}
	return app.Info, fmt.Sprintf("Sent %s, all answered.", n)
}

// halt stops a run at once.
func (s *replayScreen) halt() tea.Cmd {
	s.run.stop()
	s.tell()
	return nil
}

// stop ends a run; one that is only about to begin ends as soon as it does.
func (r *sending) stop() {
	r.stopping = r.stopping || !r.over
	if r.core != nil && !r.over {
		r.core.Stop()
	}
}

// hostOf is the host of a URL, for a title.
func hostOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return raw
	}
	return u.Host
}
