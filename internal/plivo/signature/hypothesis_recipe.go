package signature

import (
	"iter"
	"slices"
	"strings"
)

// recipeHypotheses suppose that whoever signed the request did not do it as Plivo does: mostly a script
// or a test of one's own, or a library that copied the recipe wrongly.
var recipeHypotheses = []hypothesis{
	{
		name: "recipe-v2", cause: CauseRecipe,
		about:  "The signature of another header was made with the V2 recipe: the URL without its query, then the nonce.",
		advice: "Sign the parameters too for a V3 header, or put the signature into X-Plivo-Signature-V2 with its nonce header.",
		rewrite: func(s *search, in input) iter.Seq[input] {
			return s.otherForm(in, V2)
		},
		say: always("the V2 recipe is taken: the URL without its query, then the nonce"),
	},
	{
		name: "recipe-v3", cause: CauseRecipe,
		about:  "The signature of another header was made with the V3 recipe.",
		advice: "Put a V3 signature into X-Plivo-Signature-V3 with its nonce header, or sign with the header's own recipe.",
		rewrite: func(s *search, in input) iter.Seq[input] {
			return s.otherForm(in, V3)
		},
		say: always("the V3 recipe is taken: the URL, the sorted query and parameters, then the nonce"),
	},
	{
		name: "recipe-v1", cause: CauseRecipe,
		about:  "The signature of another header was made with the V1 recipe: the whole URL, then the sorted parameters.",
		advice: "Sign with the header's own recipe; V1 belongs in X-Plivo-Signature and has no nonce.",
		rewrite: func(s *search, in input) iter.Seq[input] {
			return s.otherForm(in, V1)
		},
		say: always("the V1 recipe is taken: the whole URL, then the sorted parameters"),
	},
	odd("hash", "The signature was made with HMAC-SHA1 in place of HMAC-SHA256, or the reverse.",
		"Sign with HMAC-SHA256, and V1 alone with HMAC-SHA1.", "the hash is %s",
		func(r recipe) []recipe {
			r.sha1 = !r.sha1
			return []recipe{r}
		}),
	odd("whole-url", "The URL was signed whole as it was written: V2 leaves the query out, V3 decodes and sorts it.",
		"Sign the URL without its query for V2, and with the query decoded and sorted for V3.", "the URL is signed whole as it was written",
		func(r recipe) []recipe {
			r.asGiven = true
			return notV1(r)
		}),
	odd("params-in-v2", "Parameters were added to the V2 recipe, which does not cover them.",
		"Sign URL and nonce alone for V2; V3 is the scheme that covers the parameters.", "the parameters are part of what is signed",
		func(r recipe) []recipe {
			if r.form == V3 {
				r.form = V2 // what is left of V3 without its marks
			}
			r.withParams = true
			middle, joined, whole := r, r, r
			middle.nonceMiddle, joined.joined, whole.asGiven = true, true, true
			return notV1(r, middle, joined, whole)
		}),
	odd("nonce-elsewhere", "The nonce was signed before the URL, or between URL and parameters.",
		"Put the nonce at the end of what is signed.", "the nonce stands %s",
		func(r recipe) []recipe {
			first, middle, bare, params := r, r, r, r
			first.nonceFirst, middle.nonceMiddle = true, true
			bare.nonceFirst, bare.form = true, V2
			params.nonceFirst, params.form, params.withParams = true, V2, true
			return notV1(first, middle, bare, params)
		}),
	odd("separator", "Something else stood around the nonce than the scheme has there: V2 has nothing, V3 a dot.",
		"Put nothing between URL and nonce for V2, and one dot before the nonce for V3.", "%s",
		func(r recipe) []recipe {
			var all []recipe
			for i := range separators {
				last := r
				last.separator = &separators[i]
				all = append(all, last)
			}
			for _, last := range slices.Clone(all) {
				first, short := last, last
				first.nonceFirst = true
				short.form = V2
				all = append(all, first, short)
			}
			return notV1(all...)
		}),
	odd("raw-body", "The body was signed as it travels, in place of its sorted parameters.",
		"Sign the decoded parameters, sorted by name, each name followed by its value, in place of the body.", "the raw body is signed%s",
		func(r recipe) []recipe {
			r.rawBody = true
			return bodyPlaces(r)
		}),
	odd("order", "The parameters were sorted by another rule than the bytes of their names.",
		"Sort the parameters by the bytes of their names: capitals before small letters, Media10 before Media2.", "the parameters are %s",
		func(r recipe) []recipe {
			var all []recipe
			for _, o := range []order{arrival, nameAlone, caseFold, natural, reversed} {
				r.order = o
				all = append(all, r)
			}
			return all
		}),
	odd("pairs-joined", "The parameters were joined as a query is, with = and &, or percent-encoded.",
		"Put each name directly before its value, decoded, with nothing between.", "the parameters are signed %s",
		func(r recipe) []recipe {
			joined, escaped, both := r, r, r
			joined.joined, escaped.escaped, both.joined, both.escaped = true, true, true, true
			return []recipe{joined, escaped, both}
		}),
	odd("json-body", "The parameters were signed as a JSON object.",
		"Sign the decoded parameters, sorted by name, each name followed by its value; Plivo posts no JSON.", "the parameters are signed as a JSON object%s",
		func(r recipe) []recipe {
			r.json = true
			return bodyPlaces(r)
		}),
	odd("lonely-marks", `V3's "?" and "." were signed where nothing stands between them.`,
		"Leave the question mark out where there is neither query nor parameter, and the dot where either is missing.", `"?" and "." are there although nothing stands between them`,
		func(r recipe) []recipe {
			if r.form != V3 {
				return nil
			}
			r.marks = true
			return []recipe{r}
		}),
	{
		name: "query-twice", cause: CauseRecipe,
		about:  "The parameters of a GET were signed twice: they stand in the URL and were added again.",
		advice: "Sign a GET's parameters once; plivo-node and plivo-php sign them twice where the URL has them too.",
		rewrite: func(_ *search, in input) iter.Seq[input] {
			origin, query, _ := cutQuery(in.url)
			if !inQuery(in) || query == "" {
				return none
			}
			return func(yield func(input) bool) {
				pairs := appendQuery(nil, query)
				for _, more := range [][]Param{in.params, pairs} {
					to := in
					to.url, to.params = origin, slices.Concat(pairs, more)
					if len(more) > 0 && !yield(to) {
						return
					}
				}
			}
		},
		say: always("the parameters in the URL are counted twice"),
	},
}

// separators are what is put around a nonce by mistake; V3's own dot and V2's nothing among them, for
// the other of the two.
var separators = []string{"", ".", "/", "|", ":", "&", "\n", " ", "?", ",", "-", "+", "#", "&nonce=", "?nonce="}

// odd supposes recipes that are made of the given one; say is a sentence's format for recipeWords.
func odd(name, about, advice, say string, ways func(recipe) []recipe) hypothesis {
	return hypothesis{
		name: name, cause: CauseRecipe, about: about,
		advice: advice + " What signed this request is not Plivo.",
		rewrite: func(s *search, in input) iter.Seq[input] {
			return func(yield func(input) bool) {
				for _, r := range ways(in.recipe) {
					if r.sha1 != in.recipe.sha1 && !s.wants(r) || r.rawBody && len(s.c.Body) == 0 {
						continue
					}
					to := in
					to.recipe = r
					if !yield(to) {
						return
					}
				}
			}
		},
		say: func(_ *search, from, to input) string {
			return strings.Replace(say, "%s", recipeWords(from.recipe, to.recipe), 1)
		},
	}
}

// notV1 gives the recipes of the forms that have a nonce.
func notV1(all ...recipe) []recipe {
	return slices.DeleteFunc(all, func(r recipe) bool { return r.form == V1 })
}

// bodyPlaces are the places of a body in a base string.
func bodyPlaces(r recipe) []recipe {
	var all []recipe
	for _, form := range []Scheme{r.form, V2} {
		for _, sep := range []*string{nil, &separators[0], &separators[1], &separators[3], &separators[4], &separators[6]} {
			last := r
			last.form, last.separator = form, sep
			middle, first := last, last
			middle.nonceMiddle, first.nonceFirst = true, true
			all = append(all, last, middle, first)
		}
	}
	return notV1(all...)
}

// otherForm yields in under the recipe of another scheme, with each nonce at hand where its own scheme
// has none and with either hash where one of the two may be meant.
func (s *search) otherForm(in input, form Scheme) iter.Seq[input] {
	if in.recipe.form == form {
		return none
	}
	return func(yield func(input) bool) {
		nonces := []string{in.nonce}
		if in.recipe.form == V1 {
			nonces = nil
			for _, h := range []string{V3.NonceHeader(), V2.NonceHeader()} {
				nonces = appendNew(nonces, firstValue(headerValues(s.c.Header, h)))
			}
		}
		for _, nonce := range nonces {
			for _, other := range []bool{false, true} {
				to := in
				to.nonce, to.recipe.form, to.recipe.sha1 = nonce, form, other
				if s.wants(to.recipe) && !yield(to) {
					return
				}
			}
		}
	}
}

// wants tells whether a signature is looked for that is as long as the recipe's hash.
func (s *search) wants(r recipe) bool {
	size := 32
	if r.sha1 != (r.form == V1) {
		size = 20
	}
	return slices.ContainsFunc(s.targets, func(w wanted) bool { return len(w.digest) == size })
}

// recipeWords say what of a recipe is not the other's.
func recipeWords(from, to recipe) string {
	switch {
	case to.sha1 != from.sha1 && to.sha1 == (to.form == V1):
		return "SHA-256"
	case to.sha1 != from.sha1:
		return "SHA-1"
	case to.rawBody != from.rawBody || to.json != from.json:
		return bodyWords(to)
	case to.order != from.order:
		return orderWords[to.order]
	case to.joined != from.joined && to.escaped != from.escaped:
		return `as "name=value&name=value", percent-encoded`
	case to.joined != from.joined:
		return `as "name=value&name=value"`
	case to.escaped != from.escaped:
		return "percent-encoded"
	case to.separator != from.separator && to.separator != nil:
		return separatorWords(from, to)
	case to.nonceMiddle != from.nonceMiddle:
		return "between the URL and the parameters"
	default:
		return "before the URL"
	}
}

func bodyWords(to recipe) string {
	words := ""
	switch {
	case to.nonceMiddle:
		words = ", after URL and nonce"
	case to.nonceFirst:
		words = ", after nonce and URL"
	}
	if to.separator != nil && *to.separator != "" {
		words += ", with " + quote(*to.separator) + " between"
	}
	return words
}

func separatorWords(from, to recipe) string {
	words := "nothing"
	if *to.separator != "" {
		words = quote(*to.separator)
	}
	switch {
	case to.nonceFirst && *to.separator != "":
		return "the nonce and " + words + " stand before the URL"
	case to.nonceFirst:
		return "the nonce stands before the URL"
	case to.form != from.form:
		return "the parameters are left out and " + words + " stands between URL and nonce"
	case to.form == V3:
		return words + ` stands before the nonce, not "."`
	default:
		return words + " stands between URL and nonce"
	}
}

var orderWords = map[order]string{
	arrival:   "not sorted, but taken as they arrived",
	caseFold:  "sorted without regard to capitals",
	natural:   "sorted with the numbers in names by their value",
	reversed:  "sorted backwards",
	nameAlone: "sorted by their names alone, those of one name as they arrived",
}
