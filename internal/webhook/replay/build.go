package replay

import "dev.internal/plivoscope/internal/webhook"

// Build makes the request that sends a callback again. It is pure but for the nonces. The error says what
// cannot be built and what to change.
func Build(cb webhook.Callback, o Options) (Request, error) { panic("unwritten") }
