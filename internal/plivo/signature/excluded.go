package signature

import (
	"fmt"
	"slices"
	"strings"
)

// trial is what one hypothesis came to for the request as it was given.
type trial struct {
	n     int // inputs that were tried
	first input
}

// note counts an input that h made of root and that did not match.
func (s *search) note(h *hypothesis, to input) {
	if s.trials == nil {
		s.trials = map[*hypothesis]*trial{}
	}
	t := s.trials[h]
	if t == nil {
		t = &trial{first: to}
		s.trials[h] = t
	}
	t.n++
}

// excluded says what was tried in vain and what no search can find.
func (s *search) excluded(v Verdict, d Diagnosis) (ruledOut, remains []string) {
	if len(v.Checks) == 0 {
		return nil, []string{"Plivo signs every callback: a request without a signature was not sent by it, or lost its headers on the way, and nothing about it can be verified."}
	}
	if len(s.keys) == 0 {
		return s.ruledOut(d), []string{"Without the auth token of the account nothing can be computed, so the request may be genuine or not."}
	}
	if weaker, ok := matchingCheck(v); ok {
		ruledOut = append(ruledOut, fmt.Sprintf("the token, the scheme, host, port and path: the %s signature of the same request matches", weaker.Scheme))
		remains = append(remains, fmt.Sprintf("What %s covers beside %s was altered on the way, as the value of a parameter: no search can find out what it was.", v.Scheme, weaker.Scheme))
	} else {
		remains = append(remains,
			"The request was signed with a token that is not known here: another account's or subaccount's, or one that was rotated since.",
			onTheWay(v.Scheme),
			"The request was not sent by Plivo: then no token of its account matches.")
	}
	if d.Cut {
		remains = append(remains, "The search ended at its bound: of the causes that come in pairs, some were not tried.")
	}
	return append(ruledOut, s.ruledOut(d)...), remains
}

func onTheWay(by Scheme) string {
	what := "The URL or a parameter"
	if by.form() == V2 {
		what = "The URL or the nonce"
	}
	return what + " was altered on the way in a manner that is none of the usual ones: no search can find out what it was."
}

// matchingCheck gives the check of a weaker scheme that a token matches, where it vouches for the URL.
func matchingCheck(v Verdict) (Check, bool) {
	i := slices.IndexFunc(v.Checks, func(c Check) bool { return c.Token != "" && c.Scheme.form() == V2 })
	if i < 0 || v.Scheme.form() != V3 {
		return Check{}, false
	}
	return v.Checks[i], true
}

// ruled is a line of what was tried in vain: the hypotheses that it stands for, and its words with the
// number of what they tried for %d. Without words it is what the hypotheses themselves say.
type ruled struct {
	of    func(h *hypothesis) bool
	words string
}

var ruledLines = []ruled{
	{named("token-other"), "other tokens that are known, %d in all"},
	{named("auth-id"), "the auth id in place of the token"},
	{because(CauseToken), "the token without what may stand around it, in %d forms"},
	{because(CauseScheme), ""},
	{because(CauseHost), ""},
	{because(CausePort), ""},
	{because(CauseSlash), ""},
	{because(CausePath), ""},
	{named("query-in-params", "param-of-query-added"), "the query with fewer or more of the parameters, in %d ways"},
	{because(CauseQuery), ""},
	{because(CauseURL), ""},
	{because(CauseNonce), ""},
	{because(CauseMethod), ""},
	{named("body-as-posted", "body-in-base64", "body-of-json"), "the parameters as they stand in the body"},
	{named("param-added", "empty-added", "param-left-out"), "parameters left out one by one, in %d ways"},
	{named("empty-dropped", "empties-dropped"), "parameters without a value added back, in %d sets"},
	{named("numbers-retyped", "numbers-bare", "phone-plus"), "numbers written otherwise, in %d ways"},
	{named("values-untrimmed", "values-trimmed", "line-ends"), "space and line ends around or in the values, in %d ways"},
	{because(CauseParams), "values decoded, unescaped or read in another character set, %d in all"},
	{because(CauseRecipe), "%d other recipes: those of the other schemes, other hashes, orders and places of the nonce"},
}

// numbered puts the number of what was tried into the words of a line; one is not counted.
func (r ruled) numbered(n int) string {
	words := r.words
	if n == 1 {
		words, _, _ = strings.Cut(words, ", in %d ")
		words, _, _ = strings.Cut(words, ", %d in all")
	}
	return strings.Replace(words, "%d", number(n), 1)
}

func named(names ...string) func(*hypothesis) bool {
	return func(h *hypothesis) bool { return slices.Contains(names, h.name) }
}

func because(c Cause) func(*hypothesis) bool {
	return func(h *hypothesis) bool { return h.cause == c }
}

// ruledOut puts what was tried for this very request into lines.
func (s *search) ruledOut(d Diagnosis) []string {
	var all []string
	used := map[*hypothesis]bool{}
	for _, line := range ruledLines {
		n := 0
		var said []string
		for i := range hypotheses {
			h := &hypotheses[i]
			t := s.trials[h]
			if used[h] || t == nil || !line.of(h) {
				continue
			}
			used[h] = true
			n += t.n
			if line.words == "" {
				said = appendNew(said, h.say(s, s.given, t.first))
			}
		}
		switch {
		case n == 0:
		case line.words == "":
			all = append(all, few(said, n))
		default:
			all = append(all, line.numbered(n))
		}
	}
	if len(all) > 0 && d.Tried > 1 {
		all = append(all, fmt.Sprintf("pairs of these: %s in all", count(d.Tried, "signature", "signatures")))
	}
	return all
}

// few joins the first conditions of a kind, and says how many of the n there were are not shown.
func few(said []string, n int) string {
	const most = 3
	shown := said[:min(len(said), most)]
	for i, s := range shown {
		shown[i] = shortened(s)
	}
	text := strings.Join(shown, "; ")
	if more := n - len(shown); more > 0 {
		text += "; and " + count(more, "other", "others") + " of the kind"
	}
	return text
}
