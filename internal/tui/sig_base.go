package tui

import (
	"cmp"
	"net/http"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/tui/grid"
)

// baseString is a base string of a request, and a signature of it.
type baseString struct {
	scheme    string // of the family, without its owner
	words     string // which of them it is
	text      string
	signature string
	parts     []signature.Segment
	params    []signature.Param // among them
	again     bool              // what it has in common with the one above it is not repeated at length
}

// firstBase is the base string that matters most: the one that was signed, where that is known, and
// else the one that was checked, of the deciding family where this has one.
func firstBase(e app.Examination) (baseString, bool) {
	if b, ok := signedBase(e); ok {
		return b, true
	}
	for _, b := range givenBases(e) { // the deciding one first
		if b.problem == "" {
			return b.baseString, true
		}
	}
	return baseString{}, false
}

// signedBase is the base string that reproduces a signature of a request that does not verify.
func signedBase(e app.Examination) (baseString, bool) {
	if len(e.Diagnosis.Findings) == 0 || e.Diagnosis.Findings[0].Base == "" {
		return baseString{}, false
	}
	f := e.Diagnosis.Findings[0]
	b := baseString{scheme: family(f.Scheme), words: "as it was signed", text: f.Base, signature: f.Signature}
	r := e.Case.Request
	params := r.Params
	nonce := http.Header(r.Header).Get(f.Scheme.NonceHeader())
	for _, c := range f.Changes {
		switch c.Part {
		case signature.PartMethod:
			r.Method = c.Signed
		case signature.PartURL:
			r.URL = c.Signed
		case signature.PartNonce:
			nonce = c.Signed
		case signature.PartParams:
			params = swap(params, c)
		}
	}
	// The changes are words for readers: where they do not make the base string, it is shown as one.
	parts, err := signature.Parts(f.Scheme, r.Method, r.URL, nonce, params)
	if err == nil && joined(parts) == f.Base {
		b.parts, b.params = parts, params
	} else {
		b.parts = []signature.Segment{{Part: signature.PartRecipe, Text: f.Base}}
	}
	return b, true
}

// swap takes the given parameters out and puts the signed ones in.
func swap(params []signature.Param, c signature.Change) []signature.Param {
	given := map[string]int{}
	for l := range strings.SplitSeq(c.Given, "\n") {
		given[l]++
	}
	params = slices.DeleteFunc(slices.Clone(params), func(p signature.Param) bool {
		l := p.Name + "=" + p.Value
		given[l]--
		return given[l] >= 0
	})
	for l := range strings.SplitSeq(c.Signed, "\n") {
		if name, value, ok := strings.Cut(l, "="); ok {
			params = append(params, signature.Param{Name: name, Value: value})
		}
	}
	return params
}

func joined(parts []signature.Segment) string {
	var b strings.Builder
	for _, p := range parts {
		b.WriteString(p.Text)
	}
	return b.String()
}

// givenBase is a base string as it follows from what was given, with the signatures that belong to it.
type givenBase struct {
	baseString
	problem string // why there is none
	checks  []signature.Check
	made    []signature.Comparison // one for each token and header
}

// givenBases are the base strings of the families that the request has a header of, strongest first.
func givenBases(e app.Examination) []givenBase {
	var all []givenBase
	r := e.Case.Request
	checks := e.Verdict.Checks
	for _, scheme := range []signature.Scheme{signature.V3, signature.V2} {
		// A nonce alone says what the signature has to be.
		nonce := http.Header(r.Header).Get(scheme.NonceHeader())
		if nonce != "" && !slices.ContainsFunc(checks, func(c signature.Check) bool { return family(c.Scheme) == string(scheme) }) {
			checks = append(checks[:len(checks):len(checks)], signature.Check{Scheme: scheme, Nonce: nonce})
		}
	}
	for _, c := range checks {
		i := slices.IndexFunc(all, func(b givenBase) bool { return b.scheme == family(c.Scheme) })
		if i < 0 {
			i = len(all)
			b := givenBase{baseString: baseString{scheme: family(c.Scheme), words: "as checked", params: r.Params}}
			parts, err := signature.Parts(c.Scheme, r.Method, r.URL, c.Nonce, r.Params)
			switch {
			case c.Nonce == "" && c.Scheme.NonceHeader() != "":
				b.problem = "There is no base string without its nonce, the header " + c.Scheme.NonceHeader() + "."
			case err != nil:
				b.problem = "There is no base string: " + err.Error() + "."
			default:
				b.parts, b.text = parts, joined(parts)
			}
			all = append(all, b)
		}
		b := &all[i]
		if len(c.Given) > 0 {
			b.checks = append(b.checks, c)
		} else if b.text != "" {
			for _, t := range e.Case.Tokens {
				b.made = append(b.made, signature.Comparison{Scheme: c.Scheme, Token: t.Label, Computed: signature.SignBase(t, c.Scheme, b.text)})
			}
		}
	}
	for i := range all {
		b := &all[i]
		for _, c := range e.Comparisons {
			if family(c.Scheme) == b.scheme && c.Computed != "" {
				b.made = append(b.made, c)
			}
		}
		for _, c := range b.made {
			if b.signature == "" || c.Match {
				b.signature = c.Computed
			}
		}
	}
	return all
}

// writeBases lays the base strings out in their parts, with the signatures made of them.
func writeBases(p *page, e app.Examination) {
	signed, known := signedBase(e)
	given := givenBases(e)
	for _, b := range given {
		other := known && signed.scheme == b.scheme && signed.text != b.text
		words := ""
		if other {
			words = ", " + b.words
		}
		p.heading(b.scheme+" base string"+words, "")
		if b.problem != "" {
			p.say(p.th.warn, readable(b.problem))
		} else {
			p.parts(b.baseString, signed, other && len(signed.parts) > 1, p.th.given)
		}
		writeSignatures(p, b)
		if known && signed.scheme == b.scheme && !other {
			p.value("signed", p.th.text, []piece{{readable(signed.signature), plain}}, span{p.th.good, "  ✓ as said above"}) // by another key
			known = false
		}
		if other {
			p.heading(b.scheme+" base string, "+signed.words, "")
			signed.again = true
			p.parts(signed, b.baseString, b.text != "" && len(signed.parts) > 1, p.th.signed)
			p.value("computed", p.th.text, []piece{{readable(signed.signature), plain}}, span{p.th.good, "  ✓ as received"})
			known = false
		}
	}
	if known && !slices.ContainsFunc(given, func(b givenBase) bool { return b.scheme == signed.scheme }) {
		p.heading(signed.scheme+" base string, "+signed.words, "")
		p.parts(signed, baseString{}, false, p.th.text)
		p.value("computed", p.th.text, []piece{{readable(signed.signature), plain}}, span{p.th.good, "  ✓ as received"})
	}
}

// givenShown bounds the signatures of one header: Plivo sends one for each token of the account.
const givenShown = 4

// writeSignatures lists what each token makes of a base string, and what the headers have.
func writeSignatures(p *page, b givenBase) {
	th := p.th
	var tokens []string
	for _, c := range b.made {
		if slices.Contains(tokens, c.Token) {
			continue // plain and Ma- differ in the key alone
		}
		tokens = append(tokens, c.Token)
		var matched []string
		for _, d := range b.made {
			if d.Token == c.Token && d.Match {
				matched = append(matched, string(d.Scheme))
			}
		}
		note := span{th.bad, "  ✗ token " + brief(c.Token)}
		switch {
		case len(matched) > 0:
			note = span{th.good, "  ✓ token " + brief(c.Token) + ", as " + strings.Join(matched, " and ")}
		case len(b.checks) == 0:
			note = span{th.muted, "  token " + brief(c.Token)}
		}
		p.value("computed", th.text, []piece{{c.Computed, plain}}, note)
	}
	for _, c := range b.checks {
		for i, g := range c.Given {
			if i == givenShown {
				p.value("", th.text, []piece{{"and " + plural(len(c.Given)-i, "more signature"), quiet}})
				break
			}
			p.value("received", th.text, []piece{{readable(g), plain}}, span{th.muted, "  " + string(c.Scheme)})
		}
	}
}

// parts writes each part of a base string behind its name. What the scheme itself puts between them
// stands before the part that follows it. Where it is compared, what the other one lacks is marked.
func (p *page) parts(b, others baseString, compare bool, mark grid.Paint) {
	before, parts, params := "", b.parts, b.params
	for i, part := range parts {
		if part.Part == signature.PartRecipe && len(parts) > 1 && i+1 < len(parts) {
			before += part.Text
			continue
		}
		var pieces []piece
		if before != "" {
			pieces = append(pieces, piece{readable(before), quiet})
			before = ""
		}
		theirs := textOf(others.parts, part.Part)
		switch {
		case compare && part.Text != theirs:
			own, _ := differ(readable(part.Text), readable(theirs))
			pieces = append(pieces, own...)
		case compare && b.again && len(part.Text) > p.w-labelWidth-2:
			pieces = []piece{{"the same", quiet}}
		case part.Part == signature.PartParams:
			pieces = append(pieces, apart(part.Text, params)...)
		default:
			pieces = append(pieces, piece{readable(part.Text), plain})
		}
		p.value(partName(part.Part), mark, pieces)
	}
}

// apart sets the names of concatenated parameters apart from their values, where they make the text.
func apart(text string, params []signature.Param) []piece {
	whole := []piece{{readable(text), plain}}
	if len(text) > detailBytes {
		return whole
	}
	sorted := slices.SortedStableFunc(slices.Values(params), func(a, b signature.Param) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Value, b.Value))
	})
	pieces := make([]piece, 0, 2*len(sorted))
	for _, p := range sorted {
		rest, ok := strings.CutPrefix(text, p.Name+p.Value)
		if !ok {
			return whole
		}
		pieces = append(pieces, piece{escape.Line(p.Name), quiet}, piece{escape.Line(p.Value), plain})
		text = rest
	}
	if text != "" {
		return whole
	}
	return pieces
}

func textOf(parts []signature.Segment, of signature.Part) string {
	i := slices.IndexFunc(parts, func(s signature.Segment) bool { return s.Part == of })
	if i < 0 {
		return ""
	}
	return parts[i].Text
}

func partName(part signature.Part) string {
	switch part {
	case signature.PartURL:
		return "URL"
	case signature.PartRecipe:
		return "all"
	default:
		return string(part)
	}
}
