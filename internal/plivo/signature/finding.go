package signature

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
)

// finding puts a match into words.
func (s *search) finding(m match, sure Confidence) Finding {
	f := Finding{Confidence: sure, Scheme: m.target.scheme, Header: m.target.scheme.Header(), Token: m.in.key.label}
	var what, todo []string
	for _, st := range m.steps {
		f.Causes = append(f.Causes, st.h.cause)
		f.Hypotheses = append(f.Hypotheses, st.h.name)
		what = append(what, st.h.say(s, st.from, st.to))
		todo = appendNew(todo, st.h.todo(s, st.from, st.to))
		for _, set := range st.h.settings {
			if !slices.Contains(f.Settings, set) {
				f.Settings = append(f.Settings, set)
			}
		}
	}
	f.Changes = changes(m.root, m.in)
	base, _ := s.appendInput(nil, m.in)
	f.Base = string(base)
	f.Signature = base64.StdEncoding.EncodeToString(m.in.key.sum(nil, m.in.recipe.sha1 != (m.in.recipe.form == V1), base))
	if d := m.target.damage; d != nil {
		f.Causes = append(f.Causes, CauseHeader)
		f.Hypotheses = append(f.Hypotheses, d.name)
		what = append(what, d.words(m.target.text, f.Signature))
		todo = appendNew(todo, d.remedy)
		f.Changes = append(f.Changes, Change{PartSignature, m.target.text, f.Signature})
	} else if as := m.target.as; as.name != "" {
		f.Causes = append(f.Causes, CauseRecipe)
		f.Hypotheses = append(f.Hypotheses, as.hypothesis())
		what = append(what, fmt.Sprintf("the header is read as %s instead of standard base64", as.name))
		todo = appendNew(todo, as.remedy)
	}
	f.Changes = append(f.Changes, s.recipeChange(m)...)
	f.Detail, f.Remedy = "matches if "+strings.Join(what, ", and "), strings.Join(todo, " ")
	if sure == Likely {
		s.likelyWords(&f, what)
	}
	return f
}

// likelyWords say what the signature of the URL alone tells of the other one.
func (s *search) likelyWords(f *Finding, what []string) {
	const others = "the parameters, the query and the method"
	if len(what) == 0 {
		f.Causes, f.Hypotheses = []Cause{CauseParams}, []string{paramsAltered}
		f.Detail = "matches if " + others + " are those that were sent: the V2 signature of the same request matches, so token, scheme, host, port and path are right"
		f.Remedy = "Compare the parameters with what the sender posted: something on the way added, dropped or changed one of them."
		return
	}
	f.Detail = "matches if " + strings.Join(what, ", and ") + ", as the V2 signature of the same request does, and if " + others + " are those that were sent"
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// changes tells what differs between what was given and what was signed, part by part.
func changes(from, to input) []Change {
	var all []Change
	add := func(p Part, a, b string) {
		if a != b {
			all = append(all, Change{p, a, b})
		}
	}
	if from.key != to.key {
		add(PartToken, from.key.String(), to.key.String())
	}
	add(PartMethod, from.method, to.method)
	add(PartURL, from.url, to.url)
	add(PartNonce, from.nonce, to.nonce)
	gone, new := difference(from.params, to.params), difference(to.params, from.params)
	add(PartParams, lines(gone), lines(new))
	return all
}

// recipeChange tells of recipes, where another was taken than Plivo's own for the header.
func (s *search) recipeChange(m match) []Change {
	own := func(form Scheme) string { return "Plivo's " + string(form) + " recipe" }
	signed := own(m.root.recipe.form)
	var but []string
	for _, st := range m.steps {
		switch from, to := st.from.recipe, st.to.recipe; {
		case from == to:
		case to.form != from.form && to == recipe{form: to.form, sha1: to.sha1}:
			signed = own(to.form)
			if to.sha1 != from.sha1 {
				but = append(but, "the hash is "+recipeWords(from, to))
			}
		default:
			but = append(but, st.h.say(s, st.from, st.to))
		}
	}
	if but != nil {
		signed += ", but " + and(but)
	}
	given := own(m.root.recipe.form)
	if given == signed {
		return nil
	}
	return []Change{{PartRecipe, given, signed}}
}

// difference gives the parameters of a that b does not have.
func difference(a, b []Param) []Param {
	left := make(map[Param]int, len(b))
	for _, p := range b {
		left[p]++
	}
	var only []Param
	for _, p := range a {
		if left[p] > 0 {
			left[p]--
			continue
		}
		only = append(only, p)
	}
	return only
}

func lines(params []Param) string {
	var b strings.Builder
	for i, p := range params {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.Name + "=" + p.Value)
	}
	return b.String()
}
