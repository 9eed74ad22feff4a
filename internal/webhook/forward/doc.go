// Package forward passes every callback of a history on to applications, through all restarts on either
// side. A Forwarder has a lane a route; each reads its work from the store, which wakes it, and keeps there
// how far it is. Nothing is on the way of a callback before it was acknowledged, unless the application's
// answer is to be the answer (Answer).
//
// A lane reads the heads of callbacks, holds a bounded number of them, and loads each when its turn comes.
// Callbacks of one message go strictly one after the other, those of different messages beside each other.
// What is not answered, or answered with 429 or 5xx, is tried again, less and less often; while no
// connection to the application can be made, one attempt at a time is enough to see whether it is back. Any
// other answer ends it.
//
// How far a lane is goes to the disk some times a second. After the process was killed a callback that was
// answered just before, or was in flight, is sent again: at least once, never not at all.
//
// The history behind Store is the caller's, and so is that a target is not this program itself; a request
// that comes back all the same is told by its guard header and goes no further.
//
// It may import webhook, webhook/replay, plivo, plivo/signature and the leaf packages.
package forward
