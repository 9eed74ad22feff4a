package webhook

import (
	"encoding/json"
	"net/http"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// SignaturePath is where this program asks itself whether a signature survives the way through its public URL:
// a POST is judged as a callback is, answered with a Judgement, and neither counted nor stored.
const SignaturePath = HealthPath + "/signature"

// Judgement is the answer of SignaturePath, as JSON. It says nothing that who signed the request does not know.
type Judgement struct {
	Signature signature.Outcome `json:"signature"`
	URL       string            `json:"url"` // that the signature was checked over
	Method    string            `json:"method"`
	Params    int               `json:"params"` // how many were read
}

// asksJudgement tells whether a request is for SignaturePath.
func asksJudgement(r *http.Request, path string) bool {
	return path == SignaturePath && r.Method == http.MethodPost
}

// serveJudgement judges a request and tells the caller. limited refuses one without a valid signature, where its
// sender has had too many.
func (s *Server) serveJudgement(w http.ResponseWriter, r *http.Request, public []publicURL, hosts []string, target string, limited func(*Callback) bool) {
	c := &Callback{ReceivedAt: s.config.Now(), Method: r.Method, ReceivedURL: receivedURL(r, target), Header: r.Header}
	var err error
	if c.Body, c.Truncated, err = s.readBody(w, r); err != nil {
		w.Header().Set("Connection", "close")
		writeText(w, http.StatusBadRequest, "The body did not arrive whole.")
		return
	}
	s.inTurn(func() { s.judge(c, public, hosts, target) })
	if c.Verdict.Outcome != signature.Valid && limited(c) {
		w.Header().Set("Retry-After", retryAfter)
		writeText(w, http.StatusTooManyRequests, "Too many requests without a valid signature.")
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(Judgement{Signature: c.Verdict.Outcome, URL: c.URL, Method: c.Method, Params: len(c.Report.Params)})
}
