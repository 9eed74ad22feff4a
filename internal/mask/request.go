package mask

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/signature/sdk"
	"dev.internal/plivoscope/internal/webhook"
)

// Request masks what was said of one request: base strings, in which numbers and texts stand without
// anything between them, explanations that quote them, and changes.
type Request struct {
	m      *Masker
	all    *strings.Replacer
	names  map[string]bool // of the parameters
	pieces []string        // of which explanations may quote the beginning
	shown  []string        // by which they are masked
	texts  []spoken
	words  int // that are looked for in texts
	marks  *strings.Replacer
	over   bool // there are more values than are looked for
}

// mostValues bounds the different values of a request that are looked for. What is said of a request with
// more is hidden whole.
const mostValues = 500

// mark stands for a text while others are looked for: a character that is in none of them.
func mark(i int) string { return string(rune(0xf0000 + i)) }

// Of looks at the values of a request.
func (m *Masker) Of(c signature.Case) *Request {
	if m == nil {
		return nil
	}
	r := &Request{m: m, names: map[string]bool{}}
	params := slices.Clone(c.Params)
	if len(c.Body) > 0 {
		read, _ := webhook.ParseParams(http.MethodPost, "", http.Header(c.Header).Get("Content-Type"), c.Body)
		params = append(params, read...)
	}
	query, _ := webhook.ParseParams(http.MethodGet, c.URL, "", nil)
	params = append(params, query...)
	received, _ := webhook.ParseParams(http.MethodGet, c.ReceivedURL, "", nil)
	params = append(params, received...)
	found, seen := map[string]string{}, map[signature.Param]bool{}
	for _, p := range params {
		if seen[p] {
			continue
		}
		if len(seen) == mostValues {
			r.over = true
			return r
		}
		seen[p] = true
		r.add(found, p)
	}
	marks := make([]string, 0, 2*len(r.texts))
	for i, t := range r.texts {
		marks = append(marks, mark(i), t.shown)
	}
	r.marks = strings.NewReplacer(marks...)
	forms := make([]string, 0, len(found))
	for form := range found {
		forms = append(forms, form)
	}
	slices.SortFunc(forms, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	pairs := make([]string, 0, 2*len(forms))
	for _, form := range forms {
		pairs = append(pairs, form, found[form])
	}
	r.all = strings.NewReplacer(pairs...)
	return r
}

// add notes the ways that a value may be written in what is said of the request.
func (r *Request) add(found map[string]string, p signature.Param) {
	r.names[p.Name] = true
	shown := r.m.Param(p.Name, p.Value)
	if shown == p.Value {
		return
	}
	alone := longEnough(p.Value)
	if textForm.MatchString(shown) {
		if t, ok := newSpoken(p.Value, shown, mostWords-r.words); ok {
			r.words += t.words
			r.texts = append(r.texts, t)
		}
	}
	put := func(value, shown string) {
		if value == "" {
			return
		}
		for _, join := range []string{"", "=", `":"`, `": "`} {
			found[p.Name+join+value] = p.Name + join + shown
		}
		found[`"`+value+`"`] = `"` + shown + `"`
		if alone {
			found[value] = shown
			r.pieces, r.shown = append(r.pieces, value), append(r.shown, shown)
		}
	}
	put(p.Value, shown)
	put(strings.TrimSpace(p.Value), strings.TrimSpace(shown))
	put(url.QueryEscape(p.Value), formValue(shown))
	put(strings.ToLower(url.QueryEscape(p.Value)), formValue(shown))
	put(url.PathEscape(p.Value), formValue(shown))
	put(strings.ReplaceAll(url.QueryEscape(p.Value), "+", "%20"), formValue(shown))
	put(inner(strconv.Quote(p.Value)), shown)
	if quoted, err := json.Marshal(p.Value); err == nil {
		put(inner(string(quoted)), shown)
	}
	// Numbers are looked for as some signer may have written them.
	for digits := range strings.FieldsFuncSeq(p.Value, func(r rune) bool { return r < '0' || r > '9' }) {
		if len(digits) >= minDigits && len(digits) <= maxDigits && !isTime(digits) {
			found[digits] = r.m.Number(digits)
		}
	}
	if digits, ok := digitsOf(strings.TrimSpace(p.Value)); ok && len(digits) >= minDigits {
		found[digits] = r.m.Number(digits)
	}
}

func inner(quoted string) string { return quoted[1 : len(quoted)-1] }

// longEnough reports whether a value is found in a text without being mistaken for a word of it.
func longEnough(value string) bool {
	if digits, ok := digitsOf(strings.TrimSpace(value)); ok {
		return len(digits) >= 5
	}
	return len(value) >= 12 || strings.Contains(strings.TrimSpace(value), " ") || strings.ContainsFunc(value, func(r rune) bool { return r > '~' })
}

// Sentence masks a text about the request.
func (r *Request) Sentence(s string) string {
	if r == nil {
		return s
	}
	if r.over {
		return r.m.Text(s)
	}
	for i, t := range r.texts {
		s = t.hide(s, mark(i))
	}
	return r.marks.Replace(r.m.Sentence(r.clipped(r.all.Replace(s))))
}

// clipped masks values of which a text quotes no more than the beginning.
func (r *Request) clipped(s string) string {
	const ellipsis, least = "…", 4
	if !strings.Contains(s, ellipsis) {
		return s
	}
	pieces := strings.Split(s, ellipsis)
	for i := range pieces[:len(pieces)-1] {
		for j, value := range r.pieces {
			n := min(len(value)-1, len(pieces[i]))
			for n >= least && !strings.HasSuffix(pieces[i], value[:n]) {
				n--
			}
			if n >= least {
				pieces[i] = pieces[i][:len(pieces[i])-n] + r.shown[j]
				break
			}
		}
	}
	return strings.Join(pieces, ellipsis)
}

// Verdict masks the base strings of a verdict.
func (r *Request) Verdict(v signature.Verdict) signature.Verdict {
	if r == nil {
		return v
	}
	v.Base = r.Sentence(v.Base)
	v.Checks = slices.Clone(v.Checks)
	for i := range v.Checks {
		v.Checks[i].Base = r.Sentence(v.Checks[i].Base)
	}
	return v
}

// Comparisons masks the base strings of comparisons.
func (r *Request) Comparisons(all []signature.Comparison) []signature.Comparison {
	if r == nil {
		return all
	}
	all = slices.Clone(all)
	for i := range all {
		all[i].Base = r.Sentence(all[i].Base)
	}
	return all
}

// Diagnosis masks what was found out.
func (r *Request) Diagnosis(d signature.Diagnosis) signature.Diagnosis {
	if r == nil {
		return d
	}
	d.RuledOut, d.Remains = r.sentences(d.RuledOut), r.sentences(d.Remains)
	d.Findings = slices.Clone(d.Findings)
	for i := range d.Findings {
		f := &d.Findings[i]
		f.Detail, f.Remedy, f.Base = r.Sentence(f.Detail), r.Sentence(f.Remedy), r.Sentence(f.Base)
		f.Settings = slices.Clone(f.Settings)
		for j := range f.Settings {
			f.Settings[j].Text = r.Sentence(f.Settings[j].Text)
		}
		f.Changes = slices.Clone(f.Changes)
		for j, c := range f.Changes {
			f.Changes[j] = r.change(c)
		}
	}
	return d
}

func (r *Request) sentences(all []string) []string {
	all = slices.Clone(all)
	for i := range all {
		all[i] = r.Sentence(all[i])
	}
	return all
}

// change masks what was checked and what was signed.
func (r *Request) change(c signature.Change) signature.Change {
	switch c.Part {
	case signature.PartNonce, signature.PartSignature, signature.PartMethod, signature.PartToken:
	case signature.PartParams:
		c.Given, c.Signed = r.pairs(c.Given), r.pairs(c.Signed)
	case signature.PartURL:
		c.Given, c.Signed = r.m.URL(c.Given), r.m.URL(c.Signed)
	default:
		c.Given, c.Signed = r.Sentence(c.Given), r.Sentence(c.Signed)
	}
	return c
}

// pairs masks parameters, one a line. What is none of the request's goes on with a text of several lines.
func (r *Request) pairs(lines string) string {
	if lines == "" {
		return lines
	}
	var out []signature.Param
	for l := range strings.SplitSeq(lines, "\n") {
		name, value, ok := strings.Cut(l, "=")
		if n := len(out) - 1; n >= 0 && (!ok || !r.names[name] && r.m.Param(out[n].Name, "a") != "a") {
			out[n].Value += "\n" + l
			continue
		}
		out = append(out, signature.Param{Name: name, Value: value})
	}
	var b strings.Builder
	for i, p := range r.m.Params(out) {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(p.Name + "=" + p.Value)
	}
	return b.String()
}

// Answers masks what the SDKs would say.
func (r *Request) Answers(all []sdk.Answer) []sdk.Answer {
	if r == nil {
		return all
	}
	all = slices.Clone(all)
	for i := range all {
		a := &all[i]
		a.Base, a.Quirk = r.Sentence(a.Base), r.Sentence(a.Quirk)
		if a.Err != nil {
			said := *a.Err
			said.Text = r.Sentence(said.Text)
			a.Err = &said
		}
	}
	return all
}
