package webhook

import (
	"encoding/json"
	"net/http"
	"time"
)

// TunnelHealth is what /health says of the way from outside to who asks on this machine. A proxy that says nothing of
// itself passes for that, so it has no words of why: they may name what is only on this machine.
type TunnelHealth struct {
	Name      string     `json:"name"`            // "none" where a public URL was given
	State     string     `json:"state"`           // connecting, online, reconnecting, failed; unproved of an URL that was given
	Code      string     `json:"code,omitempty"`  // the provider's own
	URL       string     `json:"url,omitempty"`   // public
	Since     *time.Time `json:"since,omitempty"` // of the state
	RoundTrip float64    `json:"round_trip_ms"`   // of the last probe through the URL, in milliseconds; 0 for none
	Metered   bool       `json:"metered"`         // each request counts against a quota
}

// alive is what /health says to strangers: that the server runs, and that it is this program, so that a probe can tell
// another one of it from a website. How much comes here, and by which way, is nobody else's business.
type alive struct {
	Status  string `json:"status"`
	Program string `json:"program"`
}

var isAlive = alive{Status: "ok", Program: "plivoscope"}

// health is what /health says to who asks on this machine.
type health struct {
	alive
	Version  string        `json:"version,omitempty"`
	Received int64         `json:"received"`
	Stored   int64         `json:"stored"`
	Refused  int64         `json:"refused"`
	Dropped  int64         `json:"dropped"`
	Tunnel   *TunnelHealth `json:"tunnel,omitempty"`
}

// asksHealth tells whether a request is for /health, which is no callback.
func asksHealth(r *http.Request, path string) bool {
	return path == HealthPath && (r.Method == http.MethodGet || r.Method == http.MethodHead)
}

// proves answers a probe of this process's own.
func (s *Server) proves(w http.ResponseWriter, r *http.Request, path string) bool {
	return s.config.Prove != nil && asksHealth(r, path) && s.config.Prove(w, r)
}

// serveHealth answers /health: whole to who asks on this machine and past no proxy.
func (s *Server) serveHealth(w http.ResponseWriter, r *http.Request, by way) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if !direct(r, by) {
		_ = json.NewEncoder(w).Encode(isAlive)
		return
	}
	stats := s.Stats()
	h := health{
		alive: isAlive, Version: s.config.Version,
		Received: stats.Received, Stored: stats.Stored, Refused: stats.Refused + stats.Rejected, Dropped: stats.Dropped,
	}
	if s.config.Tunnel != nil {
		t := s.config.Tunnel()
		h.Tunnel = &t
	}
	_ = json.NewEncoder(w).Encode(h)
}
