package app_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// delivered gives a running app on a simulator with the three callbacks of one message.
func delivered(t *testing.T, o app.Options) *app.App {
	t.Helper()
	a := running(t, o)
	sent, err := a.Send(within(t), app.SendRequest{Draft: plivo.Draft{From: "+14155550100", To: []string{"+15005550000"}, Text: "hi"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := follow(t, a, sent.IDs, plivo.Delivered); err != nil {
		t.Fatal(err)
	}
	return a
}

// checking is an application that answers 200 to what verifies with the token, and 403 to all else.
func checking(t *testing.T, token string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		var params []signature.Param
		for name, values := range r.PostForm {
			for _, v := range values {
				params = append(params, signature.Param{Name: name, Value: v})
			}
		}
		req := signature.Request{Method: r.Method, URL: "http://" + r.Host + r.URL.RequestURI(), Header: r.Header, Params: params}
		if signature.Verify(req, []signature.Token{signature.NewToken("app", token)}).Outcome != signature.Valid {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		fmt.Fprint(w, r.PostForm.Get("Status"))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// hanging is an application that never answers, and says when it was asked.
func hanging(t *testing.T) (url string, asked <-chan struct{}) {
	t.Helper()
	called := make(chan struct{}, 100)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm() // the body is read, so the end of the connection is seen
		called <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	return s.URL, called
}

func wait(t *testing.T, done <-chan struct{}) {
	t.Helper()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("it did not end")
	}
}

// TestStartReplay sends callbacks to an application, which verifies them, and keeps what it answered.
func TestStartReplay(t *testing.T) {
	t.Parallel()
	a := delivered(t, app.Options{})
	to := checking(t, a.SimulatorToken())
	plan := app.ReplayPlan{UseFilter: true, Options: replay.Options{To: to}, Run: replay.RunOptions{Count: 2}}
	preview, err := a.PreviewReplay(within(t), plan)
	if err != nil {
		t.Fatal(err)
	}
	if preview.Requests != 6 || preview.Callbacks != 3 || preview.Callback.ID != 1 || preview.First.CallbackID != 1 ||
		len(preview.First.Changes) == 0 || len(preview.Warnings) != 0 || !strings.HasPrefix(string(preview.Raw), "POST /sms/delivery-report HTTP/1.1\r\nHost: "+strings.TrimPrefix(to, "http://")) {
		t.Errorf("the preview is %+v", preview)
	}
	if as, err := a.Attempts(within(t), 0, 10); len(as) != 0 || err != nil {
		t.Errorf("the preview sent %d requests, %v", len(as), err)
	}
	heard := 0
	plan.Run.Each = func(_ context.Context, at *webhook.Attempt) error {
		if heard++; at.ID != int64(heard) {
			t.Errorf("attempt %d has the ID %d", heard, at.ID)
		}
		return nil
	}
	r, err := a.StartReplay(within(t), plan)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, r.Done())
	sum, err := r.Result()
	if err != nil || sum.Requests != 6 || sum.Answers[200] != 6 || heard != 6 {
		t.Errorf("%v; heard of %d, summary %+v", err, heard, sum)
	}
	if p := r.Progress(); p.Total != 6 || p.Sent != 6 || p.ByClass[2] != 6 {
		t.Errorf("progress %+v", p)
	}
	if last := r.Last(); len(last) != 6 || last[0].ID != 6 || string(last[0].Answer.Body) != "delivered" {
		t.Errorf("the last attempts are %+v", last)
	}
	as, err := a.AttemptsOf(within(t), 3, 10)
	if err != nil || len(as) != 2 || as[0].ID != 6 || as[0].Answer.Status != 200 || as[0].Mode != webhook.Resigned || as[0].URL != to+"/sms/delivery-report" {
		t.Errorf("%v; the attempts of callback 3 are %+v", err, as)
	}
	tried, err := a.Tried(within(t), []int64{1, 3, 4})
	if err != nil || len(tried) != 2 || tried[3] != (store.Tried{Count: 2, Last: 6}) {
		t.Errorf("%v; tried %v", err, tried)
	}

	r, err = a.StartReplay(within(t), app.ReplayPlan{IDs: []int64{2}, Options: replay.Options{To: to, Mode: webhook.Faulty, Fault: "wrong-token"}})
	if err != nil {
		t.Fatal(err)
	}
	wait(t, r.Done())
	if sum, err := r.Result(); err != nil || sum.Answers[403] != 1 {
		t.Errorf("with a wrong token: %v, %+v", err, sum)
	}
}

// TestStartReplayOneAtATime refuses a second one, and stops the first at once, with what was on its way kept.
func TestStartReplayOneAtATime(t *testing.T) {
	t.Parallel()
	a := delivered(t, app.Options{})
	to, asked := hanging(t)
	plan := app.ReplayPlan{IDs: []int64{1, 2, 3}, Options: replay.Options{To: to}, Sender: replay.SenderOptions{Timeout: time.Hour}}
	r, err := a.StartReplay(within(t), plan)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, asked)
	if _, err := a.StartReplay(within(t), plan); !errors.Is(err, app.ErrReplaying) {
		t.Errorf("a second one: %v", err)
	}
	if sum, err := r.Result(); sum.Requests != 0 || err != nil {
		t.Errorf("the result before the end is %+v, %v", sum, err)
	}
	r.Stop()
	wait(t, r.Done())
	sum, err := r.Result()
	if !errors.Is(err, context.Canceled) || sum.Requests != 1 || sum.Failures[webhook.Cancelled] != 1 {
		t.Errorf("stopped: %v, %+v", err, sum)
	}
	if as, err := a.AttemptsOf(within(t), 1, 0); err != nil || len(as) != 1 || as[0].Failure != webhook.Cancelled {
		t.Errorf("%v; kept of it: %+v", err, as)
	}
	plan.Options.To = checking(t, a.SimulatorToken())
	if r, err = a.StartReplay(within(t), plan); err != nil {
		t.Fatalf("after the end of the first: %v", err)
	}
	wait(t, r.Done())
}

// TestReplayEndsWithTheApp stops a replay where the program ends, keeps what was on its way, and begins none
// any more.
func TestReplayEndsWithTheApp(t *testing.T) {
	t.Parallel()
	history := filepath.Join(t.TempDir(), "a.db")
	to, asked := hanging(t)
	plan := app.ReplayPlan{IDs: []int64{1}, Options: replay.Options{To: to}, Sender: replay.SenderOptions{Timeout: time.Hour}}
	var r *app.Replaying
	t.Run("running", func(t *testing.T) {
		a := delivered(t, app.Options{HistoryPath: history})
		var err error
		if r, err = a.StartReplay(within(t), plan); err != nil {
			t.Fatal(err)
		}
		wait(t, asked)
		t.Cleanup(func() { // before that of running
			if _, err := a.PreviewReplay(within(t), plan); err != nil {
				t.Error(err)
			}
		})
	})
	wait(t, r.Done())
	db, err := store.Open(within(t), store.Options{Path: history})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if as, err := db.AttemptsOf(within(t), 1, 0); err != nil || len(as) != 1 || as[0].Failure != webhook.Cancelled {
		t.Errorf("%v; kept of it: %+v", err, as)
	}
	a, err := app.Open(within(t), app.Options{Mode: app.Simulator, Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := a.StartReplay(within(t), plan); err == nil || !strings.Contains(err.Error(), "ending") {
		t.Errorf("after the end: %v", err)
	}
}

func TestReplayPlanIsRefused(t *testing.T) {
	t.Parallel()
	a := delivered(t, app.Options{})
	none, err := store.ParseFilter("status:failed")
	if err != nil {
		t.Fatal(err)
	}
	to := replay.Options{To: ":3000"}
	for name, c := range map[string]struct {
		plan app.ReplayPlan
		want string
	}{
		"itself":    {app.ReplayPlan{IDs: []int64{1}, Options: replay.Options{To: strings.Replace(a.Status().ListenURL, "127.0.0.1", "localhost", 1) + "/x"}}, "listens there"},
		"no target": {app.ReplayPlan{IDs: []int64{1}}, "the target is empty"},
		"ftp":       {app.ReplayPlan{IDs: []int64{1}, Options: replay.Options{To: "ftp://localhost/"}}, "no http or https URL"},
		"unknown":   {app.ReplayPlan{IDs: []int64{1, 99}, Options: to}, "cannot send callback 99 again"},
		"no match":  {app.ReplayPlan{Filter: none, UseFilter: true, Options: to}, "matches the filter"},
		"nothing":   {app.ReplayPlan{Options: to}, "nothing to send"},
		"fault":     {app.ReplayPlan{IDs: []int64{1}, Options: replay.Options{To: ":3000", Mode: webhook.Faulty, Fault: "none"}}, "none"},
		"pace":      {app.ReplayPlan{IDs: []int64{1}, Options: to, Run: replay.RunOptions{Rate: -1}}, "negative rate"},
	} {
		if _, err := a.PreviewReplay(within(t), c.plan); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the preview says %v", name, err)
		}
		if _, err := a.StartReplay(within(t), c.plan); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: the start says %v", name, err)
		}
	}
}

func TestReplayWarnings(t *testing.T) {
	t.Parallel()
	a := delivered(t, app.Options{})
	preview, err := a.PreviewReplay(within(t), app.ReplayPlan{
		IDs: []int64{1}, Options: replay.Options{To: "https://app.example/other", Mode: webhook.AsCaptured}, Run: replay.RunOptions{Count: 20_000},
	})
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(preview.Warnings, "\n")
	for _, want := range []string{"cannot match any more", "not on this machine", "newest 10000 attempts"} {
		if !strings.Contains(said, want) {
			t.Errorf("no warning has %q:\n%s", want, said)
		}
	}
}
