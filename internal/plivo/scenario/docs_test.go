package scenario_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/docstest"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

var _ = flag.Bool("update", false, "write the documentation")

// TestDocs holds docs/scenarios.md to the scenarios that there are, and runs its example.
func TestDocs(t *testing.T) {
	var list, usual, made strings.Builder
	list.WriteString("| name | what happens | variables of its own | is to be refused |\n|---|---|---|---|\n")
	for _, s := range scenario.Builtin() {
		var own []string
		for _, v := range s.Variables {
			own = append(own, "`"+v.Name+"`")
		}
		refused := ""
		if s.Refused() {
			refused = "yes"
		}
		fmt.Fprintf(&list, "| `%s` | %s | %s | %s |\n", s.Name, docstest.Cell(s.Summary), strings.Join(own, ", "), refused)
	}
	usual.WriteString("| variable | value |\n|---|---|\n")
	for _, v := range scenario.Usual() {
		value := v.Value
		if value == "" {
			value = "a new one for each message"
		}
		fmt.Fprintf(&usual, "| `%s` | %s |\n", v.Name, docstest.Cell(value))
	}
	example, err := os.ReadFile("testdata/parcel.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenario.Parse(example, "parcel.yaml")
	if err != nil {
		t.Fatal(err)
	}
	steps, err := scenario.Make(s, input(nil))
	if err != nil {
		t.Fatal(err)
	}
	made.WriteString("| after | step | From | To | Status | ErrorCode | Sequence | Text | X-Order | signature |\n|---|---|---|---|---|---|---|---|---|---|\n")
	for i, st := range steps {
		var cells []string
		for _, name := range []string{"From", "To", "Status", "ErrorCode", "Sequence", "Text", "X-Order"} {
			cells = append(cells, strings.TrimPrefix(values(steps[i:i+1], name)[0], "*"))
		}
		fmt.Fprintf(&made, "| %s | %d | %s | %s |\n", st.After, st.Number, strings.Join(cells, " | "), st.Signature)
	}
	file, err := os.ReadFile("testdata/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	rules, err := scenario.ParseRules(file, "rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	docstest.Parts(t, "../../../docs/scenarios.md",
		docstest.Part{Name: "builtin", Text: list.String()},
		docstest.Part{Name: "example", Text: "```yaml\n" + string(example) + "```\n"},
		docstest.Part{Name: "made", Text: made.String()},
		docstest.Part{Name: "usual", Text: usual.String()},
		docstest.Part{Name: "rules", Text: "```yaml\n" + string(file) + "```\n"},
		docstest.Part{Name: "chaos", Text: "    --chaos '" + rules.Chaos.String() + "'\n"},
	)
}
