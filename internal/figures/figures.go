package figures

import (
	"encoding/json"
	"os"
	"testing"
)

// file names the variable of the environment with the path that rows are appended to.
const file = "PLIVOSCOPE_FIGURES"

// Measure is a row of the table of benchmarks. The texts carry their units.
type Measure struct {
	What     string `json:"what"` // the key: of two rows with the same the later counts
	Measured string `json:"measured"`
	Baseline string `json:"baseline,omitempty"` // what it is compared with, and what that took in the same run
	Ratio    string `json:"ratio,omitempty"`
	Goal     string `json:"goal,omitempty"` // empty for what is only told
	Reached  bool   `json:"reached"`
}

// MarshalJSON leaves out reached where there is no goal.
func (m Measure) MarshalJSON() ([]byte, error) {
	type fields Measure // without this method
	row := struct {
		fields
		Reached *bool `json:"reached,omitempty"` // stands above the embedded one
	}{fields: fields(m)}
	if m.Goal != "" {
		row.Reached = &m.Reached
	}
	return json.Marshal(row)
}

// Attack is a row of the table of faults and attacks.
type Attack struct {
	What     string `json:"what"`     // the key, as in Measure
	Tries    int    `json:"tries"`    // how often it was done
	Survived int    `json:"survived"` // after how many of them the program did as it should
	Lost     int    `json:"lost"`     // callbacks that were acknowledged and are not there, or there twice; forgeries that verified
}

// Collecting tells whether a command gathers rows: tests then do the whole of what they do a little of otherwise.
func Collecting() bool { return os.Getenv(file) != "" }

// Tell adds a row, a Measure or an Attack.
func Tell[Row Measure | Attack](tb testing.TB, row Row) {
	tb.Helper()
	line, err := json.Marshal(row)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Logf("%s", line)
	path := os.Getenv(file)
	if path == "" {
		return
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		tb.Fatalf("the row cannot be kept: %v", err)
	}
	defer func() { _ = f.Close() }()
	if _, err := f.Write(append(line, '\n')); err != nil {
		tb.Fatalf("the row cannot be kept in %s: %v", path, err)
	}
}
