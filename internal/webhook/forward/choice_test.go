package forward_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/forward"
)

// TestInvalid goes as it came, never signed; or it is dropped.
func TestInvalid(t *testing.T) {
	t.Parallel()
	s, a, b := history(t), app(t, "", nil), app(t, "", nil)
	dropping := route(t, b.URL)
	dropping.DropInvalid = true
	r := run(t, s, []forward.Route{route(t, a.URL), dropping}, nil)
	wrong := callback("wrong", 1)
	wrong.Header.Set("X-Plivo-Signature-V3", "wrong")
	wrong.Verdict.Outcome = signature.Invalid
	record(t, s, wrong, unsigned(callback("unsigned", 1)), callback("right", 1))
	r.forwarded(3)
	for _, g := range a.all() {
		switch sig := g.header.Get("X-Plivo-Signature-V3"); {
		case g.uuid == "wrong" && (sig != "wrong" || g.header.Get("X-Forwarded-Host") != "public.example"),
			g.uuid == "unsigned" && (sig != "" || g.header.Get("X-Plivo-Signature-V2") != ""),
			g.uuid == "right" && g.outcome != signature.Valid:
			t.Errorf("%s came as %v", g.uuid, g.header)
		}
	}
	for r.Stats()[1].Waiting > 0 || r.Stats()[1].Came < 3 {
		time.Sleep(time.Millisecond)
	}
	if st := r.Stats()[1]; st.Forwarded != 1 || st.Dropped != 2 || len(b.all()) != 1 {
		t.Errorf("%+v, %d came", st, len(b.all()))
	}
}

// TestCut leaves out what is not whole.
func TestCut(t *testing.T) {
	t.Parallel()
	s, a := history(t), app(t, "", nil)
	r := run(t, s, []forward.Route{route(t, a.URL)}, nil)
	c := callback("m", 1)
	c.Truncated = true
	record(t, s, c, callback("m", 2))
	st := r.forwarded(1)
	if told := r.told(); st.Unsent != 1 || len(told) != 1 || !strings.Contains(told[0], "longer than what is kept") {
		t.Errorf("%+v, told %v", st, told)
	}
}

// TestSelected sends each kind its way.
func TestSelected(t *testing.T) {
	t.Parallel()
	s, a, b := history(t), app(t, "", nil), app(t, "", nil)
	r := run(t, s, []forward.Route{route(t, "delivery_report="+a.URL), route(t, "/hooks/plivo="+b.URL+"/app?x=1")}, nil)
	hook := callback("hook", 1)
	hook.Kind, hook.URL = webhook.Other, "https://public.example/hooks/plivo?y=2"
	record(t, s, callback("report", 1), hook)
	r.forwarded(1)
	for len(b.all()) == 0 {
		time.Sleep(time.Millisecond)
	}
	if all := a.all(); len(all) != 1 || all[0].uuid != "report" {
		t.Errorf("%+v", all)
	}
	if all := b.all(); all[0].uuid != "hook" || all[0].path != "/app?x=1&y=2" || all[0].outcome != signature.Valid {
		t.Errorf("%+v", all)
	}
}

// TestImported leaves what was read from a file where it is.
func TestImported(t *testing.T) {
	t.Parallel()
	s, a := history(t), app(t, "", nil)
	r := run(t, s, []forward.Route{route(t, a.URL)}, nil)
	if n, err := s.NewImport().Add(context.Background(), []*webhook.Callback{callback("file", 1)}); n != 1 || err != nil {
		t.Fatalf("%d callbacks were imported: %v", n, err)
	}
	record(t, s, callback("came", 1))
	r.forwarded(1)
	if all := a.all(); len(all) != 1 || all[0].uuid != "came" {
		t.Errorf("%+v", all)
	}
}
