package archive

import (
	"fmt"
	"net/http"
	"strings"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/webhook"
)

// ofTheConnection are headers that curl makes by itself, or that are of one connection alone.
var ofTheConnection = map[string]bool{
	"Connection": true, "Content-Length": true, "Keep-Alive": true, "Proxy-Connection": true,
	"Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true,
}

// OfTheConnection tells of a canonical header name whether a client makes that header by itself.
func OfTheConnection(name string) bool { return ofTheConnection[name] }

func beginCurl(o Options) string {
	if o.Masked {
		return "# " + maskedWords + ".\n"
	}
	return ""
}

func writeCurl(c webhook.Callback, _ Options) ([]byte, error) {
	return fmt.Appendf(nil, "# callback %d, received %s\n%s\n", c.ID, timeText(c.ReceivedAt), CurlCommand(c)), nil
}

// CurlCommand is one shell command that sends the request again: its method, URL and headers, and its body
// byte for byte. It is safe to paste into a shell of POSIX, whatever the request holds, and shows
// nothing that a terminal would act on.
func CurlCommand(cb webhook.Callback) string {
	var feed string
	args := []string{"curl", "--path-as-is", "--globoff"}
	head := cb.Method == http.MethodHead && len(cb.Body) == 0
	switch {
	case head:
		args = append(args, "--head")
	case cb.Method != http.MethodGet || len(cb.Body) > 0:
		args = append(args, "--request "+shellWord(cb.Method))
	}
	args = append(args, "--url "+shellWord(cb.URL))
	for _, p := range Pairs(cb.Header) {
		switch name, value := p[0], p[1]; {
		case ofTheConnection[name], name == "Host" && value == hostOf(cb.URL):
		case value == "":
			args = append(args, "--header "+shellWord(name+";"))
		default:
			args = append(args, "--header "+shellWord(name+": "+value))
		}
	}
	unsaid := []string{"User-Agent", "Accept"}
	if len(cb.Body) > 0 {
		unsaid = append(unsaid, "Content-Type", "Expect")
	}
	for _, name := range unsaid {
		if _, said := cb.Header[name]; !said {
			args = append(args, "--header "+shellWord(name+":")) // curl would add its own
		}
	}
	switch {
	case len(cb.Body) == 0:
	case harmlessText(string(cb.Body)):
		args = append(args, "--data-raw "+shellWord(string(cb.Body)))
	default:
		feed = "printf " + octal(string(cb.Body)) + " | "
		args = append(args, "--data-binary @-")
	}
	return feed + strings.Join(args, " ")
}

// shellWord quotes a text as one word of a shell. What is not plain text is printed by the shell.
func shellWord(s string) string {
	if harmlessText(s) {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	return `"$(printf ` + octal(s) + `)"`
}

// harmlessText reports whether a text shows itself as it is, on one line.
func harmlessText(s string) bool { return escape.Line(s) == s }

// octal writes a text as a format of printf, in quotes.
func octal(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c > '~' || c == '\'' || c == '\\' || c == '-' && i == 0: // a dash would begin an option
			fmt.Fprintf(&b, `\%03o`, c)
		case c == '%':
			b.WriteString("%%")
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('\'')
	return b.String()
}
