package plivo

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Draft is a message that has not been sent.
type Draft struct {
	From        string   // E.164, a short code or an alphanumeric sender; empty where a Powerpack chooses it
	To          []string // numbers; one item may hold several, set apart by comma, semicolon, '<' or newline
	Text        string
	CallbackURL string // where delivery reports go; empty for none
	Method      string // of the callbacks: POST (default) or GET
	Options
}

// Problem is something about a draft: an error keeps it from being sent, a warning does not.
type Problem struct {
	// Field is "from", "to", "text", "callback_url" or "method", or of the options "type", "powerpack", "media",
	// "expiry", "log", "dlt_entity_id", "dlt_template_id", "dlt_template_category", "template", "interactive" or
	// "location".
	Field   string
	Value   string // the part of the field it is about, made safe to show; empty where it is the whole
	Text    string // a sentence that says what is wrong and what to do
	Warning bool
}

// Plivo's limits on one request.
const (
	MaxDestinations = 1000
	MaxGSM7         = 1600 // septets
	MaxUCS2         = 737  // UTF-16 units: 11 parts of 67
	MaxWhatsApp     = 4096 // characters
)

// Check gives the draft as it will be sent and every problem it has, in the order of the fields.
// Numbers are in E.164 with '+'; each destination stands once, those with an error are left out; an
// empty method is POST. Checking the result again finds no further error.
func (d Draft) Check() (Draft, []Problem) {
	var ps problems
	to, toProblems := checkDestinations(d.To)
	d.Options = d.tidied()
	given := d.From
	if d.From = strings.TrimSpace(d.From); d.From != "" || d.Powerpack == "" {
		d.From = checkSender(&ps, given, to)
	}
	ps = append(ps, toProblems...)
	d.To = to
	checkText(&ps, d.Text, d.Options)
	d.CallbackURL = checkCallbackURL(&ps, d.CallbackURL)
	d.Method = checkMethod(&ps, d.Method)
	d.check(&ps, d.From, to, d.Text)
	return d, ps
}

// problems collects what Check finds.
type problems []Problem

func (ps *problems) fail(field, value, format string, args ...any) {
	*ps = append(*ps, Problem{Field: field, Value: shown(value), Text: fmt.Sprintf(format, args...)})
}

func (ps *problems) warn(field, value, format string, args ...any) {
	ps.fail(field, value, format, args...)
	(*ps)[len(*ps)-1].Warning = true
}

// quoted quotes a value for a sentence, cut where it is long; whatever cannot be printed is escaped.
func quoted(v string) string {
	const longest = 60
	if utf8.RuneCountInString(v) <= longest {
		return fmt.Sprintf("%q", v)
	}
	n := 0
	for i := range v {
		if n++; n > longest {
			return fmt.Sprintf("%q…", v[:i])
		}
	}
	return fmt.Sprintf("%q", v)
}

// shown is quoted without the quotes.
func shown(v string) string {
	q := quoted(v)
	cutShort := strings.HasSuffix(q, "…")
	q = strings.TrimSuffix(q, "…")
	q = strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
	if cutShort {
		q += "…"
	}
	return q
}

func checkText(ps *problems, text string, o Options) {
	switch {
	case !utf8.ValidString(text):
		ps.fail("text", "", "The text is not valid UTF-8 at byte %d; save or paste it as UTF-8.", invalidAt(text))
		return
	case text == "" && o.wordless():
		return
	case text == "":
		ps.fail("text", "", "There is no text; write what the message says.")
		return
	case strings.TrimSpace(text) == "":
		ps.fail("text", "", "The text is only white space; write what the message says.")
		return
	case o.Type == WhatsApp:
		if n := utf8.RuneCountInString(text); n > MaxWhatsApp {
			ps.fail("text", "", "The text is too long: %s of at most %s characters of a WhatsApp message; make it shorter or several messages.",
				thousands(n), thousands(MaxWhatsApp))
		}
		return
	}
	s := Segment(text)
	switch {
	case s.Encoding == GSM7 && s.Length > MaxGSM7:
		ps.fail("text", "", "The text is too long: %s of at most %s characters in GSM-7, where ^{}\\[~]|€ count twice; "+
			"make it shorter or several messages.", thousands(s.Length), thousands(MaxGSM7))
	case s.Encoding == UCS2 && s.Length > MaxUCS2:
		f := s.Forced[0]
		ps.fail("text", "", "The text is too long: %s of at most %s characters in UCS-2, which %s (%s) makes necessary; "+
			"make it shorter, or keep to GSM-7, which holds %s.",
			thousands(s.Length), thousands(MaxUCS2), quoted(f.Char), f.Name, thousands(MaxGSM7))
	}
}

func invalidAt(s string) int {
	for i, r := range s {
		if r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd") {
			return i
		}
	}
	return len(s)
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

func checkMethod(ps *problems, method string) string {
	m := strings.ToUpper(strings.TrimSpace(method))
	switch m {
	case "":
		return "POST"
	case "GET", "POST":
		return m
	}
	ps.fail("method", method, "Callbacks cannot come by %s; use POST or GET.", quoted(method))
	return method
}
