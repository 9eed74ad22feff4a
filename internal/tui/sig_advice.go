package tui

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/signature/sdk"
	"dev.internal/plivoscope/internal/tui/grid"
)

// settings are those of all findings, each once.
func settings(d signature.Diagnosis) []signature.Setting {
	var all []signature.Setting
	for _, f := range d.Findings[:min(len(d.Findings), findingsShown)] {
		for _, s := range f.Settings {
			if !slices.Contains(all, s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// writeSettings lists what to set in which framework.
func writeSettings(p *page, d signature.Diagnosis) {
	all := settings(d)
	if len(all) == 0 {
		return
	}
	p.heading("What to set", "  where the app makes up the URL")
	width := labelWidth
	for _, s := range all {
		width = min(max(width, ansi.StringWidth(brief(s.Framework))+2), 2*labelWidth)
	}
	for _, s := range all {
		p.labelled(width, brief(s.Framework), p.th.text, readableBlock(s.Text))
	}
}

// writeSDKs lists what the official SDKs say of the request.
func writeSDKs(p *page, all []sdk.Answer) {
	if len(all) == 0 {
		return
	}
	th := p.th
	p.heading("What the official SDKs say", "")
	for _, a := range all {
		paint, words := th.bad, "✗ refuses"
		switch {
		case a.Err != nil:
			paint, words = th.warn, "! fails"
		case a.Accepts:
			paint, words = th.good, "✓ accepts"
		}
		quirk := sdkWords(a)
		first := []span{{th.text, " " + grid.Fit(brief(a.SDK), labelWidth, false)}, {paint, grid.Fit(words, 11, false)}}
		for i, l := range wrap(readable(quirk), p.w-labelWidth-13) {
			if i > 0 {
				first = []span{{th.text, blank(labelWidth + 12)}}
			}
			p.add(append(first, span{th.muted, l})...)
		}
	}
}

// sdkWords say why an SDK says what it says. What it raises is in its own words, not in those of the
// quirk too.
func sdkWords(a sdk.Answer) string {
	if a.Err == nil {
		return a.Quirk
	}
	name, _, _ := strings.Cut(a.Err.Text, ":")
	quirks := slices.DeleteFunc(strings.Split(a.Quirk, ", "), func(q string) bool {
		return q == "" || name != "" && strings.HasSuffix(q, " "+name)
	})
	return strings.TrimPrefix(strings.Join(quirks, ", ")+"; "+a.Err.Text, "; ")
}
