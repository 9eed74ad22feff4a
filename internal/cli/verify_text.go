package cli

import (
	"fmt"
	"strings"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// verified is what verify prints of a request as text.
type verified struct {
	layout
	framework string   // the one to print all settings of; empty for a line of each
	notes     []string // on the tokens
}

// of says what verify found, the outcome first.
func (r *verified) of(sus suspect, e app.Examination) []byte {
	if sus.name != "" {
		r.line(0, fmt.Sprintf("%s: %s %s", sus.name, value(e.Case.Method), value(e.Case.URL)))
	}
	r.words(0, headline(sus, e))
	for i, f := range e.Diagnosis.Findings {
		if i > 0 || f.Confidence == signature.Possible {
			begin := "also: "
			if i == 0 {
				begin = "worth a look: "
			}
			r.line(0, "")
			r.words(0, escape.Line(begin+"the signature "+f.Detail+behind(f)))
		}
		r.finding(f)
	}
	r.checks(e)
	r.notFound(e.Diagnosis)
	r.sdks(e)
	r.settings(e.Diagnosis)
	return []byte(strings.TrimRight(r.String(), "\n"))
}

// behind is the name of an explanation behind its sentence.
func behind(f signature.Finding) string {
	if name := nameOf(f); name != "" {
		return " (" + name + ")"
	}
	return ""
}

// headline is the outcome with what to know first.
func headline(sus suspect, e app.Examination) string {
	v := e.Verdict
	switch v.Outcome {
	case signature.Valid:
		return fmt.Sprintf("✓ valid: %s matches with the token \"%s\"", v.Header, escape.Line(v.Token))
	case signature.Unchecked:
		if then := e.Came.Words(); then != "" && !sus.tokenGone {
			return "? unchecked: " + escape.Line(then)
		}
		if sus.name == "" && sus.lacksToken(e) {
			return "? unchecked" // the error says why
		}
		return "? unchecked: " + escape.Line(sus.reason(e))
	}
	mark := "✗ invalid: "
	if v.Outcome == signature.Missing {
		mark = "– missing: "
	}
	if found := e.Diagnosis.Findings; len(found) > 0 && found[0].Confidence != signature.Possible {
		likely := ""
		if found[0].Confidence == signature.Likely {
			likely = "probably "
		}
		said := found[0].Detail + behind(found[0])
		if then := e.Came.Words(); then != "" {
			said += "; " + then
		}
		return mark + likely + escape.Line(said)
	}
	if v.Outcome == signature.Missing || sus.tokenGone {
		return mark + escape.Line(sus.reason(e))
	}
	if then := e.Came.Words(); then != "" {
		return mark + escape.Line(then)
	}
	return mark + "nothing that was tried makes the signature match"
}

// finding lays out what an explanation changes, and what to do about it.
func (r *verified) finding(f signature.Finding) {
	for _, c := range f.Changes {
		r.line(0, "")
		r.change(2, c)
	}
	if f.Remedy != "" {
		r.line(0, "")
		r.words(2, escape.Line(f.Remedy))
	}
}

// settings lists what to set in each framework: the first line of each, or all of one. What merely looks
// wrong has none here: they would be longer than all that is certain.
func (r *verified) settings(d signature.Diagnosis) {
	var names []string
	texts := map[string][]string{}
	for _, f := range d.Findings {
		if f.Confidence == signature.Possible {
			continue
		}
		for _, s := range f.Settings {
			if texts[s.Framework] == nil {
				names = append(names, s.Framework)
			}
			texts[s.Framework] = append(texts[s.Framework], strings.Split(strings.TrimRight(escape.Block(s.Text), "\n"), "\n")...)
		}
	}
	if len(names) == 0 {
		return
	}
	r.line(0, "")
	if r.framework != "" {
		r.line(0, "in "+r.framework)
		for _, text := range texts[r.framework] {
			r.line(2, text)
		}
		if texts[r.framework] == nil {
			r.words(2, "Nothing is known to set there; there is something for "+strings.Join(names, ", ")+".")
		}
		return
	}
	r.words(0, "in your framework (--framework NAME prints all of one)")
	width := 0
	for _, name := range names {
		width = max(width, len(name))
	}
	for _, name := range names {
		text, more := texts[name][0], ""
		if len(texts[name]) > 1 {
			more = " …"
		}
		line := fmt.Sprintf("  %-*s  %s%s", width, name, text, more)
		if r.width > 0 {
			line = fit(line, r.width)
		}
		r.line(0, line)
	}
}

// notFound says what was ruled out, and what no search can find.
func (r *verified) notFound(d signature.Diagnosis) {
	for _, list := range []struct {
		title string
		items []string
	}{{"tried in vain", d.RuledOut}, {"what remains", d.Remains}} {
		if len(list.items) > 0 {
			r.line(0, "")
			r.line(0, list.title)
		}
		for _, item := range list.items {
			r.words(2, escape.Line(item))
		}
	}
}

// checks lays out each header with each token.
func (r *verified) checks(e app.Examination) {
	all := comparisons(e)
	if len(all) == 0 {
		return
	}
	r.line(0, "")
	r.line(0, "checks of "+value(e.Case.Method)+" "+value(e.Case.URL))
	for _, note := range r.notes {
		r.words(2, value(note))
	}
	for _, c := range all {
		mark, with := "✗", " with the token \""+escape.Line(c.Token)+"\""
		switch {
		case c.Token == "":
			mark, with = "?", ""
		case c.Match:
			mark = "✓"
		}
		r.line(2, mark+" "+c.Header+with)
		if name := c.Scheme.NonceHeader(); name != "" && c.Nonce == "" {
			r.field(4, "nonce", "none: there is no "+name)
		}
		if c.Base != "" {
			r.field(4, "base string", value(c.Base))
		}
		if c.Computed != "" {
			r.field(4, "computed", c.Computed)
		}
		r.field(4, "given", value(strings.Join(c.Given, ", ")))
	}
}

var sdkColumns = []column{{title: "SDK", width: 13}, {title: "VERSION", width: 22, gives: 1}, {title: "ACCEPTS", width: 7}, {title: "WHY IT DIFFERS", least: 20}}

// sdks is the table of what the validators of the SDKs would say.
func (r *verified) sdks(e app.Examination) {
	if len(e.SDKs) == 0 {
		return
	}
	r.line(0, "")
	r.line(0, header(r.width, sdkColumns))
	for _, a := range e.SDKs {
		mark, why := "✗", a.Quirk
		if a.Accepts {
			mark = "✓"
		}
		if a.Err != nil {
			if why != "" {
				why += "; "
			}
			why += "raises " + a.Err.Text
		}
		_, version, _ := strings.Cut(a.Version, "-")
		r.line(0, rowWithin(r.width, sdkColumns, []string{a.SDK, version, mark, why}))
	}
}
