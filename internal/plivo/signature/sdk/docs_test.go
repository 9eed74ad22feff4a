package sdk_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/signature/sdk"
)

var update = flag.Bool("update", false, "write the generated parts of docs/signatures.md")

const docs = "../../../../docs/signatures.md"

// The table of the SDKs in the documentation is that of the program.
func TestDocsTable(t *testing.T) {
	got, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	want := between(t, got, "sdks", sdksTable())
	if *update {
		if err := os.WriteFile(docs, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/signatures.md is not what the program says; run go test ./internal/plivo/signature/... -update:\n%s", diff)
	}
}

// between replaces what stands between two marks of a page.
func between(t *testing.T, page []byte, name, text string) []byte {
	t.Helper()
	open, end := []byte("<!-- "+name+" -->\n"), []byte("<!-- /"+name+" -->")
	i := bytes.Index(page, open)
	j := bytes.Index(page, end)
	if i < 0 || j < i {
		t.Fatalf("docs/signatures.md has no place for %s", name)
	}
	i += len(open)
	return slices.Concat(page[:i], []byte("\n"+text+"\n"), page[j:])
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
		fmt.Fprintf(&b, "| %s | %s | %s |\n", cell(q.name), cell(q.text), strings.Join(who[q], ", "))
	}
	fmt.Fprintf(&b, "\n%s have what their languages have, but for the rows that name them or only the other one.\n", strings.Join(variants, " and "))
	return b.String()
}

func contains(all []sdk.Quirk, q sdk.Quirk) bool {
	return slices.ContainsFunc(all, func(other sdk.Quirk) bool {
		return other.Name == q.Name && other.Text == q.Text && slices.Equal(other.Schemes, q.Schemes)
	})
}

func cell(s string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ", "<", "&lt;").Replace(s)
}
