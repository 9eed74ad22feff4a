package signature

import (
	"iter"
	"slices"
	"strings"
)

// paramHypotheses suppose that the parameters were changed between the signer and the check.
var paramHypotheses = join(bodyHypotheses, valueHypotheses, listHypotheses)

// listHypotheses suppose that there are other parameters than those that were signed.
var listHypotheses = []hypothesis{
	{
		name: "query-counted-twice", cause: CauseParams, likely: true,
		about:    "The query of the URL was counted among the parameters of the body too.",
		advice:   "Give the check the URL with its query, and beside it the parameters of the body alone.",
		rewrite:  queryCountedTwice,
		say:      sayGone("the query's %s %v not counted among the parameters of the body too"),
		settings: settingsBody,
	},
	{
		name: "query-in-params", cause: CauseQuery, likely: true,
		about:    "The query of the URL was counted among the parameters and left out of the URL.",
		advice:   "Give the check the URL with its query, and beside it the parameters of the body alone.",
		rewrite:  queryInParams,
		say:      sayGone("%s %v in the query of the URL, not among the parameters"),
		settings: settingsBody,
	},
	{
		name: "param-added", cause: CauseParams, likely: true,
		about:  "A parameter that Plivo did not send was added on the way.",
		advice: "Check the signature over what was posted alone, before a router, a framework or a middleware adds to it.",
		rewrite: func(_ *search, in input) iter.Seq[input] {
			return func(yield func(input) bool) {
				all := parameters(in)
				framework := func(p Param) bool { return slices.Contains(ofFrameworks, p.Name) }
				foreign := func(p Param) bool { return !ofPlivo(p.Name) }
				_ = shorter(in, all, foreign, yield) && shorter(in, all, framework, yield) && eachLeftOut(in, all, foreign, yield)
			}
		},
		say:      sayGone("%s %v left out"),
		settings: settingsBody,
	},
	{
		name: "param-of-query-added", cause: CauseQuery,
		about:  "A part of the query was added to the URL on the way.",
		advice: "Check the signature over the URL as it is registered with Plivo: a proxy, a router or a link tracker added to its query.",
		rewrite: func(_ *search, in input) iter.Seq[input] {
			origin, query, found := cutQuery(in.url)
			if !found || in.recipe.form == V2 || inQuery(in) || strings.Count(query, "&") == 0 {
				return none
			}
			return func(yield func(input) bool) {
				pieces := strings.Split(query, "&")
				for i := range pieces {
					to := in
					to.url = origin + "?" + strings.Join(slices.Delete(slices.Clone(pieces), i, i+1), "&")
					if !yield(to) {
						return
					}
				}
			}
		},
		say: func(_ *search, from, to input) string {
			_, a, _ := cutQuery(from.url)
			_, b, _ := cutQuery(to.url)
			return names(difference(appendQuery(nil, a), appendQuery(nil, b))) + " is not in the query of the URL"
		},
		settings: settingsQuery,
	},
	{
		name: "body-of-get", cause: CauseParams,
		about:  "A GET's parameters were given beside the ones that stand in its URL.",
		advice: "Give the check of a GET the URL as it was requested and no parameters: they are in the query.",
		rewrite: func(_ *search, in input) iter.Seq[input] {
			_, query, _ := cutQuery(in.url)
			if !inQuery(in) || len(in.params) == 0 || query == "" {
				return none
			}
			in.params = nil
			return one(in)
		},
		say:      always("only the parameters in the URL are counted"),
		settings: settingsQuery,
	},
	{
		name: "empty-dropped", cause: CauseParams,
		about:    "A parameter without a value was dropped on the way.",
		advice:   emptyAdvice,
		rewrite:  emptyDropped,
		say:      sayNew("%s %v there without a value"),
		settings: settingsBody,
	},
	{
		name: "empty-added", cause: CauseParams,
		about:  "A parameter without a value was added on the way.",
		advice: "Check the signature over the parameters that were posted alone: a model or a form adds those that it declares.",
		rewrite: func(_ *search, in input) iter.Seq[input] {
			all := parameters(in)
			empty := func(p Param) bool { return p.Value == "" }
			return func(yield func(input) bool) {
				_ = shorter(in, all, empty, yield) && eachLeftOut(in, all, empty, yield)
			}
		},
		say:      sayGone("%s %v left out"),
		settings: settingsBody,
	},
	{
		name: "param-left-out", cause: CauseParams,
		about:  "A parameter of a name that Plivo uses was added on the way.",
		advice: "Check the signature over the parameters that were posted alone: this one was put there by something on the way.",
		rewrite: func(_ *search, in input) iter.Seq[input] {
			return func(yield func(input) bool) {
				eachLeftOut(in, parameters(in), func(p Param) bool { return ofPlivo(p.Name) }, yield)
			}
		},
		say:      sayGone("%s %v left out"),
		settings: settingsBody,
	},
	{
		name: "names-changed", cause: CauseParams,
		about:    "The names of the parameters were changed, as to snake_case or to an array's.",
		advice:   "Check the signature over the names as they were posted, before they are bound to a model.",
		rewrite:  namesChanged,
		say:      sayNew("the names are as Plivo writes them: %s"),
		settings: settingsBody,
	},
	{
		name: "empties-dropped", cause: CauseParams,
		about:    "Several parameters without a value were dropped on the way.",
		advice:   emptyAdvice,
		rewrite:  emptiesDropped,
		say:      sayNew("%s %v there without a value"),
		settings: settingsBody,
	},
	{
		name: "params-none", cause: CauseParams,
		about:  "The request was signed without its parameters.",
		advice: "Sign the parameters of the body too, as V3 does; what signed this request is not Plivo, or it posted no parameters.",
		rewrite: func(_ *search, in input) iter.Seq[input] {
			if len(in.params) == 0 || !covered(in) || inQuery(in) {
				return none
			}
			in.params = nil
			return one(in)
		},
		say: always("no parameter is counted"),
	},
}

const emptyAdvice = "Check the signature over all parameters, those without a value too: something between the body and the check drops them."

// sayGone and sayNew put the names of what to lacks, or has anew, and "is" or "are" into a format.
func sayGone(format string) func(*search, input, input) string {
	return func(_ *search, from, to input) string {
		return fill(format, difference(parameters(from), parameters(to)))
	}
}

func sayNew(format string) func(*search, input, input) string {
	return func(_ *search, from, to input) string {
		return fill(format, difference(parameters(to), parameters(from)))
	}
}

func fill(format string, pairs []Param) string {
	return strings.NewReplacer("%s", names(pairs), "%v", verb(len(pairs))).Replace(format)
}

// shorter yields in without the parameters that drop tells, where there are some.
func shorter(in input, all []Param, drop func(Param) bool, yield func(input) bool) bool {
	left := without(all, drop)
	return len(left) == len(all) || yield(withParameters(in, left))
}

// eachLeftOut yields in without each of the parameters that drop tells in turn.
func eachLeftOut(in input, all []Param, drop func(Param) bool, yield func(input) bool) bool {
	for i, p := range all {
		if drop(p) && !yield(withParameters(in, slices.Delete(slices.Clone(all), i, i+1))) {
			return false
		}
	}
	return true
}

func queryCountedTwice(_ *search, in input) iter.Seq[input] {
	_, query, _ := cutQuery(in.url)
	if query == "" || len(in.params) == 0 || !covered(in) || inQuery(in) {
		return none
	}
	return func(yield func(input) bool) {
		pairs := appendQuery(nil, query)
		inURL, byName := pairSet(pairs), nameSet(pairs)
		same := func(p Param) bool { return inURL[p] }
		named := func(p Param) bool { return byName[p.Name] }
		_ = shorter(in, in.params, same, yield) && shorter(in, in.params, named, yield)
	}
}

func queryInParams(_ *search, in input) iter.Seq[input] {
	origin, query, _ := cutQuery(in.url)
	if query != "" || len(in.params) == 0 || !covered(in) || inQuery(in) {
		return none
	}
	return func(yield func(input) bool) {
		foreign := func(p Param) bool { return !ofPlivo(p.Name) }
		left := without(in.params, foreign)
		if len(left) == len(in.params) {
			return
		}
		moved := difference(in.params, left)
		for i := range moved {
			moved[i] = Param{escapeQuery(moved[i].Name), escapeQuery(moved[i].Value)}
		}
		to := in
		to.url, to.params = origin+"?"+string(appendPairs(nil, moved)), left
		yield(to)
	}
}

// emptyDropped adds back what a callback may carry without a value: each documented name alone, and
// the usual ones together.
func emptyDropped(_ *search, in input) iter.Seq[input] {
	if !covered(in) {
		return none
	}
	return func(yield func(input) bool) {
		all := parameters(in)
		likely := missing(all, oftenEmpty)
		for _, p := range append(likely, missing(all, documented)...) {
			if !yield(withMore(in, all, p)) {
				return
			}
		}
		for n := 2; n <= len(likely); n++ {
			if !yield(withMore(in, all, likely[:n]...)) {
				return
			}
		}
	}
}

// emptiesDropped adds back the likeliest of them in every combination.
func emptiesDropped(_ *search, in input) iter.Seq[input] {
	if !covered(in) {
		return none
	}
	return func(yield func(input) bool) {
		all := parameters(in)
		likely := missing(all, oftenEmpty)
		likely = likely[:min(len(likely), 6)]
		for set := range 1 << len(likely) {
			var more []Param
			for i, p := range likely {
				if set>>i&1 == 1 {
					more = append(more, p)
				}
			}
			if len(more) > 1 && !yield(withMore(in, all, more...)) {
				return
			}
		}
	}
}

// missing gives those of names that all lacks, without a value.
func missing(all []Param, names []string) []Param {
	var list []Param
	there := nameSet(all)
	for _, n := range names {
		if !there[n] {
			list = append(list, Param{Name: n})
		}
	}
	return list
}

func withMore(in input, all []Param, more ...Param) input {
	return withParameters(in, append(slices.Clone(all), more...))
}

// namesChanged writes names as Plivo does: without an array's brackets or a wrapping object's name, and
// documented ones in their own letters.
func namesChanged(_ *search, in input) iter.Seq[input] {
	return func(yield func(input) bool) {
		plain := func(p Param) Param {
			p.Name = strings.TrimSuffix(p.Name, "[]")
			if _, inner, ok := strings.Cut(p.Name, "["); ok && strings.HasSuffix(inner, "]") {
				p.Name = strings.TrimSuffix(inner, "]")
			}
			return p
		}
		own := func(p Param) Param {
			p = plain(p)
			if n, ok := documentedByFold[folded(p.Name)]; ok {
				p.Name = n
			}
			return p
		}
		all := parameters(in)
		for _, f := range []func(Param) Param{plain, own} {
			if pairs, changed := mapped(all, f); changed && !yield(withParameters(in, pairs)) {
				return
			}
		}
	}
}

var documentedByFold = func() map[string]string {
	names := make(map[string]string, len(documented))
	for _, n := range documented {
		names[folded(n)] = n
	}
	return names
}()

var foldName = strings.NewReplacer("_", "", "-", "", ".", "", " ", "")

// folded is a name without regard to case and to what joins its words.
func folded(name string) string { return strings.ToLower(foldName.Replace(name)) }
