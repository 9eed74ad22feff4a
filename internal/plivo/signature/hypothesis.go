package signature

import "iter"

// hypothesis is one supposition of how the request as it is checked came to differ from the request
// as it was signed.
type hypothesis struct {
	name   string // stable: "slash-added" says what has to be done to what was given
	cause  Cause
	about  string // what differs, in general: "The URL was signed with a slash at its end."
	advice string // what to do, in general; also the remedy of a finding where remedy is nil
	// likely ones are tried in pairs before the others.
	likely bool
	// rewrite gives what may have been signed where in was given, likeliest first; nothing where the
	// supposition makes no sense for it. It may read the case, and must not change in's parameters.
	rewrite func(s *search, in input) iter.Seq[input]
	// say goes on from "matches if": `the URL ends in "/"`.
	say func(s *search, from, to input) string
	// remedy is what to do, in one sentence, where that depends on what was changed; else nil.
	remedy   func(s *search, from, to input) string
	settings []Setting
}

// hypotheses are all of them, likeliest and cheapest first. Of two that lead to the same base string
// the earlier one is named.
var hypotheses = join(tokenHypotheses, urlHypotheses, nonceHypotheses, methodHypotheses, paramHypotheses, recipeHypotheses)

func join(groups ...[]hypothesis) []hypothesis {
	var all []hypothesis
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

// always gives the same words whatever was changed.
func always(text string) func(*search, input, input) string {
	return func(*search, input, input) string { return text }
}

// none yields nothing.
func none(func(input) bool) {}

// one yields in.
func one(in input) iter.Seq[input] {
	return func(yield func(input) bool) { yield(in) }
}

// todo is the remedy for what was changed.
func (h *hypothesis) todo(s *search, from, to input) string {
	if h.remedy == nil {
		return h.advice
	}
	return h.remedy(s, from, to)
}
