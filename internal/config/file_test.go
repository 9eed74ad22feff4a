package config

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var sentence = regexp.MustCompile(`^line ([0-9]+) is no setting: [ -~]+$`)

// FuzzParse holds that any file either parses or is refused by one of the sentences, with a line that
// the file has, so that no error can repeat what stands in it.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "A=1", "A=\"1\n2\"\nB", "export A='x'", "A: b # c", "=", "\"", "A=$B${C}\\", "\ufeffA=1\r\n", "A=\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, err := parse([]byte(text))
		if err == nil || strings.Contains(err.Error(), "UTF-16") {
			return
		}
		match := sentence.FindStringSubmatch(err.Error())
		if match == nil {
			t.Fatalf("%q is none of the sentences", err)
		}
		line, convErr := strconv.Atoi(match[1])
		if convErr != nil || line < 1 || line > strings.Count(text, "\n")+1 {
			t.Errorf("%q names a line that %q does not have", err, text)
		}
		if !strings.Contains(err.Error(), errOpenQuote.Error()) && !strings.Contains(err.Error(), errNoSetting.Error()) {
			t.Errorf("%q gives no known cause", err)
		}
	})
}
