package tunnel

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/escape"
)

// RefusalKind is what kept a probe from proving that a public URL leads here.
type RefusalKind string

// The kinds of refusals.
const (
	BadURL          RefusalKind = "bad_url"          // no URL
	UnknownHost     RefusalKind = "unknown_host"     // the name is not resolved
	BadCertificate  RefusalKind = "bad_certificate"  // TLS
	NotReached      RefusalKind = "not_reached"      // no connection, or one that was cut
	TimedOut        RefusalKind = "timed_out"        // accepted, and no answer
	Interstitial    RefusalKind = "interstitial"     // a page for people in between
	EdgeRefused     RefusalKind = "edge_refused"     // the provider answers itself
	Redirected      RefusalKind = "redirected"       // to another URL
	AnotherInstance RefusalKind = "another_instance" // a plivoscope that gives no proof: another, or this one without the probe's header
	WrongHost       RefusalKind = "wrong_host"       // something else
)

// Refusal is why a probe has not proved anything.
type Refusal struct {
	Kind   RefusalKind
	Why    string // in a sentence, with what to do; fit to be shown
	Status int    // of the answer; 0 for none
	Code   string // the provider's own code, as ERR_NGROK_3200; empty for none
}

func (r *Refusal) Error() string { return r.Why }

// unanswered explains why no answer came.
func unanswered(publicURL string, err error, sent bool, timeout time.Duration) *Refusal {
	at := shown(publicURL)
	var (
		dns         *net.DNSError
		certificate *tls.CertificateVerificationError
		unknown     x509.UnknownAuthorityError
		record      tls.RecordHeaderError
		timedOut    net.Error
	)
	// What net/http puts before it repeats the whole URL.
	var inner *url.Error
	reason := err
	if errors.As(err, &inner) {
		reason = inner.Err
	}
	why := escape.Line(reason.Error())
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return &Refusal{Kind: UnknownHost, Why: fmt.Sprintf("The name in %s is not known to the DNS that this machine asks. A new name can take a minute; Plivo may already see it. If it stays so, check the name.", at)}
	case errors.As(err, &dns) && !dns.IsTimeout:
		return &Refusal{Kind: UnknownHost, Why: fmt.Sprintf("The name in %s could not be looked up: %s. Check the network.", at, why)}
	case errors.As(err, &certificate), errors.As(err, &unknown), errors.As(err, &record):
		return &Refusal{Kind: BadCertificate, Why: fmt.Sprintf("The certificate of %s does not verify: %s. Plivo would not call it either; where a company's proxy stands between, it may be the proxy's.", at, why)}
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timedOut) && timedOut.Timeout():
		if sent {
			return &Refusal{Kind: TimedOut, Why: fmt.Sprintf("%s takes requests and never answers: nothing came back within %s, so the tunnel forwards nothing. Start it again.", at, timeout)}
		}
		return &Refusal{Kind: TimedOut, Why: fmt.Sprintf("No connection to %s came about within %s. Check the network, and whether a firewall is in the way.", at, timeout)}
	}
	return &Refusal{Kind: NotReached, Why: fmt.Sprintf("%s cannot be reached: %s. Check the network and whether the tunnel still runs.", at, why)}
}

// judge explains an answer that proves nothing.
func (p *Prober) judge(publicURL string, r *http.Response, page []byte) *Refusal {
	at := shown(publicURL)
	refusal := &Refusal{Status: r.StatusCode, Code: codeIn(r.Header.Get("Ngrok-Error-Code"))}
	html := strings.Contains(strings.ToLower(r.Header.Get("Content-Type")), "html")
	switch {
	case refusal.Code == interstitialCode:
		refusal.Kind = Interstitial
		refusal.Why = fmt.Sprintf("ngrok puts a page for browsers before %s (%s): %s", at, refusal.Code, Meaning(refusal.Code))
	case refusal.Code != "":
		refusal.Kind = EdgeRefused
		refusal.Why = fmt.Sprintf("ngrok answers for %s itself, with %d (%s): %s", at, r.StatusCode, refusal.Code, Meaning(refusal.Code))
	case r.StatusCode >= 300 && r.StatusCode < 400:
		refusal.Kind = Redirected
		to := r.Header.Get("Location")
		refusal.Why = fmt.Sprintf("%s redirects to %s. Plivo's signature covers the URL that it called, so give the URL that needs no redirect.", at, shown(to))
	case r.Header.Get(instanceHeader) == p.Prover.instance:
		// Ours, but the token had been used or had gone: something on the way repeats requests or keeps answers.
		refusal.Kind = WrongHost
		refusal.Why = fmt.Sprintf("%s leads here, but what came back was not the answer to this probe: something on the way repeats requests or keeps answers. Leave caches out of it.", at)
	case r.StatusCode == http.StatusOK && isHealth(page):
		refusal.Kind = AnotherInstance
		refusal.Why = fmt.Sprintf("%s answers with the health of a plivoscope, but not the proof that it is this one. Either it leads to another plivoscope: end that one, or give this one a URL of its own. Or something on the way drops the header %s, or keeps answers to %s in a cache: let both through.", at, probeHeader, p.Path)
	case r.StatusCode == http.StatusBadGateway || r.StatusCode == http.StatusServiceUnavailable || r.StatusCode == http.StatusGatewayTimeout || r.StatusCode == cloudflareNoOrigin:
		refusal.Kind = EdgeRefused
		refusal.Why = fmt.Sprintf("The edge of the tunnel answers %d for %s: it does not reach this server. Check that the tunnel forwards to the port that plivoscope listens on.", r.StatusCode, at)
	case html:
		refusal.Kind = Interstitial
		refusal.Why = fmt.Sprintf("%s answers %d with a web page: the provider puts one in between, or the URL leads to a website. Plivo would get it too.", at, r.StatusCode)
	default:
		refusal.Kind = WrongHost
		refusal.Why = fmt.Sprintf("%s answers %d, but not from here: it leads to another server%s. Check that the tunnel forwards to the port that plivoscope listens on.", at, r.StatusCode, saying(page))
	}
	return refusal
}

// isHealth tells whether an answer is what a callback server of this program says of its health. It does not
// tell which process that is: of this one too nothing else comes back where the token of the probe was lost on the
// way, or the answer was another request's.
func isHealth(page []byte) bool {
	var h struct{ Status, Program string }
	return json.Unmarshal(page, &h) == nil && h.Status == "ok" && h.Program == "plivoscope"
}

// cloudflareNoOrigin is what Cloudflare's edge answers where no tunnel is connected, with error 1033.
const cloudflareNoOrigin = 530

func saying(page []byte) string {
	text := strings.TrimSpace(string(page))
	if first, _, more := strings.Cut(text, "\n"); more {
		text = first
	}
	if len(text) > shownOf {
		text = text[:shownOf] + "…"
	}
	if text == "" {
		return ""
	}
	return fmt.Sprintf(", which says “%s”", escape.Line(text))
}

// shown is a URL as it may be shown.
func shown(raw string) string {
	if len(raw) > shownOf {
		raw = raw[:shownOf] + "…"
	}
	return escape.Line(raw)
}
