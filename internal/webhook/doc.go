// Package webhook is the callback server: it reads a request once, checks its signature over the
// public URL that Plivo was given, has it recorded, and only then answers. What it acknowledges with
// 200 is on disk; what cannot be recorded is answered 503, so that Plivo tries again.
//
// Every request but those for /health and below is taken for a callback. A GET or POST to DeliveryReportPath or
// InboundPath is of that kind whatever it holds; on a path of the developer's own the parameters tell.
// What is neither, and every other method, is kept as other.
//
// A callback that came some other way, as from a file, is read and judged by the same rules (Reread, Check).
// An Answerer may have the answer made by an application, after the callback was recorded and before
// Plivo is answered.
//
// A tunnel that ends in this process has a listener of its own, whose connections are its callers'; one whose
// agent runs on this machine comes to the server's address like everybody, so Config.Agent says that it speaks
// for others, and Config.TrustForwarded that it tells for whom; without the second all its callers share one limit.
// Of a URL that was public before only what asks for its host can have been signed over it, and only a V3 signature
// counts, which covers the parameters: its name may be somebody else's by now. /health answers a probe of this process's own,
// and /health/signature judges a POST without keeping it.
//
// It owns the Callback type and the listener while it serves. The history behind Recorder is the
// caller's, as are the public URLs, which may change while the server runs.
//
// What it does is counted without a lock; Stats tells, and its counters always add up.
//
// It may import plivo, plivo/signature and the leaf packages, and golang.org/x/time/rate for the limits.
package webhook
