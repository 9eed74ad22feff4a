package webhook

import "errors"

// Progress is how far a route of the forwarding is. What is not up to Read, and what is in Open, is still to
// be sent.
type Progress struct {
	Route string  // its name
	Read  int64   // callbacks up to this ID were looked at
	Open  []int64 // those of them that are not done, ascending
}

// Claim is what a route finds when it starts.
type Claim struct {
	Progress
	Known  bool  // it was used before; otherwise it starts at the present
	Newest int64 // ID of the newest callback
}

// ErrRouteTaken is what a route gets that another process has.
var ErrRouteTaken = errors.New("another process forwards there")
