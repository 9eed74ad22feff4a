package metrics_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"dev.internal/plivoscope/internal/docstest"
	"dev.internal/plivoscope/internal/metrics"
)

var _ = flag.Bool("update", false, "write the tables of docs/metrics.md")

const docs = "../../docs"

// TestThePageNamesEveryMetric holds the tables of docs/metrics.md to the catalog.
func TestThePageNamesEveryMetric(t *testing.T) {
	docstest.Parts(t, filepath.Join(docs, "metrics.md"), docstest.Part{Name: "metrics", Text: metrics.Page()})
}

var nameOf = regexp.MustCompile(`\bplivoscope_[a-z_]+`)

// known tells whether a text, which may hold any metric of the page, has one of a name; those of a histogram's parts
// are known by it.
func known(name string) bool {
	for _, suffix := range []string{"", "_bucket", "_count", "_sum"} {
		if base, found := strings.CutSuffix(name, suffix); found && strings.Contains(metrics.Page(), "| `"+base+"` | ") {
			return suffix == "" || strings.Contains(metrics.Page(), "| `"+base+"` | histogram |")
		}
	}
	return false
}

func page(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(docs, name))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestExpressionsNameMetricsThatExist reads the alerts, the dashboard and the page for names.
func TestExpressionsNameMetricsThatExist(t *testing.T) {
	for _, file := range []string{"metrics.md", "metrics-alerts.yml", "metrics-dashboard.json"} {
		names := nameOf.FindAllString(string(page(t, file)), -1)
		if len(names) < 5 {
			t.Errorf("%s names only %q", file, names)
		}
		for _, name := range names {
			if !known(name) {
				t.Errorf("%s names %s, which does not exist", file, name)
			}
		}
	}
}

// TestAlerts holds the rules file to what Prometheus takes and what somebody who is woken wants to read.
func TestAlerts(t *testing.T) {
	var file struct {
		Groups []struct {
			Name  string
			Rules []struct {
				Alert, Expr, For string
				Labels           map[string]string
				Annotations      map[string]string
			}
		}
	}
	if err := yaml.UnmarshalWithOptions(page(t, "metrics-alerts.yml"), &file, yaml.DisallowUnknownField()); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, group := range file.Groups {
		for _, r := range group.Rules {
			if r.Alert == "" || seen[r.Alert] || r.Expr == "" || r.Labels["severity"] == "" || r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
				t.Errorf("a rule of %s is not whole, or there twice: %+v", group.Name, r)
			}
			seen[r.Alert] = true
			if !strings.Contains(string(page(t, "metrics.md")), "`"+r.Alert+"`") {
				t.Errorf("metrics.md does not tell of the alert %s", r.Alert)
			}
		}
	}
	if len(seen) < 8 {
		t.Errorf("there are only %d alerts", len(seen))
	}
}

// TestDashboard holds the dashboard to what Grafana takes: a number of its own for each panel, none of them over
// another, and the data source by the variable.
func TestDashboard(t *testing.T) {
	type source struct{ Type, UID string }
	type panel struct {
		ID         int
		Type       string
		Title      string
		Datasource *source
		GridPos    struct{ X, Y, W, H int }
		Targets    []struct {
			Expr, RefID string
			Datasource  *source
		}
	}
	var board struct {
		Title, UID    string
		SchemaVersion int
		Panels        []panel
		Templating    struct {
			List []struct {
				Name, Type string
				Query      any
			}
		}
	}
	if err := json.Unmarshal(page(t, "metrics-dashboard.json"), &board); err != nil {
		t.Fatal(err)
	}
	variable := false
	for _, v := range board.Templating.List {
		variable = variable || v.Name == "datasource" && v.Type == "datasource" && v.Query == "prometheus"
	}
	if board.Title == "" || board.UID == "" || board.SchemaVersion < 39 || !variable || len(board.Panels) < 10 {
		t.Errorf("the dashboard %q (%s) of schema %d has %d panels and the variables %+v", board.Title, board.UID, board.SchemaVersion, len(board.Panels), board.Templating.List)
	}
	ids, taken := map[int]bool{}, map[[2]int]string{}
	for _, p := range board.Panels {
		if ids[p.ID] || p.ID == 0 || p.Title == "" || p.GridPos.W <= 0 || p.GridPos.H <= 0 || p.GridPos.X+p.GridPos.W > 24 {
			t.Errorf("the panel %q (%d) has no place or number of its own: %+v", p.Title, p.ID, p.GridPos)
		}
		ids[p.ID] = true
		for x := range p.GridPos.W {
			for y := range p.GridPos.H {
				at := [2]int{p.GridPos.X + x, p.GridPos.Y + y}
				if taken[at] != "" {
					t.Fatalf("the panel %q stands over %q", p.Title, taken[at])
				}
				taken[at] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		if p.Datasource == nil || p.Datasource.UID != "${datasource}" || len(p.Targets) == 0 {
			t.Errorf("the panel %q asks for nothing, or a data source of its own: %+v", p.Title, p.Datasource)
		}
		for _, target := range p.Targets {
			if target.RefID == "" || !nameOf.MatchString(target.Expr) && !strings.Contains(target.Expr, "process_") && !strings.Contains(target.Expr, "go_") {
				t.Errorf("the panel %q asks for %q", p.Title, target.Expr)
			}
		}
	}
}
