// Package replay sends a callback to an application again: as it came, signed anew for the URL that the
// application sees, or broken on purpose. Build is pure and gives the exact request; Sender sends it and
// says what came of it; Run sends many.
//
// It owns the connections to the targets. Callbacks and attempts are webhook's types; where attempts are
// kept is the caller's.
//
// It may import webhook, plivo, plivo/signature and the leaf packages, golang.org/x/time/rate for the pace
// and x/sync's errgroup to bound what is on its way at once.
package replay
