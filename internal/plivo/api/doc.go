// Package api talks to Plivo's REST API, or to anything that speaks it, as the simulator: it sends
// messages and looks them up, reads the account, its numbers, applications and Powerpacks, and changes
// where an application's messages go.
//
// The requests are made by Plivo's own SDK, of which this package is the only importer, so that what
// goes over the wire is what a developer's program sends. The answers are read here: the SDK reports
// some failures as success, keeps no HTTP status, drops fields and takes no context (plivo-go v7.60.2).
// Each call gets an SDK client of its own with a transport that carries the caller's context and keeps
// status and body, and lets no more than that one request out, to the host that was configured; the
// connections below are shared and belong to the Client.
//
// A call is tried again, with pauses that grow, only where Plivo cannot have taken it: nothing was written, or it
// was answered 429, or 503 with no body or in the API's own words. Of a send that may have been taken the error
// says that this is unclear; whoever has it must not send again by itself.
//
// Plivo's limits are kept where Limits says so, across all calls of a Client, and of all Clients that share a Pace.
// Calls, tries, waits and failures are counted, in memory alone.
//
// It may import plivo and the leaf packages. It prints and logs nothing, stores nothing, follows no
// redirect, and never shows a token.
package api
