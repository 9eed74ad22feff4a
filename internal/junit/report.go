package junit

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"dev.internal/plivoscope/internal/escape"
)

// Outcome is what came of a case.
type Outcome int

// The outcomes.
const (
	Passed Outcome = iota
	Failed         // it was tried, and is not as expected
	Broken         // it could not be tried: an error, to JUnit
)

// Case is one expectation and what came of it.
type Case struct {
	Class   string // groups cases
	Name    string
	Took    time.Duration
	Outcome Outcome
	Kind    string // of the problem, in a word
	Problem string // in a sentence; of what has not passed
}

// kept is how many cases of an outcome are written one by one; the others are counted.
const kept = 10_000

// Report is a suite that is written to a file. A nil Report takes everything and writes nothing.
type Report struct {
	path, suite string
	began       time.Time

	mu     sync.Mutex
	file   *os.File // of another name, until it is whole
	cases  []testCase
	counts [3]int
}

// Create begins a report that is to be written to path. The error says why that cannot be.
func Create(path, suite string, now time.Time) (*Report, error) {
	// A name that is a folder is told now, and not by the renaming at the end.
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("cannot write the JUnit report to %s: it is no file; name another one", path)
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".junit-*.xml")
	if err != nil {
		return nil, fmt.Errorf("cannot write the JUnit report to %s: %w; name a file in a folder that is there and can be written", path, bare(err))
	}
	return &Report{path: path, suite: suite, began: now, file: file}, nil
}

func bare(err error) error {
	if at := (*fs.PathError)(nil); errors.As(err, &at) {
		return at.Err
	}
	return err
}

// Add notes a case.
func (r *Report) Add(c Case) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.counts[c.Outcome]++; r.counts[c.Outcome] > kept {
		return
	}
	r.cases = append(r.cases, caseOf(c))
}

// Abandon ends a report of a run that did not begin. After Close it does nothing.
func (r *Report) Abandon() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file != nil {
		_ = r.file.Close()
		_ = os.Remove(r.file.Name())
		r.file = nil
	}
}

// Close writes the report and gives the file its name, in place of one that was there.
func (r *Report) Close(now time.Time) error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.file == nil {
		return nil
	}
	name := r.file.Name()
	err := r.write(r.file, now)
	if err == nil {
		err = r.file.Chmod(r.mode())
	}
	err = errors.Join(err, r.file.Close())
	r.file = nil
	if err == nil {
		err = os.Rename(name, r.path)
	}
	if err != nil {
		_ = os.Remove(name)
		return fmt.Errorf("cannot write the JUnit report to %s: %w", r.path, err)
	}
	return nil
}

// mode is that of the file in whose place the report comes. A new one can be read by everybody, as by the server that
// collects reports: it holds what was expected and what came, no token and no text.
func (r *Report) mode() os.FileMode {
	if info, err := os.Stat(r.path); err == nil {
		return info.Mode().Perm()
	}
	return 0o644
}

type testSuites struct {
	XMLName  xml.Name  `xml:"testsuites"`
	Tests    int       `xml:"tests,attr"`
	Failures int       `xml:"failures,attr"`
	Errors   int       `xml:"errors,attr"`
	Time     string    `xml:"time,attr"` // seconds
	Suite    testSuite `xml:"testsuite"`
}

type testSuite struct {
	Name      string     `xml:"name,attr"`
	Tests     int        `xml:"tests,attr"`
	Failures  int        `xml:"failures,attr"`
	Errors    int        `xml:"errors,attr"`
	Skipped   int        `xml:"skipped,attr"`
	Time      string     `xml:"time,attr"`
	Timestamp string     `xml:"timestamp,attr"`
	Cases     []testCase `xml:"testcase"`
}

type testCase struct {
	Name    string   `xml:"name,attr"`
	Class   string   `xml:"classname,attr"`
	Time    string   `xml:"time,attr"`
	Failure *problem `xml:"failure"`
	Error   *problem `xml:"error"`
}

type problem struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

func caseOf(c Case) testCase {
	t := testCase{Name: escape.Line(c.Name), Class: escape.Line(c.Class), Time: seconds(c.Took)}
	p := &problem{Message: escape.Line(c.Problem), Type: escape.Line(c.Kind), Text: escape.Line(c.Problem)}
	switch c.Outcome {
	case Failed:
		t.Failure = p
	case Broken:
		t.Error = p
	}
	return t
}

func (r *Report) write(to io.Writer, now time.Time) error {
	all := testSuites{Time: seconds(now.Sub(r.began))}
	for outcome, word := range []string{Passed: "passed", Failed: "failed", Broken: "could not be tried"} {
		if more := r.counts[outcome] - kept; more > 0 {
			what := fmt.Sprintf("%d more that %s", more, word)
			r.cases = append(r.cases, caseOf(Case{Class: r.suite, Name: what, Outcome: Outcome(outcome), Kind: "more", Problem: what + ", beyond the " + strconv.Itoa(kept) + " that are listed"}))
			r.counts[outcome] = kept + 1
		}
	}
	all.Tests, all.Failures, all.Errors = r.counts[Passed]+r.counts[Failed]+r.counts[Broken], r.counts[Failed], r.counts[Broken]
	all.Suite = testSuite{
		Name: r.suite, Tests: all.Tests, Failures: all.Failures, Errors: all.Errors, Time: all.Time,
		Timestamp: r.began.UTC().Format("2006-01-02T15:04:05"), Cases: r.cases,
	}
	if _, err := io.WriteString(to, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(to)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(to, "\n")
	return err
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 6, 64) }
