package signature

import (
	"iter"
	"slices"
	"strings"
)

// methodHypotheses suppose that the request was signed as one of another method; that matters to V3
// alone.
var methodHypotheses = []hypothesis{
	{
		name: "method-get", cause: CauseMethod, likely: true,
		about:  "The request was signed as a GET, and is checked as a POST.",
		advice: "Give the check the method of the request itself, in upper case: a GET's base string joins all parameters with & and =, a POST's does not.",
		rewrite: func(_ *search, in input) iter.Seq[input] {
			if in.recipe.form != V3 || strings.EqualFold(in.method, "GET") {
				return none
			}
			in.method = "GET"
			return one(in)
		},
		say:      sayMethod,
		settings: settingsMethod,
	},
	{
		name: "method-post", cause: CauseMethod, likely: true,
		about:  "The request was signed as a POST, and is checked as a GET.",
		advice: "Give the check the method of the request itself, in upper case, and a POST's parameters from its body: a redirect makes a GET of a POST.",
		rewrite: func(_ *search, in input) iter.Seq[input] {
			if in.recipe.form != V3 || !strings.EqualFold(in.method, "GET") {
				return none
			}
			in.method = "POST"
			all := []input{in}
			if origin, query, found := cutQuery(in.url); found { // the body's parameters in the URL
				to := in
				to.url = origin
				to.params = append(appendQuery(nil, query), in.params...)
				all = append(all, to)
			}
			return slices.Values(all)
		},
		say:      sayMethod,
		settings: settingsMethod,
	},
}

func sayMethod(_ *search, from, to input) string {
	text := "the method is " + to.method + " instead of " + from.method
	if to.url != from.url {
		text += ", with the query as the parameters of its body"
	}
	return text
}
