package cli

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "dev.internal/plivoscope"

// layers lists every package with the packages of this module that it may import. A package that is
// not in the table fails the test: a new one has to find its place first.
var layers = map[string][]string{
	"cmd/plivoscope":                    {"internal/quiet", "internal/cli", "internal/headstart"},
	"internal/cli":                      {"internal/hostport", "internal/metrics", "internal/mask", "internal/junit", "internal/tui", "internal/app", "internal/plivo/scenario", "internal/plivo/simulator", "internal/plivo/simulator/control", "internal/plivo/api", "internal/store", "internal/webhook", "internal/webhook/archive", "internal/webhook/capture", "internal/webhook/replay", "internal/webhook/forward", "internal/webhook/tunnel", "internal/plivo", "internal/plivo/signature", "internal/plivo/signature/sdk", "internal/config", "internal/escape", "internal/redact"},
	"internal/tui":                      {"internal/mask", "internal/tui/grid", "internal/meter", "internal/app", "internal/store", "internal/webhook", "internal/webhook/archive", "internal/webhook/capture", "internal/webhook/forward", "internal/webhook/replay", "internal/webhook/tunnel", "internal/plivo", "internal/plivo/scenario", "internal/plivo/simulator", "internal/plivo/snippet", "internal/plivo/signature", "internal/plivo/signature/sdk", "internal/escape", "internal/redact"},
	"internal/mask":                     {"internal/webhook", "internal/plivo", "internal/plivo/signature", "internal/plivo/signature/sdk"},
	"internal/tui/grid":                 {"internal/escape"},
	"internal/app":                      {"internal/hostport", "internal/local", "internal/metrics", "internal/mask", "internal/store", "internal/plivo/api", "internal/plivo/scenario", "internal/plivo/simulator", "internal/plivo/simulator/control", "internal/webhook", "internal/webhook/replay", "internal/webhook/forward", "internal/webhook/tunnel", "internal/plivo", "internal/plivo/signature", "internal/plivo/signature/sdk", "internal/config", "internal/escape", "internal/meter", "internal/redact"},
	"internal/store":                    {"internal/meter", "internal/webhook", "internal/plivo", "internal/plivo/signature", "internal/escape", "internal/redact"},
	"internal/plivo/api":                {"internal/hostport", "internal/plivo", "internal/config", "internal/escape", "internal/meter", "internal/redact"},
	"internal/plivo/snippet":            {"internal/plivo", "internal/escape"},
	"internal/store/storetest":          {"internal/store"},
	"internal/plivo/scenario":           {"internal/plivo", "internal/plivo/signature", "internal/escape"},
	"internal/plivo/simulator":          {"internal/hostport", "internal/local", "internal/plivo/scenario", "internal/plivo", "internal/plivo/signature", "internal/escape"},
	"internal/plivo/simulator/control":  {"internal/plivo/simulator"},
	"internal/webhook":                  {"internal/hostport", "internal/local", "internal/plivo", "internal/plivo/signature", "internal/escape", "internal/meter", "internal/redact"},
	"internal/plivo":                    {"internal/hostport", "internal/plivo/signature", "internal/escape"},
	"internal/plivo/signature":          {},
	"internal/plivo/signature/sdk":      {"internal/plivo/signature"},
	"internal/webhook/archive":          {"internal/webhook", "internal/webhook/capture", "internal/plivo", "internal/plivo/signature", "internal/plivo/snippet", "internal/escape"},
	"internal/webhook/capture":          {"internal/webhook", "internal/plivo", "internal/plivo/signature", "internal/escape"},
	"internal/webhook/replay":           {"internal/hostport", "internal/webhook", "internal/plivo", "internal/plivo/signature", "internal/escape", "internal/meter"},
	"internal/webhook/forward":          {"internal/webhook", "internal/webhook/replay", "internal/plivo", "internal/plivo/signature", "internal/escape", "internal/meter"},
	"internal/webhook/tunnel":           {"internal/hostport", "internal/config", "internal/escape"},
	"internal/webhook/tunnel/ngroktest": {},
	"internal/config":                   {"internal/escape"},
	"internal/junit":                    {"internal/escape"},
	"internal/hostport":                 {},
	"internal/escape":                   {},
	"internal/local":                    {"internal/hostport", "internal/plivo"},
	"internal/metrics":                  {"internal/hostport", "internal/local", "internal/store", "internal/plivo/api", "internal/plivo/simulator", "internal/webhook", "internal/webhook/forward", "internal/webhook/tunnel", "internal/plivo", "internal/meter"},
	"internal/redact":                   {},
	"internal/meter":                    {},
	"internal/headstart":                {},
	"internal/quiet":                    {},
	"internal/racewatch":                {},
	"internal/screentest":               {},
	"internal/docstest":                 {},
	"internal/figures":                  {},
	"internal/bench":                    {},
	"internal/bench/all":                {"internal/figures"},
	"internal/siege":                    {},
	"internal/siege/all":                {"internal/figures"},
	"internal/siege/fuzz":               {},
}

// owners lists the modules that only some packages may import, by the prefix of their import paths.
var owners = map[string][]string{
	"github.com/charmbracelet/bubbletea": {"internal/tui"},
	"github.com/charmbracelet/bubbles":   {"internal/tui"},
	"github.com/charmbracelet/lipgloss":  {"internal/tui", "internal/tui/grid", "internal/quiet"},
	"github.com/plivo/plivo-go":          {"internal/plivo/api"},
	"modernc.org/sqlite":                 {"internal/store"},
	"database/sql":                       {"internal/store", "internal/store/storetest"},
	"github.com/nyaruka/phonenumbers":    {"internal/plivo"},
	"github.com/joho/godotenv":           {"internal/config"},
	"github.com/goccy/go-yaml":           {"internal/plivo/scenario"},
	"github.com/spf13/":                  {"internal/cli"},
	"golang.org/x/sync/errgroup":         {"internal/app", "internal/webhook/replay"},
	"golang.ngrok.com/":                  {"internal/webhook/tunnel", "internal/webhook/tunnel/ngroktest"},
	"mvdan.cc/sh":                        {"internal/webhook/tunnel"},
	"github.com/prometheus/":             {"internal/metrics"},
}

// TestImports holds the direction of the imports and who may use which library.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	seen := map[string]bool{}
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module+"/")
		seen[name] = true
		allowed, known := layers[name]
		if !known {
			t.Errorf("%s has no place in the table of imports", name)
			continue
		}
		for _, imp := range p.Imports {
			if inner, ours := strings.CutPrefix(imp, module+"/"); ours && !slices.Contains(allowed, inner) {
				t.Errorf("%s must not import %s", name, inner)
			}
			for prefix, users := range owners {
				if strings.HasPrefix(imp, prefix) && !slices.Contains(users, name) {
					t.Errorf("%s must not import %s: only %s may", name, imp, strings.Join(users, ", "))
				}
			}
		}
	}
	for name := range layers {
		if !seen[name] {
			t.Errorf("%s is in the table of imports but is no package", name)
		}
	}
}
