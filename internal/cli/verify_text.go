package cli

import (
	"fmt"
	"strings"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// layout puts text into indented lines. What it is given may be hostile: it is escaped here.
type layout struct{ strings.Builder }

func (r *layout) line(indent int, text string) {
	r.WriteString(strings.Repeat(" ", indent) + text + "\n")
}

// field is a labelled value; a label may be empty.
func (r *layout) field(indent int, label, text string) {
	r.line(indent, strings.TrimRight(fmt.Sprintf("%-11s  %s", label, text), " "))
}

// verifiedText says what verify found, the outcome first.
func verifiedText(sus suspect, e app.Examination) []byte {
	var r layout
	if sus.name != "" {
		r.line(0, fmt.Sprintf("%s: %s %s", sus.name, value(e.Case.Method), value(e.Case.URL)))
	}
	r.line(0, headline(sus, e))
	for i, f := range e.Diagnosis.Findings {
		if i > 0 || f.Confidence == signature.Possible {
			r.line(0, "")
			r.line(0, "also: the signature "+escape.Line(f.Detail))
		}
		r.finding(f)
	}
	r.checks(e)
	r.notFound(e.Diagnosis)
	r.sdks(e)
	return []byte(strings.TrimRight(r.String(), "\n"))
}

// headline is the outcome with what to know first.
func headline(sus suspect, e app.Examination) string {
	v := e.Verdict
	switch v.Outcome {
	case signature.Valid:
		return fmt.Sprintf("✓ valid: %s matches with the token \"%s\"", v.Header, escape.Line(v.Token))
	case signature.Unchecked:
		return "? unchecked: " + escape.Line(sus.reason(v))
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
		return mark + likely + escape.Line(found[0].Detail)
	}
	if v.Outcome == signature.Missing || sus.tokenGone {
		return mark + escape.Line(sus.reason(v))
	}
	return mark + "nothing that was tried makes the signature match"
}

// finding lays out what an explanation changes, and what to do about it. What merely looks wrong gets no
// settings: they would be longer than all that is certain.
func (r *layout) finding(f signature.Finding) {
	for _, c := range f.Changes {
		r.line(0, "")
		r.change(c)
	}
	if f.Remedy != "" {
		r.line(0, "")
		r.line(2, escape.Line(f.Remedy))
	}
	if f.Confidence != signature.Possible {
		r.settings(f.Settings)
	}
}

// settings lists what to set in each framework, once by its name.
func (r *layout) settings(all []signature.Setting) {
	var names []string
	texts := map[string][]string{}
	for _, s := range all {
		if texts[s.Framework] == nil {
			names = append(names, s.Framework)
		}
		texts[s.Framework] = append(texts[s.Framework], strings.Split(strings.TrimRight(escape.Block(s.Text), "\n"), "\n")...)
	}
	if len(names) > 0 {
		r.line(0, "")
	}
	width := 0
	for _, name := range names {
		width = max(width, len(name))
	}
	for _, name := range names {
		label := name
		for _, text := range texts[name] {
			r.line(2, fmt.Sprintf("%-*s  %s", width, label, text))
			label = ""
		}
	}
}

// change sets what was given above what was signed and marks where they differ.
func (r *layout) change(c signature.Change) {
	if c.Part == signature.PartParams {
		r.changedLines(c)
		return
	}
	if c.Part == signature.PartToken || c.Part == signature.PartRecipe { // in words
		r.field(2, "given", value(c.Given))
		r.field(2, "signed", value(c.Signed))
		return
	}
	given, givenMarks, signed, signedMarks := differing(c.Given, c.Signed)
	r.field(2, "given", orNothing(given))
	if givenMarks != "" {
		r.field(2, "", givenMarks)
	}
	r.field(2, "signed", orNothing(signed))
	if signedMarks != "" {
		r.field(2, "", signedMarks)
	}
}

// changedLines sets the parameters that differ below each other, one a line.
func (r *layout) changedLines(c signature.Change) {
	const most = 20
	for _, side := range []struct{ label, text string }{{"given", c.Given}, {"signed", c.Signed}} {
		lines := strings.Split(orNothing(side.text), "\n")
		for i, l := range lines {
			if i == most {
				r.field(2, "", fmt.Sprintf("… and %d more", len(lines)-most))
				break
			}
			r.field(2, side.label, value(l))
			side.label = ""
		}
	}
}

func orNothing(s string) string {
	if s == "" {
		return "(nothing)"
	}
	return s
}

// notFound says what was ruled out, and what no search can find.
func (r *layout) notFound(d signature.Diagnosis) {
	for _, list := range []struct {
		title string
		items []string
	}{{"tried in vain", d.RuledOut}, {"what remains", d.Remains}} {
		if len(list.items) > 0 {
			r.line(0, "")
			r.line(0, list.title)
		}
		for _, item := range list.items {
			r.line(2, escape.Line(item))
		}
	}
}

// checks lays out each header with each token.
func (r *layout) checks(e app.Examination) {
	all := comparisons(e)
	if len(all) == 0 {
		return
	}
	r.line(0, "")
	r.line(0, "checks of "+value(e.Case.Method)+" "+value(e.Case.URL))
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

var sdkColumns = []column{{title: "SDK", width: 8}, {title: "VERSION", width: 20}, {title: "ACCEPTS", width: 7}, {title: "WHY IT DIFFERS", width: 0}}

// sdks is the table of what the validators of the SDKs would say.
func (r *layout) sdks(e app.Examination) {
	if len(e.SDKs) == 0 {
		return
	}
	r.line(0, "")
	r.line(0, header(sdkColumns))
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
		r.line(0, row(sdkColumns, []string{a.SDK, a.Version, mark, cut(why)}))
	}
}
