package replay_test

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/webhook/replay"
)

const docs = "../../../docs/replay.md"

// TestDocsTable holds that the documentation has the program's table of faults. What handlers really
// answer is held against the same table by TestAnswersOfHandlers.
func TestDocsTable(t *testing.T) {
	got, err := os.ReadFile(docs)
	if err != nil {
		t.Fatal(err)
	}
	open, end := []byte("<!-- faults -->\n"), []byte("<!-- /faults -->")
	i, j := bytes.Index(got, open), bytes.Index(got, end)
	if i < 0 || j < i {
		t.Fatal("docs/replay.md has no place for the faults")
	}
	want := slices.Concat(got[:i+len(open)], []byte("\n"+faultsTable()+"\n"), got[j:])
	if *update {
		if err := os.WriteFile(docs, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("docs/replay.md is not what the program says; run go test ./internal/webhook/replay -run TestDocsTable -update:\n%s", diff)
	}
}

func faultsTable() string {
	var b, notes strings.Builder
	b.WriteString("| fault | what it does | V2 alone | V3 |\n|---|---|---|---|\n")
	var numbered []string
	for _, f := range replay.Faults() {
		mark := ""
		if f.Note != "" {
			n := slices.Index(numbered, f.Note)
			if n < 0 {
				n = len(numbered)
				numbered = append(numbered, f.Note)
				fmt.Fprintf(&notes, "%d. %s\n", n+1, f.Note)
			}
			mark = fmt.Sprintf(" (%d)", n+1)
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s%s | %s |\n", f.Name, f.About, statuses(f.V2), mark, statuses(f.V3))
	}
	return b.String() + "\n" + notes.String()
}

func statuses(list []int) string {
	words := make([]string, len(list))
	for i, s := range list {
		words[i] = strconv.Itoa(s)
	}
	return strings.Join(words, ", ")
}
