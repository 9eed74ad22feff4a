// Package webhook is the callback server: it reads a request once, checks its signature over the
// public URL that Plivo was given, has it recorded, and only then answers. What it acknowledges with
// 200 is on disk; what cannot be recorded is answered 503, so that Plivo tries again.
//
// It owns the Callback type and the listener while it serves. The history behind Recorder is the
// caller's, as are the public URLs, which may change while the server runs.
//
// It may import plivo and plivo/signature, and golang.org/x/time/rate for the limits.
package webhook
