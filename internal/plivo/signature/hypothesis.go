package signature

import (
	"iter"
	"slices"
)

// hypothesis is one supposition of how the request as it is checked came to differ from the request
// as it was signed.
type hypothesis struct {
	name   string // stable: "slash-added" says what has to be done to what was given
	cause  Cause
	about  string // what differs, in general: "The URL was signed with a slash at its end."
	advice string // what to do, in general; also the remedy of a finding where remedy is nil
	likely bool   // tried in pairs before the others
	first  bool   // replaces a part at large: of a pair it comes before what alters a detail
	// rewrite gives what may have been signed where in was given, likeliest first; nothing where the
	// supposition makes no sense for it. It may read the case, and must not change in's parameters.
	rewrite func(s *search, in input) iter.Seq[input]
	// say goes on from "matches if": `the URL ends in "/"`.
	say func(s *search, from, to input) string
	// remedy is what to do, in one sentence, where that depends on what was changed; else nil.
	remedy   func(s *search, from, to input) string
	settings []Setting
}

// hypotheses are all of them, those of one part likeliest and cheapest first. Of two that lead to the
// same base string a likely one is named, or else the earlier.
var hypotheses = join(tokenHypotheses, urlHypotheses, nonceHypotheses, methodHypotheses, paramHypotheses, recipeHypotheses)

func join(groups ...[]hypothesis) []hypothesis {
	return slices.Concat(groups...)
}

// table is a choice of hypotheses.
type table struct{ likely, rare, recipes []*hypothesis }

func (t table) all() []*hypothesis { return slices.Concat(t.likely, t.rare, t.recipes) }

func choose(take func(Cause) bool) table {
	var t table
	for i := range hypotheses {
		switch h := &hypotheses[i]; {
		case !take(h.cause):
		case h.likely:
			t.likely = append(t.likely, h)
		case h.cause == CauseRecipe:
			t.recipes = append(t.recipes, h)
		default:
			t.rare = append(t.rare, h)
		}
	}
	return t
}

// everything is the whole table; ofURL what a signature over the URL alone can tell; onlyStronger what
// only one over more can.
var (
	everything = choose(func(Cause) bool { return true })
	ofURL      = choose(func(c Cause) bool {
		return c != CauseParams && c != CauseMethod && c != CauseQuery && c != CauseRecipe
	})
	onlyStronger = choose(func(c Cause) bool {
		return c == CauseParams || c == CauseMethod || c == CauseQuery || c == CauseNonce || c == CauseRecipe
	})
)

// todo is the remedy for what was changed.
func (h *hypothesis) todo(s *search, from, to input) string {
	if h.remedy == nil {
		return h.advice
	}
	return h.remedy(s, from, to)
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
