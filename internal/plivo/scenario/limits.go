package scenario

import "time"

// What a scenario may have at most.
const (
	maxFile      = 256 << 10 // bytes
	maxDepth     = 20        // of brackets in brackets
	maxVariables = 100
	maxMessages  = 1000
	maxSteps     = 1000
	maxParams    = 200 // that a step sets, and that it removes
	maxMedia     = 100
	maxName      = 100      // bytes of a name
	maxValue     = 64 << 10 // bytes of a value
	maxRepeat    = 1000
	maxCallbacks = 10_000   // of one making
	maxBytes     = 64 << 20 // of all values of one making
	fieldCost    = 64       // bytes that a value counts for beside its own
	maxSequence  = 1_000_000
)

// MaxTime is how long a scenario may take, and how much later than its status a callback may go.
const MaxTime = 24 * time.Hour

// What a rules file may have at most, and what chaos may do.
const (
	maxRules      = 200
	maxPattern    = 1000          // bytes of an expression
	maxCount      = 1_000_000_000 // of messages
	maxErrorWords = 1000          // bytes
	maxErrors     = 20            // statuses
	// MaxLatency is how long the API may take: every SDK gives up by then.
	MaxLatency = 20 * time.Second
)
