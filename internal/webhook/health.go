package webhook

import (
	"encoding/json"
	"net/http"
	"time"
)

// TunnelHealth is what /health says of the way from outside. It can be read by everybody, so it has no words of
// why: they may name what is only on this machine.
type TunnelHealth struct {
	Name      string     `json:"name"`            // "none" where a public URL was given
	State     string     `json:"state"`           // connecting, online, reconnecting, failed; unproved of an URL that was given
	Code      string     `json:"code,omitempty"`  // the provider's own
	URL       string     `json:"url,omitempty"`   // public
	Since     *time.Time `json:"since,omitempty"` // of the state
	RoundTrip float64    `json:"round_trip_ms"`   // of the last probe through the URL, in milliseconds; 0 for none
	Metered   bool       `json:"metered"`         // each request counts against a quota
}

type health struct {
	Status   string        `json:"status"`
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

func (s *Server) serveHealth(w http.ResponseWriter) {
	stats := s.Stats()
	h := health{
		Status: "ok", Version: s.config.Version,
		Received: stats.Received, Stored: stats.Stored, Refused: stats.Refused + stats.Rejected, Dropped: stats.Dropped,
	}
	if s.config.Tunnel != nil {
		t := s.config.Tunnel()
		h.Tunnel = &t
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(h)
}
