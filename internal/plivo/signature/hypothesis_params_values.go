package signature

import (
	"cmp"
	"html"
	"iter"
	"slices"
	"strings"
)

// valueHypotheses suppose that the values were changed between the signer and the check, and undo it.
// They are for where the body as it was received is not known.
var valueHypotheses = []hypothesis{
	{
		name: "numbers-retyped", cause: CauseParams,
		about:    "Numbers were parsed and written anew: 0.00250 became 0.0025, 004 became 4.",
		advice:   "Keep every parameter the text that was posted: no JSON, model or spreadsheet may make a number of it before the check.",
		rewrite:  retyped,
		say:      sayPairs("numbers are written as Plivo does"),
		settings: settingsBody,
	},
	anyValue("values-not-decoded", "The parameters were given as they travel, percent-encoded.",
		"Decode names and values as a form's before the check: it takes them decoded.",
		"%s %v decoded, as a form is",
		func(p Param) Param { return Param{Unescape(p.Name, true), Unescape(p.Value, true)} },
		func(p Param) Param { return Param{percentDecoded(p.Name), percentDecoded(p.Value)} }),
	{
		name: "phone-plus", cause: CauseParams,
		about:    `The sign "+" before a phone number was lost, added, or decoded to a space.`,
		advice:   "Check the signature over From and To as they were posted, before the numbers are normalised.",
		rewrite:  func(s *search, in input) iter.Seq[input] { return rewritten(s, in, phones...) },
		say:      sayPairs("the numbers are as they were posted"),
		settings: settingsBody,
	},
	anyValue("plus-as-space", `The sign "+" in a value was decoded to a space where it stood for itself, or was kept where it stood for a space.`,
		"Decode the form exactly once: + is a space and %2B is a plus.",
		`%s %v decoded once, with "+" for a space`,
		values(func(v string) string { return strings.ReplaceAll(v, "+", " ") }),
		values(func(v string) string { return strings.ReplaceAll(v, " ", "+") })),
	{
		name: "values-untrimmed", cause: CauseParams,
		about:   "A value was trimmed: the space or line end around it was signed.",
		advice:  "Check the signature over the values as they were posted, before a middleware trims them.",
		rewrite: func(s *search, in input) iter.Seq[input] { return rewritten(s, in, surrounded...) },
		say: func(_ *search, from, to input) string {
			p := difference(parameters(to), parameters(from))
			return names(p) + " is " + quoteValues(p) + ", with the space around it"
		},
		settings: settingsBody,
	},
	anyValue("values-trimmed", "A value was given with space around it that was not posted.",
		"Give the check the values without the space or line end that came with copying or reading them.",
		"%s %v taken without the space around",
		func(p Param) Param { return Param{trimmed(p.Name), trimmed(p.Value)} }),
	anyValue("line-ends", "The line ends of a text were changed.",
		"Check the signature over the text as it was posted, before its line ends are normalised.",
		"the line ends of %s are as they were posted",
		values(func(v string) string { return strings.ReplaceAll(v, "\r\n", "\n") }),
		values(func(v string) string { return strings.ReplaceAll(lineFeeds(v), "\n", "\r\n") }),
		values(lineFeeds),
		values(lineEndLetters.Replace)),
	anyValue("charset", "The text was read in another character set than UTF-8.",
		"Read the body as UTF-8: it was taken for Latin-1 or Windows-1252, or written in it.",
		"%s %v read as UTF-8",
		values(fromMojibake(latin1)), values(fromMojibake(windows1252)),
		values(toUTF8), values(fromMojibakeTwice),
		values(toMojibake), values(asLatin1)),
	anyValue("html-escaped", "The values were escaped for HTML.",
		"Check the signature before the values are escaped for a page.",
		"%s %v not escaped for HTML",
		values(html.UnescapeString), values(html.EscapeString)),
	anyValue("slashes-escaped", "The values were escaped with backslashes or put in quotes.",
		"Check the signature over the values as they were posted, before they are escaped or written as JSON.",
		"%s %v taken without backslashes and quotes",
		values(backslashes.Replace),
		values(unquoted)),
	anyValue("null-for-empty", "A value that was empty became a word such as null or None.",
		"Check the signature over the values as they were posted: an empty one is an empty text.",
		"%s %v empty",
		values(func(v string) string {
			if slices.Contains(nothings, v) {
				return ""
			}
			return v
		})),
	{
		name: "empty-as-null", cause: CauseParams,
		about:   "An empty value was signed as a word such as null or None.",
		advice:  "Sign an empty value as an empty text; what signed this request is not Plivo.",
		rewrite: func(s *search, in input) iter.Seq[input] { return rewritten(s, in, asNothing...) },
		say:     sayPairs("an empty value is written as a word"),
	},
	anyValue("booleans", "A truth value was written in another way.",
		"Check the signature over the values as they were posted, before they are made truth values.",
		"%s %v in small letters",
		values(func(v string) string {
			if low := strings.ToLower(v); low == "true" || low == "false" {
				return low
			}
			return v
		})),
	anyValue("numbers-bare", "Numbers were signed as JSON writes them: 0.0025 for 0.00250, 4 for 004.",
		"Sign the values as the form carries them, character by character; what signed this request is not Plivo.",
		"%s %v written without surplus zeros",
		onlyOf([]string{"TotalRate", "TotalAmount"}, bareNumber),
		onlyOf([]string{"TotalRate", "TotalAmount", "MCC", "MNC", "ErrorCode"}, bareNumber),
		onlyOf([]string{"MCC", "MNC", "ErrorCode"}, bareNumber),
		onlyOf([]string{"ErrorCode"}, bareNumber)),
}

// anyValue supposes that every parameter was changed in one of some ways; say is a sentence's format
// for the names and "is" or "are".
func anyValue(name, about, advice, say string, ways ...func(Param) Param) hypothesis {
	return hypothesis{
		name: name, cause: CauseParams, about: about, advice: advice,
		rewrite:  func(s *search, in input) iter.Seq[input] { return rewritten(s, in, ways...) },
		say:      sayNew(say),
		settings: settingsBody,
	}
}

// rewritten yields in with each way in turn applied to all its parameters, where that changes any.
func rewritten(s *search, in input, ways ...func(Param) Param) iter.Seq[input] {
	return func(yield func(input) bool) {
		all := parameters(in)
		for _, way := range ways {
			if s.spent() {
				return
			}
			s.work += workParam * len(all)
			if pairs, changed := mapped(all, way); changed && !yield(withParameters(in, pairs)) {
				return
			}
		}
	}
}

// values applies f to a parameter's value.
func values(f func(string) string) func(Param) Param {
	return func(p Param) Param { return Param{p.Name, f(p.Value)} }
}

// onlyOf applies f to the values of the parameters of these names.
func onlyOf(names []string, f func(string) string) func(Param) Param {
	return func(p Param) Param {
		if slices.Contains(names, p.Name) {
			p.Value = f(p.Value)
		}
		return p
	}
}

// phone applies f to what is a phone number: digits with a plus or a space before them.
func phone(f func(string) string) func(string) string {
	return func(v string) string {
		if n := strings.TrimLeft(v, "+ "); n == "" || digits(n) != len(n) {
			return v
		}
		return f(v)
	}
}

// sayPairs adds the pairs as they were signed to a sentence.
func sayPairs(text string) func(*search, input, input) string {
	return func(_ *search, from, to input) string {
		var list []string
		for _, p := range difference(parameters(to), parameters(from)) {
			list = append(list, quote(p.Name+"="+p.Value))
		}
		const most = 3
		if len(list) > most {
			list = append(list[:most], "…")
		}
		return text + ": " + strings.Join(list, ", ")
	}
}

func quoteValues(pairs []Param) string {
	list := make([]string, len(pairs))
	for i, p := range pairs {
		list[i] = quote(p.Value)
	}
	return strings.Join(list, ", ")
}

// phones are the ways to write From and To, both or one of them.
var phones = func() (ways []func(Param) Param) {
	bare := func(v string) string { return strings.TrimLeft(v, "+ ") }
	for _, before := range []string{"+", "", " "} {
		for _, of := range [][]string{{"From", "To"}, {"From"}, {"To"}} {
			ways = append(ways, onlyOf(of, phone(func(v string) string { return before + bare(v) })))
		}
	}
	return ways
}()

// surrounded are the ways in which white space may have stood around a text.
var surrounded = func() (ways []func(Param) Param) {
	for _, around := range []string{"_ ", "_\n", "_\r\n", " _", "_  ", " _ ", "\n_", "_\t", "_\u00a0"} {
		before, after, _ := strings.Cut(around, "_")
		ways = append(ways, onlyOf([]string{"Text"}, func(v string) string { return before + v + after }))
	}
	return ways
}()

// asNothing are the ways to write an empty value as a word.
var asNothing = func() (ways []func(Param) Param) {
	for _, word := range nothings {
		ways = append(ways, values(func(v string) string { return cmp.Or(v, word) }))
	}
	return ways
}()

var (
	lineEndLetters = strings.NewReplacer(`\r`, "\r", `\n`, "\n")
	backslashes    = strings.NewReplacer(`\'`, `'`, `\"`, `"`, `\\`, `\`, `\/`, `/`)
)

// nothings are the words in which languages write that there is no value.
var nothings = []string{"null", "None", "undefined", "nil", "NULL", "NaN", "<nil>"}

func trimmed(v string) string { return strings.Trim(v, " \t\r\n\v\f\u00a0\ufeff\x00") }

func lineFeeds(v string) string {
	return strings.ReplaceAll(strings.ReplaceAll(v, "\r\n", "\n"), "\r", "\n")
}

// percentDecoded decodes percent signs and leaves a plus as it is.
func percentDecoded(v string) string { return Unescape(v, false) }

func unquoted(v string) string {
	if n := len(v); n >= 2 && (v[0] == '"' || v[0] == '\'') && v[n-1] == v[0] {
		return v[1 : n-1]
	}
	return v
}
