package signature_test

import (
	"bytes"
	"flag"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/signature"
)

var update = flag.Bool("update", false, "write the generated parts of docs/signatures.md")

const (
	docs      = "../../../docs/signatures.md"
	docsToken = "a-token-for-this-page-only"
	docsNonce = "05429567804466091622"
)

// The tables of the documentation are those of the program.
func TestDocsTables(t *testing.T) {
	got, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	want := between(t, got, "causes", causesTable())
	want = between(t, want, "suspicions", suspicionsTable())
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

func causesTable() string {
	var b strings.Builder
	b.WriteString("| cause | name | what differs | what to do |\n|---|---|---|---|\n")
	for _, h := range signature.Hypotheses() {
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", h.Cause, h.Name, cell(h.About), cell(h.Remedy))
	}
	return b.String()
}

func suspicionsTable() string {
	var b strings.Builder
	b.WriteString("| about | name | what looks wrong |\n|---|---|---|\n")
	for _, s := range signature.Suspicions() {
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", s.Cause, s.Name, cell(s.About))
	}
	return b.String()
}

func cell(s string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ", "<", "&lt;").Replace(s)
}

// The examples of the documentation can be computed.
func TestDocsExamples(t *testing.T) {
	page, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile(`<!-- example (\S+) (\S+) (\S+)(?: (\S+))? -->\n\n    (\S+)\n    (\S+)\n`).FindAllStringSubmatch(string(page), -1)
	if n := strings.Count(string(page), "<!-- example "); n == 0 || len(examples) != n {
		t.Fatalf("%d of %d examples can be read", len(examples), n)
	}
	for _, e := range examples {
		var params []signature.Param
		for pair := range strings.SplitSeq(e[4], "&") {
			if name, value, ok := strings.Cut(pair, "="); ok {
				if value, err = url.QueryUnescape(value); err != nil {
					t.Fatal(err)
				}
				params = append(params, signature.Param{Name: name, Value: value})
			}
		}
		scheme := signature.Scheme(e[1])
		base, err := signature.Base(scheme, e[2], e[3], docsNonce, params)
		if err != nil || base != e[5] {
			t.Errorf("%s %s: the base string is %q, %v; the page has %q", e[1], e[2], base, err, e[5])
		}
		got, err := signature.Sign(signature.NewToken("docs", docsToken), scheme, e[2], e[3], docsNonce, params)
		if err != nil || got != e[6] {
			t.Errorf("%s %s: the signature is %q, %v; the page has %q", e[1], e[2], got, err, e[6])
		}
	}
}
