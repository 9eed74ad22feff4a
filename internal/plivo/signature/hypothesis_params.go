package signature

// paramHypotheses suppose that the parameters were changed between the signer and the check.
var paramHypotheses []hypothesis
