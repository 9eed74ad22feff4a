package forward

import (
	"errors"
	"fmt"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// Route says which callbacks go where, and how.
type Route struct {
	// Name is how the route was written, in one spelling: by it the store knows how far the route is.
	Name string
	Kind webhook.Kind // that it takes; empty for any
	Path string       // that it takes, under the public URL; empty for any
	To   string       // the target, as replay.CheckTarget gives it
	// SignURL is what valid callbacks are signed for where the application sees another URL; empty for the
	// target's.
	SignURL     string
	AsCaptured  bool // valid callbacks go as they came too
	DropInvalid bool // callbacks without a valid signature are dropped; otherwise they go as they came
	// Answers makes the application's answer the answer to the callback (Forwarder.Answer), where this is the
	// first such route that takes it.
	Answers bool
}

var kinds = []webhook.Kind{webhook.Inbound, webhook.DeliveryReport, webhook.Other}

// ParseRoute reads where callbacks go: a URL as replay.CheckTarget takes it, for all of them, or
// "inbound=URL", "delivery_report=URL" or "other=URL" for those of a kind, or "/path=URL" for those of a
// path.
func ParseRoute(s string) (Route, error) {
	s = strings.TrimSpace(s)
	selector, to, selects := strings.Cut(s, "=")
	if selects && strings.ContainsAny(selector, ":?#") {
		selector, to, selects = "", s, false // the sign is one of the URL's
	}
	var r Route
	switch {
	case !selects:
		selector, to = "", s
	case strings.HasPrefix(selector, "/"):
		r.Path = selector
	default:
		for _, kind := range kinds {
			if selector == string(kind) {
				r.Kind = kind
			}
		}
		if r.Kind == "" {
			return Route{}, fmt.Errorf("there is no kind of callback %q; give one of inbound, delivery_report and other, or a path as /sms/inbound, before the \"=\"", cut(selector))
		}
	}
	if selects && to == "" {
		return Route{}, errors.New("there is no URL behind the \"=\"; give that of your app, as " + selector + "=http://localhost:3000")
	}
	var err error
	if r.To, err = replay.CheckTarget(to); err != nil {
		return Route{}, err
	}
	r.Name = r.To
	// The path of its own that a target without one leaves a callback need not be seen.
	if rest, found := strings.CutSuffix(r.To, "/"); found && strings.Count(rest, "/") == 2 {
		r.Name = rest
	}
	if selects {
		r.Name = selector + "=" + r.Name
	}
	return r, nil
}

// takes tells whether a callback goes to the route; prefix is the path of the public URL. One that was read
// from a file goes to none: it came to another server, long ago perhaps.
func (r Route) takes(c *webhook.Callback, prefix string) bool {
	if c.Imported {
		return false
	}
	if r.Kind != "" && r.Kind != c.Kind {
		return false
	}
	if r.Path == "" {
		return true
	}
	path := pathOf(c.URL)
	return path == r.Path || prefix != "" && path == prefix+r.Path
}

func pathOf(rawURL string) string {
	_, rest, found := strings.Cut(rawURL, "://")
	if !found {
		rest = rawURL
	}
	if end := strings.IndexAny(rest, "?#"); end >= 0 {
		rest = rest[:end]
	}
	if start := strings.IndexByte(rest, '/'); start >= 0 {
		return rest[start:]
	}
	return "/"
}

// options say how a callback is sent.
func (r Route) options(c *webhook.Callback) replay.Options {
	o := replay.Options{To: r.To, SignURL: r.SignURL, Mode: webhook.Resigned}
	if r.AsCaptured || c.Verdict.Outcome != signature.Valid {
		// Any stranger could have sent what is not valid: to sign it would make it Plivo's.
		o.Mode, o.SignURL = webhook.AsCaptured, ""
	}
	return o
}

// drops tells whether the route sends a callback nowhere.
func (r Route) drops(c *webhook.Callback) bool {
	return r.DropInvalid && c.Verdict.Outcome != signature.Valid
}

// cut keeps what somebody wrote from filling a sentence.
func cut(s string) string {
	const most = 120
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
