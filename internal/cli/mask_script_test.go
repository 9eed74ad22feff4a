package cli

import (
	"regexp"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// canaries are what the scripts about masking send, in every way that it may be written.
var canaries = []string{"15112345678", "5112345", "15187654321", "8765432", "heron", "+49 151 8"}

// clean FILE… fails where a file holds what masking has to hide.
func clean(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: clean FILE …")
	}
	for _, name := range args {
		text := ts.ReadFile(name)
		for _, c := range canaries {
			if strings.Contains(text, c) {
				ts.Fatalf("%s holds %q:\n%s", name, c, text)
			}
		}
	}
}

var pseudonyms = map[string]*regexp.Regexp{
	"to":        regexp.MustCompile(`"(?:to|To)"[:,]"\+?(49•+[b-z]{6})"`),
	"signature": regexp.MustCompile(`"signature":"([^"]+)"`),
}

// same NAME FILE FILE fails unless the first value of a name is the same in two files.
func same(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 || pseudonyms[args[0]] == nil {
		ts.Fatalf("usage: same to|signature FILE FILE")
	}
	a, b := pseudonyms[args[0]].FindStringSubmatch(ts.ReadFile(args[1])), pseudonyms[args[0]].FindStringSubmatch(ts.ReadFile(args[2]))
	if a == nil || b == nil || a[1] != b[1] {
		ts.Fatalf("%s is %q in %s, and %q in %s", args[0], a, args[1], b, args[2])
	}
}
