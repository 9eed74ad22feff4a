package sdk

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// refuse gives the error with which the SDK refuses a URL; empty where it takes it.
func refuse(q set, raw string) string {
	switch {
	case q.has(pythonURL) && !pythonTakes(raw):
		return "plivo.exceptions.ValidationError: ['uri should match format … (actual value: " + raw + ")']"
	case q.has(pythonASCIIURL) && !ascii(raw):
		i := strings.IndexFunc(raw, func(r rune) bool { return r >= utf8.RuneSelf })
		return fmt.Sprintf("UnicodeDecodeError: 'ascii' codec can't decode byte 0x%02x in position %d: ordinal not in range(128)", raw[i], i)
	case q.has(rubyASCIIURL) && !ascii(raw):
		return "URI::InvalidURIError: URI must be ascii only " + rubyDump(raw)
	case q.has(rubyURL):
		return rubyRefuses(raw)
	case q.has(javaURL):
		return javaRefuses(raw)
	case q.has(netURL):
		return netRefuses(raw)
	default:
		return ""
	}
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// pythonTakes is the check of Plivo's is_url: http or https in lower case, and one character that a
// URL may have.
func pythonTakes(raw string) bool {
	rest, found := strings.CutPrefix(raw, "http")
	if !found {
		return strings.HasPrefix(raw, "None")
	}
	rest, found = strings.CutPrefix(strings.TrimPrefix(rest, "s"), "://")
	if !found || rest == "" {
		return false
	}
	c := rest[0]
	letter := c|0x20 >= 'a' && c|0x20 <= 'z'
	return letter || c >= '$' && c <= '_' || c == '!' || c == '%' && signature.EscapeAt(rest, 0)
}

// pythonEncode is what str.encode("ascii") raises for s.
func pythonEncode(s string) string {
	if ascii(s) {
		return ""
	}
	position, from, to, first := 0, -1, -1, rune(0)
	for _, r := range s {
		if r >= utf8.RuneSelf && from < 0 {
			from, first = position, r
		}
		if from >= 0 && r < utf8.RuneSelf {
			break
		}
		position++
		if from >= 0 {
			to = position - 1
		}
	}
	if to > from {
		return fmt.Sprintf("UnicodeEncodeError: 'ascii' codec can't encode characters in position %d-%d: ordinal not in range(128)", from, to)
	}
	form := `\U%08x`
	switch {
	case first < 0x100:
		form = `\x%02x`
	case first < 0x10000:
		form = `\u%04x`
	}
	return fmt.Sprintf("UnicodeEncodeError: 'ascii' codec can't encode character '"+form+"' in position %d: ordinal not in range(128)", first, from)
}

// rubyRefuses is what URI.parse, or the code behind it, raises for a URL.
func rubyRefuses(raw string) string {
	t, _ := split(raw)
	for i := range len(t.path) {
		if c := t.path[i]; c <= ' ' || c >= 0x7F || strings.IndexByte("\"<>[\\]^`{|}", c) >= 0 || c == '%' && !signature.EscapeAt(t.path, i) {
			return "URI::InvalidURIError: bad URI(is not URI?): " + rubyDump(raw)
		}
	}
	if strings.ContainsAny(t.host, " \"<>\\^`{|}") || t.port != "" && !digits(t.port[1:]) {
		return "URI::InvalidURIError: bad URI(is not URI?): " + rubyDump(raw)
	}
	return ""
}

// rubyDump is Ruby's String#dump.
func rubyDump(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i, r := range s {
		switch {
		case r == utf8.RuneError && s[i] != 0xEF:
			fmt.Fprintf(&b, `\x%02X`, s[i])
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '#' && i+1 < len(s) && strings.IndexByte("{$@", s[i+1]) >= 0:
			b.WriteString(`\#`)
		case r >= ' ' && r < 0x7F:
			b.WriteRune(r)
		case r < utf8.RuneSelf:
			b.WriteString(rubyControl(r))
		case r > 0xFFFF:
			fmt.Fprintf(&b, `\u{%X}`, r)
		default:
			fmt.Fprintf(&b, `\u%04X`, r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func rubyControl(r rune) string {
	if i := strings.IndexRune("\a\b\t\n\v\f\r\x1b", r); i >= 0 {
		return `\` + "abtnvfre"[i:i+1]
	}
	return fmt.Sprintf(`\x%02X`, r)
}

// javaRefuses is what java.net.URL raises for a URL.
func javaRefuses(raw string) string {
	const malformed = "java.net.MalformedURLException: "
	scheme, _, found := strings.Cut(raw, ":")
	if !found || !signature.ValidScheme(scheme) || strings.ContainsAny(scheme, "/?#") {
		return malformed + "no protocol: " + raw
	}
	t, _ := split(raw)
	if host, port, found := strings.Cut(t.host, ":"); found && t.host[0] != '[' {
		t.host, t.port = host, ":"+port+t.port
	}
	switch lower := strings.ToLower(scheme); {
	case lower != "http" && lower != "https":
		return malformed + "unknown protocol: " + lower
	case strings.HasPrefix(t.host, "[") && !strings.HasSuffix(t.host, "]"):
		return malformed + "Invalid authority field: " + t.host + t.port
	case t.port != "" && !digits(t.port[1:]):
		i := strings.IndexFunc(t.port[1:], func(r rune) bool { return r < '0' || r > '9' })
		return fmt.Sprintf(malformed+"Error at index %d in: %q", i, t.port[1:])
	default:
		return ""
	}
}

// javaDecode is URLDecoder.decode over a whole URL.
func javaDecode(raw string) (decoded, raised string) {
	const illegal = "java.lang.IllegalArgumentException: URLDecoder: "
	for i := 0; i < len(raw); i++ {
		if raw[i] != '%' {
			continue
		}
		if i+2 >= len(raw) {
			return "", illegal + "Incomplete trailing escape (%) pattern"
		}
		if !signature.EscapeAt(raw, i) {
			at := 0
			if signature.Unhex(raw[i+1]) >= 0 {
				at = 1
			}
			return "", fmt.Sprintf(illegal+`Illegal hex characters in escape (%%) pattern - Error at index %d in: "%s"`, at, raw[i+1:i+3])
		}
		i += 2
	}
	return replaced(signature.Unescape(raw, true)), ""
}

// javaEmpty is what Java raises when it takes the last & off a query that is empty.
const javaEmpty = "java.lang.StringIndexOutOfBoundsException: begin 0, end -1, length 0"

// javaDuplicate is what Collectors.toMap raises for the first name that is repeated.
func javaDuplicate(pairs []signature.Param) string {
	if len(pairs) < 2 {
		return ""
	}
	values := make(map[string]string, len(pairs))
	for _, p := range pairs {
		if earlier, ok := values[p.Name]; ok {
			return fmt.Sprintf("java.lang.IllegalStateException: Duplicate key %s (attempted merging values %s and %s)", p.Name, earlier, p.Value)
		}
		values[p.Name] = p.Value
	}
	return ""
}

// netRefuses is what System.Uri raises for a URL.
func netRefuses(raw string) string {
	const invalid = "System.UriFormatException: Invalid URI: "
	t, ok := split(raw)
	switch {
	case t.scheme == "":
		return invalid + "The format of the URI could not be determined."
	case !ok || strings.ContainsFunc(t.host, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("\"<>\\^`{|}", r) }):
		return invalid + "The hostname could not be parsed."
	case t.port != "" && !isPort(t.port[1:]):
		return invalid + "Invalid port specified."
	default:
		return ""
	}
}

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// isPort tells whether s is a number that a port can have, or empty.
func isPort(s string) bool {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
		if n = n*10 + int(s[i]-'0'); n > 65535 {
			return false
		}
	}
	return true
}
