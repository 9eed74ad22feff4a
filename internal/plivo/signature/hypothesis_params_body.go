package signature

import (
	"iter"
	"slices"
	"strings"
)

// bodyHypotheses suppose that the parameters that were signed are those of the body as it was received,
// where they were read otherwise.
var bodyHypotheses = []hypothesis{
	{
		name: "body-as-posted", cause: CauseParams, likely: true,
		about:  "The parameters differ from those that stand in the body as it was received.",
		advice: "Read the parameters from the raw body, before a body parser or a middleware changes them.",
		rewrite: func(s *search, in input) iter.Seq[input] {
			if len(s.c.Body) == 0 || !covered(in) || inQuery(in) {
				return none
			}
			return s.inBody(in, s.bodyParams(formBody))
		},
		say:      sayOfBody,
		settings: settingsBody,
	},
	{
		name: "body-in-base64", cause: CauseParams,
		about:  "The body was read in base64, as a gateway hands it over.",
		advice: "Decode the body before its parameters are read: the gateway says in isBase64Encoded that it is encoded.",
		rewrite: func(s *search, in input) iter.Seq[input] {
			if !covered(in) || inQuery(in) {
				return none
			}
			return s.inBody(in, s.bodyParams(base64Body))
		},
		say:      always("the body is decoded from base64 before its parameters are read"),
		settings: settingsBody,
	},
	{
		name: "body-of-json", cause: CauseParams,
		about:  "The body is JSON, where Plivo posts a form.",
		advice: "Let the form that Plivo posts reach the check: a gateway or a tool in front of the application makes JSON of it.",
		rewrite: func(s *search, in input) iter.Seq[input] {
			if !covered(in) || inQuery(in) {
				return none
			}
			members := s.bodyParams(jsonBody)
			if len(members) == 0 {
				return none
			}
			return func(yield func(input) bool) {
				for to := range s.inBody(in, members) {
					if !yield(to) {
						return
					}
				}
				for to := range retyped(s, withParameters(in, members)) {
					if !yield(to) {
						return
					}
				}
			}
		},
		say:      always("the members of the JSON body are taken for the parameters, with the numbers as Plivo writes them"),
		settings: settingsBody,
	},
}

// inBody yields in with pairs for its parameters, where they are others.
func (s *search) inBody(in input, pairs []Param) iter.Seq[input] {
	if len(pairs) == 0 || len(pairs) == len(in.params) && len(difference(pairs, in.params)) == 0 {
		return none
	}
	in.params = pairs
	return one(in)
}

// sayOfBody tells how the parameters of the body differ from those that were given.
func sayOfBody(_ *search, from, to input) string {
	gone, lost := difference(from.params, to.params), difference(to.params, from.params)
	switch {
	case len(from.params) == 0:
		return "the " + count(len(to.params), "parameter", "parameters") + " of the body " + verb(len(to.params)) + " counted"
	case len(lost) == 0:
		return names(gone) + ", not in the body, " + verb(len(gone)) + " left out"
	case len(gone) == 0 && !slices.ContainsFunc(lost, func(p Param) bool { return p.Value != "" }):
		return fill("%s %v there without a value, as in the body", lost)
	case repeats(to.params, lost):
		return "every value of " + names(lost) + " is counted, as in the body"
	case len(gone) == 0:
		return fill("%s %v there, as in the body", lost)
	}
	for _, change := range bodyChanges {
		if altered(lost, gone, change.made) {
			return fill(change.words, lost)
		}
	}
	return fill("%s %v as in the body", lost)
}

// bodyChanges are what is usually made of a parameter between the body and the check.
var bodyChanges = []struct {
	made  func(string) string
	words string
}{
	{strings.TrimSpace, "the space around %s is kept, as in the body"},
	{func(v string) string { return Unescape(v, true) }, "%s %v decoded once, not twice"},
	{escapeQuery, "%s %v decoded, as a form is"},
	{func(v string) string { return strings.ReplaceAll(escapeQuery(v), "+", "%20") }, "%s %v decoded, as a form is"},
	{func(v string) string { return strings.ReplaceAll(v, " ", "+") }, `"+" in %s is decoded to a space, as a form's is`},
	{func(v string) string { return strings.ReplaceAll(v, "\r\n", "\n") }, "the line ends in %s are kept, as in the body"},
	{func(v string) string { return strings.ToValidUTF8(v, "\ufffd") }, "the bytes of %s are kept that are no UTF-8"},
	{bareNumber, "%s %v written as in the body, with all zeros"},
}

// altered tells whether made turns each of the lost values into that of its name in gone.
func altered(lost, gone []Param, made func(string) string) bool {
	if len(lost) != len(gone) {
		return false
	}
	there := pairSet(gone)
	for _, p := range lost {
		if !there[Param{p.Name, made(p.Value)}] {
			return false
		}
	}
	return true
}

// repeats tells whether the names of lost all stand more than once in all.
func repeats(all, lost []Param) bool {
	n := make(map[string]int, len(all))
	for _, p := range all {
		n[p.Name]++
	}
	for _, l := range lost {
		if n[l.Name] < 2 {
			return false
		}
	}
	return true
}
