package signature_test

import (
	"flag"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/docstest"
	"dev.internal/plivoscope/internal/plivo/signature"
)

var _ = flag.Bool("update", false, "write the generated parts of docs/signatures.md")

const (
	docs      = "../../../docs/signatures.md"
	docsToken = "a-token-for-this-page-only"
	docsNonce = "05429567804466091622"
)

// The tables of the documentation are those of the program.
func TestDocsTables(t *testing.T) {
	docstest.Parts(t, docs, docstest.Part{Name: "causes", Text: causesTable()}, docstest.Part{Name: "suspicions", Text: suspicionsTable()})
}

func causesTable() string {
	var b strings.Builder
	b.WriteString("| cause | name | what differs | what to do |\n|---|---|---|---|\n")
	for _, h := range signature.Hypotheses() {
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s |\n", h.Cause, h.Name, docstest.Cell(h.About), docstest.Cell(h.Remedy))
	}
	return b.String()
}

func suspicionsTable() string {
	var b strings.Builder
	b.WriteString("| about | name | what looks wrong |\n|---|---|---|\n")
	for _, s := range signature.Suspicions() {
		fmt.Fprintf(&b, "| %s | `%s` | %s |\n", s.Cause, s.Name, docstest.Cell(s.About))
	}
	return b.String()
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
