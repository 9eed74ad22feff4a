package junit_test

import (
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/junit"
)

// suites is a report as a build server reads it.
type suites struct {
	Tests    int     `xml:"tests,attr"`
	Failures int     `xml:"failures,attr"`
	Errors   int     `xml:"errors,attr"`
	Time     float64 `xml:"time,attr"`
	Suites   []struct {
		Name      string `xml:"name,attr"`
		Tests     int    `xml:"tests,attr"`
		Timestamp string `xml:"timestamp,attr"`
		Cases     []struct {
			Name    string  `xml:"name,attr"`
			Class   string  `xml:"classname,attr"`
			Time    float64 `xml:"time,attr"`
			Failure *struct {
				Message string `xml:"message,attr"`
				Type    string `xml:"type,attr"`
			} `xml:"failure"`
			Error *struct {
				Message string `xml:"message,attr"`
			} `xml:"error"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

func read(t *testing.T, path string) (s suites, text string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := xml.Unmarshal(data, &s); err != nil {
		t.Fatalf("%v:\n%s", err, data)
	}
	return s, string(data)
}

var began = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func TestReport(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "report.xml")
	if err := os.WriteFile(path, []byte("an earlier one"), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := junit.Create(path, "plivoscope replay", began)
	if err != nil {
		t.Fatal(err)
	}
	hostile := "a\x00b\x1b[31m\u202e\xff\ufffe <&\"']]>\n\U0001F44D"
	r.Add(junit.Case{Class: "c", Name: "one", Took: 1500 * time.Millisecond})
	r.Add(junit.Case{Class: "c", Name: hostile, Outcome: junit.Failed, Kind: "status", Problem: hostile})
	r.Add(junit.Case{Class: "c", Name: "three", Outcome: junit.Broken, Kind: "refused", Problem: "nobody listens"})
	if before, _ := os.ReadFile(path); string(before) != "an earlier one" {
		t.Errorf("before the end the file is %q", before)
	}
	if err := r.Close(began.Add(2 * time.Second)); err != nil {
		t.Fatal(err)
	}
	r.Abandon()
	s, text := read(t, path)
	if s.Tests != 3 || s.Failures != 1 || s.Errors != 1 || s.Time != 2 || len(s.Suites) != 1 || s.Suites[0].Tests != 3 || s.Suites[0].Timestamp != "2026-03-04T05:06:07" {
		t.Errorf("the report is %+v", s)
	}
	cases := s.Suites[0].Cases
	if cases[0].Time != 1.5 || cases[0].Failure != nil || cases[0].Error != nil || cases[2].Error.Message != "nobody listens" {
		t.Errorf("the cases are %+v", cases)
	}
	safe := `a\x00b\x1b[31m\u202e\xff` + "\ufffd" + ` <&"']]>\n` + "\U0001F44D"
	if diff := cmp.Diff(safe, cases[1].Failure.Message); diff != "" || cases[1].Name != safe || cases[1].Failure.Type != "status" {
		t.Errorf("hostile text (-want +got):\n%s", diff)
	}
	if strings.ContainsAny(text, "\x00\x1b\u202e") || !strings.HasPrefix(text, "<?xml") {
		t.Errorf("the file is %q", text)
	}
	only(t, folder, "report.xml")
}

func only(t *testing.T, folder string, want ...string) {
	t.Helper()
	var names []string
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
}

// TestManyCases are counted where they are too many to be listed.
func TestManyCases(t *testing.T) {
	path := filepath.Join(t.TempDir(), "report.xml")
	r, err := junit.Create(path, "s", began)
	if err != nil {
		t.Fatal(err)
	}
	for range 10_500 {
		r.Add(junit.Case{Name: "passes"})
	}
	for range 10_007 {
		r.Add(junit.Case{Name: "fails", Outcome: junit.Failed, Problem: "no"})
	}
	if err := r.Close(began); err != nil {
		t.Fatal(err)
	}
	s, _ := read(t, path)
	cases := s.Suites[0].Cases
	if s.Tests != 20_002 || s.Failures != 10_001 || len(cases) != s.Tests {
		t.Errorf("%d tests, %d failures, %d cases", s.Tests, s.Failures, len(cases))
	}
	if a, b := cases[20_000], cases[20_001]; a.Name != "500 more that passed" || b.Name != "7 more that failed" || b.Failure == nil {
		t.Errorf("the last cases are %+v and %+v", a, b)
	}
}

func TestCreateRefuses(t *testing.T) {
	folder := t.TempDir()
	for _, path := range []string{folder, filepath.Join(folder, "none", "report.xml")} {
		if _, err := junit.Create(path, "s", began); err == nil || !strings.Contains(err.Error(), "cannot write the JUnit report to "+path) {
			t.Errorf("%s: the error is %v", path, err)
		}
	}
	r, err := junit.Create(filepath.Join(folder, "a.xml"), "s", began)
	if err != nil {
		t.Fatal(err)
	}
	r.Abandon()
	if err := r.Close(began); err != nil {
		t.Error(err)
	}
	only(t, folder)
	var none *junit.Report
	none.Add(junit.Case{})
	none.Abandon()
	if err := none.Close(began); err != nil {
		t.Error(err)
	}
}
