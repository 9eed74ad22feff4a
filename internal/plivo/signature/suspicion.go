package signature

import (
	"encoding/base64"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// pattern compiles an expression when it is first asked for: most runs of the program ask for none of them.
func pattern(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}

// suspicions are findings that reproduce nothing: what looks wrong in itself. Their details go on from
// "the signature", as those of the others do.
func (s *search) suspicions(v Verdict) []Finding {
	if len(v.Checks) == 0 {
		return []Finding{s.noHeader()}
	}
	if _, ok := matchingCheck(v); ok { // it vouches for URL and token
		return s.look(v, s.noToken, s.badHeader, s.oddNonce, s.cutBody, s.noForm, s.maskedValue, s.onlyV1)
	}
	all := s.look(v, s.badURL, s.noToken, s.badHeader, s.oddNonce, s.localURL, s.cutBody, s.noForm, s.maskedValue, s.onlyV1)
	return append(all, s.oddTokens()...)
}

// look gives what each of these finds.
func (s *search) look(v Verdict, at ...func(Verdict) (Finding, bool)) []Finding {
	var all []Finding
	for _, look := range at {
		if f, ok := look(v); ok {
			all = append(all, f)
		}
	}
	return all
}

// suspect is a finding under a name of the suspicions.
func suspect(name, detail, remedy string) Finding {
	i := slices.IndexFunc(suspicions, func(known suspicion) bool { return known.name == name })
	return Finding{Causes: []Cause{suspicions[i].cause}, Hypotheses: []string{name}, Detail: detail, Remedy: remedy, Confidence: Possible}
}

// noHeader says where the signature headers may be.
func (s *search) noHeader() Finding {
	own := []string{V3.Header(), MaV3.Header(), V2.Header(), MaV2.Header(), V1.Header()}
	if name, meant, ok := s.misspelt(own); ok {
		return suspect("header-renamed",
			fmt.Sprintf("is not there under its own name: the request has %s for %s", quote(name), meant),
			"Give the headers the names that they have in the request: PHP and CGI write HTTP_ before them and underscores for the dashes.")
	}
	remedy := "Plivo sends it with every callback: see that the request comes from Plivo, and that no proxy, gateway or test client leaves out the X-Plivo-Signature headers on the way."
	nonces := []string{V3.NonceHeader(), V2.NonceHeader()}
	for _, n := range nonces {
		if len(headerValues(s.c.Header, n)) > 0 {
			return suspect("header-missing",
				"is not there, though its nonce is, in "+n,
				"Let the signature header through where the nonce's header is let through: whatever lists the allowed headers lacks the X-Plivo-Signature ones.")
		}
	}
	if len(s.c.Header) == 0 {
		return suspect("header-missing", "is not there: the request has no headers at all",
			"Give the headers of the request too, X-Plivo-Signature-V3 or -V2 with its nonce before all.")
	}
	return suspect("header-missing", "is not there: the request has none of Plivo's signature headers", remedy)
}

// misspelt looks for one of some headers under a name that differs in the letters' case, in dashes and
// underscores, or by the HTTP_ of CGI.
func (s *search) misspelt(own []string) (name, meant string, found bool) {
	for h := range s.c.Header {
		if len(h) > 64 || found && h > name {
			continue
		}
		plain := strings.TrimPrefix(folded(h), "http")
		for _, o := range own {
			if plain == folded(o) && !strings.EqualFold(h, o) {
				name, meant, found = h, o, true
			}
		}
	}
	return name, meant, found
}

func (s *search) noNonce(v Verdict) (Finding, bool) {
	c := v.Checks[0]
	header := c.Scheme.NonceHeader()
	if header == "" || c.Nonce != "" {
		return Finding{}, false
	}
	if name, meant, ok := s.misspelt([]string{header}); ok {
		return suspect(nonceRenamed,
			fmt.Sprintf("cannot be computed: its nonce has the name %s for %s", quote(name), meant),
			"Give the headers the names that they have in the request, with dashes."), true
	}
	return suspect(nonceMissing,
		fmt.Sprintf("cannot be computed without its nonce: %s is there, %s is not, or is empty", c.Header, header),
		"Let "+header+" through beside the signature: a proxy or gateway that passes on listed headers alone has to list both."), true
}

func (s *search) badURL(Verdict) (Finding, bool) {
	_, err := parseTarget(s.c.URL)
	if err == nil {
		return Finding{}, false
	}
	detail := "cannot be computed: the URL " + quote(s.c.URL) + " has no scheme and host"
	switch {
	case s.c.URL == "":
		detail = "cannot be computed: there is no URL"
	case errors.Is(err, errLongURL):
		detail = fmt.Sprintf("cannot be computed: the URL has %d bytes, and none has more than %d", len(s.c.URL), maxURL)
	}
	return suspect("url-not-absolute", detail,
		"Check over the whole URL that is registered with Plivo, as https://example.com/sms/delivery-report."), true
}

func (s *search) noToken(Verdict) (Finding, bool) {
	if len(s.keys) > 0 {
		return Finding{}, false
	}
	return suspect("token-missing", "cannot be checked: there is no auth token to check it with",
		"Set PLIVO_AUTH_TOKEN to the auth token of the account or subaccount that the message belongs to; it stands on the overview page of the Plivo console."), true
}

// badHeader looks for signatures that cannot be any: each is the base64 of 32 bytes, V1's of 20.
func (s *search) badHeader(v Verdict) (Finding, bool) {
	for _, c := range v.Checks {
		if c.Scheme.form() != v.Checks[0].Scheme.form() {
			break
		}
		whole := c.Scheme.wholeLength()
		for _, given := range c.Given {
			if words := malformed(given, whole); words != "" {
				return suspect("header-malformed", fmt.Sprintf("is malformed: in %s it %s%s", c.Header, words, s.asComputed(c, given)),
					fmt.Sprintf("Take the header's value as it was sent: a signature of %s is %d characters of base64, the last one \"=\".", c.Scheme, whole)), true
			}
		}
	}
	return Finding{}, false
}

// asComputed goes on from what is malformed, where that is too little to prove anything, but is the
// beginning of what a token makes.
func (s *search) asComputed(c Check, given string) string {
	const fewest = 2
	if len(given) < fewest || len(given) >= provesOne || c.Base == "" {
		return ""
	}
	for _, k := range s.keys {
		if strings.HasPrefix(base64.StdEncoding.EncodeToString(k.sum(nil, c.Scheme == V1, []byte(c.Base))), given) {
			return ", and they are the first of the one that is computed"
		}
	}
	return ""
}

var (
	base64Form = pattern(`^[A-Za-z0-9+/]*={0,2}$`)
	escapeForm = pattern(`%(2[BbFf]|3[Dd])`)
)

// malformed says what is wrong with a signature that should be of so many characters; empty where it
// has the right form.
func malformed(given string, whole int) string {
	switch {
	case base64Form().MatchString(given) && len(given) == whole:
		return ""
	case strings.ContainsAny(given, `"'`):
		return "has quotation marks around it"
	case escapeForm().MatchString(given):
		return "is percent-encoded"
	case strings.Contains(given, " "):
		return `has spaces in it, probably for "+"`
	case base64Form().MatchString(given) && len(given) < whole:
		return fmt.Sprintf("is cut short: it has %d characters of %d", len(given), whole)
	case base64Form().MatchString(given):
		return fmt.Sprintf("is too long: it has %d characters, not %d", len(given), whole)
	default:
		return "is no base64: " + quote(given)
	}
}

var nonceForm = pattern(`^[A-Za-z0-9_-]{1,64}$`)

func (s *search) oddNonce(v Verdict) (Finding, bool) {
	n := v.Checks[0].Nonce
	if n == "" || nonceForm().MatchString(n) {
		return Finding{}, false
	}
	return suspect("nonce-odd",
		"has the nonce "+quote(n)+", which does not look like one: Plivo's are some 20 digits",
		"See that the nonce is the value of "+v.Checks[0].Scheme.NonceHeader()+" as it was sent, once and with nothing around it."), true
}

// cutBody compares the body with what the request says of its length.
func (s *search) cutBody(v Verdict) (Finding, bool) {
	said, err := strconv.Atoi(firstValue(headerValues(s.c.Header, "Content-Length")))
	if err != nil || s.c.Body == nil || said <= len(s.c.Body) || v.Checks[0].Scheme.form() == V2 {
		return Finding{}, false
	}
	return suspect("body-cut",
		fmt.Sprintf("covers the whole body, of which only %d of %d bytes are here", len(s.c.Body), said),
		"Check over the body whole: what reads it has a limit, or the connection broke off."), true
}

// noForm looks for a body that is none of Plivo's.
func (s *search) noForm(v Verdict) (Finding, bool) {
	kind, _, _ := strings.Cut(firstValue(headerValues(s.c.Header, "Content-Type")), ";")
	kind = strings.ToLower(strings.TrimSpace(kind))
	if kind == "" || kind == "application/x-www-form-urlencoded" || v.Checks[0].Scheme.form() == V2 || strings.EqualFold(s.c.Method, "GET") {
		return Finding{}, false
	}
	return suspect("body-no-form",
		"covers the parameters of a form, and the body is "+quote(kind),
		"Let the form that Plivo posts, application/x-www-form-urlencoded, reach the check: a gateway, a tool or a test client makes something else of it."), true
}

var maskForm = pattern(`^\[?(?i:filtered|redacted|masked|hidden|removed)\]?$|^[*•x]{3,}$|[*•]{3,}|(…|\.\.\.)$`)

// maskedValue looks for values that were taken from a log.
func (s *search) maskedValue(v Verdict) (Finding, bool) {
	if v.Checks[0].Scheme.form() == V2 {
		return Finding{}, false
	}
	for _, p := range s.c.Params {
		if len(p.Value) < 2048 && maskForm().MatchString(p.Value) {
			return suspect("value-masked",
				fmt.Sprintf("covers %s, whose value %s looks masked or cut", quote(p.Name), quote(p.Value)),
				"Check over the values as they were posted: those of a log are filtered or shortened."), true
		}
	}
	return Finding{}, false
}

// privateHost are the names and addresses that are reached from inside alone.
var privateHost = pattern(`^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|0\.0\.0\.0|10\.\d+\.\d+\.\d+|192\.168\.\d+\.\d+|172\.(1[6-9]|2\d|3[01])\.\d+\.\d+|host\.docker\.internal|[^.:\[\]]+|.*\.(local|internal|localhost|test))(:\d+)?$`)

func (s *search) localURL(Verdict) (Finding, bool) {
	t, err := parseTarget(s.c.URL)
	if err != nil || s.c.Local || len(t.host) > 255 || !privateHost().MatchString(strings.ToLower(t.host)) {
		return Finding{}, false
	}
	f := suspect("url-private",
		"is checked over "+quote(t.scheme+"://"+t.host)+", which Plivo cannot reach",
		"Check over the public URL that is registered with Plivo: it signs that one, not the address behind the proxy or the tunnel.")
	f.Settings = settingsProxy
	return f, true
}

// onlyV1 tells that the headers of today are not there.
func (s *search) onlyV1(v Verdict) (Finding, bool) {
	if v.Checks[0].Scheme != V1 {
		return Finding{}, false
	}
	return suspect("header-v1-alone",
		"is V1's alone, in X-Plivo-Signature: those of V2 and V3, which Plivo documents, are not there",
		"Let the X-Plivo-Signature-V2 and -V3 headers through with their nonces; sign tests and scripts with V2 or V3 too."), true
}

var (
	authIDForm      = pattern(`^(MA|SA)[A-Z0-9]{18}$`)
	placeholderForm = pattern(`(?i)^(<.*>|\$\{.*\}|\$[a-z_]+|\{\{.*\}\}|%[a-z_]+%|\[.*\]|process\.env\..*|(plivo_?)?auth_?token|token|secret|null|none|undefined|[x*•.]+|(your|my|the|change|replace|insert|enter|copy|put|example|placeholder|dummy|todo)[-_ ].*|changeme)$`)
	tokenForm       = pattern(`^[A-Za-z0-9_-]+$`)
)

// tokenLength is that of every auth token that is published in an example, and what secret scanners
// look for.
const tokenLength = 40

// shortestToken and longestToken are how far from that a token may be without being suspected.
const shortestToken, longestToken = 30, 60

// oddTokens looks at the tokens themselves; of a value nothing is shown but its length.
func (s *search) oddTokens() []Finding {
	var all []Finding
	for _, k := range s.keys {
		if name, what, remedy := oddToken(k.value); name != "" {
			all = append(all, suspect(name, fmt.Sprintf("is checked with %s, which %s", k, what), remedy))
		}
	}
	return all
}

func oddToken(v string) (name, what, remedy string) {
	trimmed := strings.TrimSpace(v)
	switch {
	case authIDForm().MatchString(trimmed):
		return "token-is-auth-id", "looks like an auth id",
			"Set the auth token: the auth id, which begins with MA or SA, is the name beside it on the overview page of the Plivo console."
	case strings.HasPrefix(trimmed, "stk_"):
		return "token-is-scoped", "looks like a scoped API token",
			"Set the account's auth token: scoped tokens are for the API, callbacks are signed with the auth token."
	case len(v) == tokenLength && tokenForm().MatchString(v) && strings.Trim(v, "xX") != "":
		return "", "", ""
	case len(v) < 256 && placeholderForm().MatchString(trimmed):
		return "token-is-placeholder", "looks like a placeholder, not a token",
			"Set the auth token itself where its placeholder stands; a variable in a .env may need another kind of quotation marks, or none."
	case strings.ContainsAny(v, "•*…"):
		return "token-is-masked", "looks masked",
			"Copy the auth token after showing it in the Plivo console: what was copied are the dots that stand for it."
	case !tokenForm().MatchString(v):
		return "token-odd", "has characters that Plivo's tokens do not have",
			"Copy the auth token anew from the Plivo console: it is letters and digits alone."
	case len(v) >= shortestToken && len(v) <= longestToken:
		return "", "", ""
	default:
		return "token-length", fmt.Sprintf("has %s; those that are known have %d", count(len(v), "character", "characters"), tokenLength),
			"Compare the auth token with the Plivo console to its last character: it may have been cut or pasted together with something."
	}
}
