package signature

// recipeHypotheses suppose that whoever signed the request did not do it as Plivo does.
var recipeHypotheses []hypothesis
