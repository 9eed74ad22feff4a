// Package replay sends a callback to an application again: as it came, signed anew for the URL that the
// application sees, or broken on purpose. Build is pure and gives the exact request; Sender sends it and
// says what came of it; a Run sends many, at a pace of the caller's.
//
// It owns the connections to the targets. Callbacks and attempts are webhook's types; where attempts are
// kept is the caller's, who is called with each. That a target is this program itself is the caller's to
// know; the header GuardHeader tells of a request that it was sent from here.
//
// It may import webhook, plivo, plivo/signature and the leaf packages, golang.org/x/time/rate for the pace
// and x/sync's errgroup to bound what is on its way at once.
package replay
