package signature

// tokenHypotheses suppose that the request was signed with another key.
var tokenHypotheses []hypothesis

// nonceHypotheses suppose that another nonce was signed.
var nonceHypotheses []hypothesis

// methodHypotheses suppose that the request was signed as one of another method.
var methodHypotheses []hypothesis
