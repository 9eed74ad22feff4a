package tunnel_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/webhook/tunnel"
	"dev.internal/plivoscope/internal/webhook/tunnel/ngroktest"
)

func TestNgrokCut(t *testing.T) {
	t.Parallel()
	s := service(t)
	r := startNgrok(t, s, ngrokOptions{})
	url := r.state(t, tunnel.Online).URL
	for range 3 {
		s.Cut()
		if e := r.state(t, tunnel.Reconnecting); e.URL != url || e.Why == "" || e.Code != "" {
			t.Fatalf("%+v", e)
		}
		if e := r.state(t, tunnel.Online); e.URL != url {
			t.Fatalf("%+v", e)
		}
		if status, _, _ := get(t, s, url); status != http.StatusOK {
			t.Fatalf("the edge answers %d", status)
		}
	}
	seen := s.Seen()
	if l := seen.Logins[1]; l.ClientID == "" || l.Extra.Cookie == "" {
		t.Errorf("the second login is not told as ours: %+v", l)
	}
	if b := seen.Binds[1]; b.ID == "" || b.Extra.Token == "" {
		t.Errorf("the second bind is not told as ours: %+v", b)
	}
}

// TestNgrokMoves: the client does not look at the URL of a second bind.
func TestNgrokMoves(t *testing.T) {
	t.Parallel()
	s := service(t)
	r := startNgrok(t, s, ngrokOptions{})
	first := r.state(t, tunnel.Online).URL
	s.Move()
	s.Cut()
	second := r.until(t, "another URL", func(e tunnel.Event) bool { return e.State == tunnel.Online && e.URL != first }).URL
	if status, body, _ := get(t, s, second); status != http.StatusOK || !strings.Contains(body, strings.TrimPrefix(second, "https://")) {
		t.Errorf("the new URL answers %d %q", status, body)
	}
	if status, _, header := get(t, s, first); status != http.StatusNotFound || header.Get("Ngrok-Error-Code") != "ERR_NGROK_3200" {
		t.Errorf("the old URL answers %d", status)
	}
}

// TestNgrokFrozen: a network that has gone without a word is noticed by the heartbeats, and the tunnel can be
// ended on it at once.
func TestNgrokFrozen(t *testing.T) {
	if raceDetector {
		t.Skip("the client's heartbeats read without a lock what its login has written")
	}
	t.Parallel()
	s := service(t)
	r := startNgrok(t, s, ngrokOptions{Times: tunnel.Times{Heartbeat: 300 * time.Millisecond}})
	r.state(t, tunnel.Online)
	s.Freeze(true)
	r.state(t, tunnel.Reconnecting)
	s.Outage(true) // what was begun on the frozen network is lost
	s.Freeze(false)
	s.Outage(false)
	r.state(t, tunnel.Online)
	s.Freeze(true)
	if err := r.stop(t); err != nil {
		t.Errorf("Run: %v", err)
	}
	s.Freeze(false)
	s.Wait(func(n ngroktest.Seen) bool { return n.Sessions == 0 })
}

func TestNgrokOutage(t *testing.T) {
	t.Parallel()
	s := service(t)
	s.Outage(true)
	r := startNgrok(t, s, ngrokOptions{Times: tunnel.Times{Connect: 200 * time.Millisecond}})
	e := r.until(t, "the reason", func(e tunnel.Event) bool { return strings.Contains(e.Why, "tried again in") })
	if e.State != tunnel.Connecting || e.Code != "" {
		t.Errorf("%+v", e)
	}
	s.Outage(false)
	r.state(t, tunnel.Online)
}

// TestNgrokFlaps cuts the connection as soon as it is there, many times.
func TestNgrokFlaps(t *testing.T) {
	t.Parallel()
	s := service(t)
	r := startNgrok(t, s, ngrokOptions{})
	for range 30 {
		r.state(t, tunnel.Online)
		s.Cut()
		r.state(t, tunnel.Reconnecting)
	}
	if status, _, _ := get(t, s, r.state(t, tunnel.Online).URL); status != http.StatusOK {
		t.Errorf("the edge answers %d", status)
	}
}

func TestNgrokCommands(t *testing.T) {
	t.Parallel()
	t.Run("stop", func(t *testing.T) {
		s := service(t)
		r := startNgrok(t, s, ngrokOptions{})
		r.state(t, tunnel.Online)
		s.Stop()
		if e := r.failed(t); !strings.Contains(e.Why, "dashboard has stopped") {
			t.Errorf("%+v", e)
		}
	})
	t.Run("take", func(t *testing.T) {
		s := service(t)
		r := startNgrok(t, s, ngrokOptions{})
		r.state(t, tunnel.Online)
		s.Take("ERR_NGROK_4242", "Somebody has closed it.")
		e := r.state(t, tunnel.Reconnecting)
		if e.Code != "ERR_NGROK_4242" || !strings.Contains(e.Why, "taken the endpoint away") || !strings.Contains(e.Why, "Somebody has closed it.") {
			t.Errorf("%+v", e)
		}
		if status, _, _ := get(t, s, r.state(t, tunnel.Online).URL); status != http.StatusOK {
			t.Errorf("the edge answers %d", status)
		}
	})
	t.Run("take for good", func(t *testing.T) {
		s := service(t)
		r := startNgrok(t, s, ngrokOptions{})
		r.state(t, tunnel.Online)
		s.Take("ERR_NGROK_3208", "The account is closed.")
		if e := r.failed(t); e.Code != "ERR_NGROK_3208" {
			t.Errorf("%+v", e)
		}
	})
}
