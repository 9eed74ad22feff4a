package sdk_test

import (
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/docstest"
	"dev.internal/plivoscope/internal/plivo/signature/sdk"
)

var _ = flag.Bool("update", false, "write the generated parts of docs/signatures.md")

const docs = "../../../../docs/signatures.md"

// The table of the SDKs in the documentation is that of the program.
func TestDocsTable(t *testing.T) {
	docstest.Parts(t, docs, docstest.Part{Name: "sdks", Text: sdksTable()})
}

// sdksTable has a row for each quirk. A variant of an SDK stands only where it differs from it.
func sdksTable() string {
	type quirk struct{ name, text string }
	var order []quirk
	who := map[quirk][]string{}
	note := func(profile string, q sdk.Quirk) {
		var schemes []string
		for _, s := range q.Schemes {
			schemes = append(schemes, string(s))
		}
		key := quirk{q.Name, q.Text}
		if who[key] == nil {
			order = append(order, key)
		}
		who[key] = append(who[key], fmt.Sprintf("%s (%s)", profile, strings.Join(schemes, ", ")))
	}
	var variants []string
	quirks := map[string][]sdk.Quirk{}
	for _, p := range sdk.Profiles() {
		quirks[p.Name] = p.Quirks()
		language, _, variant := strings.Cut(p.Name, "@")
		for _, q := range quirks[p.Name] {
			if !variant || !contains(quirks[language], q) {
				note(p.Name, q)
			}
		}
		if variant {
			variants = append(variants, fmt.Sprintf("`%s` (%s)", p.Name, p.Version))
		}
	}
	var b strings.Builder
	b.WriteString("| what | that is: it | who, in which family |\n|---|---|---|\n")
	for _, q := range order {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", docstest.Cell(q.name), docstest.Cell(q.text), strings.Join(who[q], ", "))
	}
	fmt.Fprintf(&b, "\n%s have what their languages have, but for the rows that name them or only the other one.\n", strings.Join(variants, " and "))
	return b.String()
}

func contains(all []sdk.Quirk, q sdk.Quirk) bool {
	return slices.ContainsFunc(all, func(other sdk.Quirk) bool {
		return other.Name == q.Name && other.Text == q.Text && slices.Equal(other.Schemes, q.Schemes)
	})
}
