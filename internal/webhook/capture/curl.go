package capture

import (
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/webhook"
)

// isCurl tells whether a capture is a curl command, as the tools of browsers and tunnels copy a request.
func isCurl(data []byte) bool {
	first, _, _ := strings.Cut(strings.TrimPrefix(string(data[:min(len(data), 20)]), "$ "), " ")
	return first == "curl" || first == "curl.exe"
}

// curlCommand is what the flags of a curl command come to.
type curlCommand struct {
	Request
	data      []string
	urls      []string
	get, head bool
	form      bool
}

// parseCurl reads the request that a curl command sends. Files that it names are not read.
func parseCurl(text string) (Request, error) {
	text = strings.TrimPrefix(text, "$ ")
	if strings.Contains(text, "^\n") || strings.Contains(text, "^\r\n") || strings.Contains(text, `^"`) {
		return Request{}, errors.New("the curl command is written for the Windows command prompt; copy it as cURL for bash")
	}
	words, expands, err := shellWords(text)
	if err != nil {
		return Request{}, err
	}
	c := curlCommand{Request: Request{Header: http.Header{}}}
	for i := 1; i < len(words); i++ {
		if i, err = c.word(words, i); err != nil {
			return Request{}, err
		}
	}
	if len(c.urls) == 0 {
		return Request{}, errors.New("the curl command names no URL; copy all of it")
	}
	if len(c.urls) > 1 {
		c.note("The curl command names several URLs; the first is taken.")
	}
	if expands {
		c.note("The curl command has a variable or another command in it, which only a shell can put in; it is taken as it stands.")
	}
	return c.request(), nil
}

// word reads the word at i, and gives the index of the last word that belongs to it.
func (c *curlCommand) word(words []string, i int) (int, error) {
	w := words[i]
	next := func() (string, error) {
		if i++; i >= len(words) {
			return "", fmt.Errorf("the curl command ends behind %s, which needs a value; copy all of it", short(w))
		}
		return words[i], nil
	}
	switch {
	case w == "--":
	case strings.HasPrefix(w, "--"):
		name := strings.TrimPrefix(w, "--")
		if !slices.Contains(curlValues, name) {
			return i, c.flag(name, "")
		}
		value, err := next()
		return i, errors.Join(err, c.flag(name, value))
	case len(w) > 1 && w[0] == '-':
		// Short flags may stand together, the last with its value joined to it.
		for k, letter := range w[1:] {
			name, known := curlShort[letter]
			if !known || !slices.Contains(curlValues, name) {
				if err := c.flag(name, ""); err != nil {
					return i, err
				}
				continue
			}
			value := w[1+k+1:]
			var err error
			if value == "" {
				value, err = next()
			}
			return i, errors.Join(err, c.flag(name, value))
		}
	default:
		c.urls = append(c.urls, w)
	}
	return i, nil
}

// curlShort are the long names of short flags that say something of the request, or take a value.
var curlShort = map[rune]string{
	'X': "request", 'H': "header", 'd': "data", 'G': "get", 'I': "head", 'A': "user-agent", 'e': "referer", 'b': "cookie",
	'F': "form", 'o': "output", 'm': "max-time", 'x': "proxy", 'w': "write-out", 'u': "user", 'T': "upload-file", 'c': "cookie-jar",
	'E': "cert", 'K': "config", 'D': "dump-header", 'r': "range", 'C': "continue-at", 'y': "speed-time", 'Y': "speed-limit", 'U': "proxy-user",
}

// curlValues are the flags that take a value.
var curlValues = []string{
	"request", "header", "data", "data-ascii", "data-raw", "data-binary", "data-urlencode", "json", "url", "user-agent", "referer", "cookie",
	"form", "form-string", "output", "max-time", "connect-timeout", "proxy", "write-out", "user", "upload-file", "cookie-jar", "cert", "key",
	"cacert", "capath", "config", "dump-header", "range", "continue-at", "speed-time", "speed-limit", "proxy-user", "resolve", "connect-to",
	"retry", "retry-delay", "retry-max-time", "max-redirs", "interface", "limit-rate", "ciphers", "tls-max", "oauth2-bearer", "request-target",
	"unix-socket", "trace", "trace-ascii", "stderr", "noproxy", "dns-servers", "local-port", "keepalive-time", "aws-sigv4", "variable",
}

// flag notes what a flag says of the request; what is not about it is passed over.
func (c *curlCommand) flag(name, value string) error {
	switch name {
	case "request":
		if !webhook.IsToken(value) {
			return fmt.Errorf("the curl command's method %q is none", short(value))
		}
		c.Method = value
	case "url":
		c.urls = append(c.urls, value)
	case "header":
		c.header(value)
	case "user-agent", "referer", "cookie":
		c.Header.Set(name, value)
	case "get":
		c.get = true
	case "head":
		c.head = true
	case "data", "data-ascii", "data-binary", "json":
		if strings.HasPrefix(value, "@") {
			c.note(fmt.Sprintf("The body is in the file %q, which is not read here.", short(value[1:])))
			value = ""
		}
		if name == "json" && c.Header.Get("Content-Type") == "" {
			c.Header.Set("Content-Type", "application/json")
		}
		c.data = append(c.data, value)
	case "data-raw":
		c.data = append(c.data, value)
	case "data-urlencode":
		at := strings.IndexAny(value, "=@")
		switch {
		case at < 0:
			value = url.QueryEscape(value)
		case value[at] == '@':
			c.note(fmt.Sprintf("A part of the body is in the file %q, which is not read here.", short(value[at+1:])))
			value = ""
		default:
			value = strings.TrimPrefix(value[:at]+"="+url.QueryEscape(value[at+1:]), "=")
		}
		c.data = append(c.data, value)
	case "form", "form-string", "upload-file":
		c.form = true
	}
	return nil
}

// header reads the value of -H, as curl does: "Name: value", "Name;" for an empty one.
func (c *curlCommand) header(text string) {
	if strings.HasPrefix(text, "@") {
		c.note(fmt.Sprintf("Headers are in the file %q, which is not read here.", short(text[1:])))
		return
	}
	name, value, found := strings.Cut(text, ":")
	value = strings.Trim(value, " \t")
	if !found {
		name, found = strings.CutSuffix(text, ";")
	} else if value == "" {
		return // curl leaves the header out
	}
	name = strings.Trim(name, " \t")
	switch {
	case strings.HasPrefix(text, ":"): // HTTP/2's: method and URL say the same
	case !found || !webhook.IsToken(name):
		c.note("A header of the curl command has no name and colon; it is passed over.")
	default:
		name = textproto.CanonicalMIMEHeaderKey(name)
		c.Header[name] = append(c.Header[name], value)
	}
}

// request puts together what the flags said.
func (c *curlCommand) request() Request {
	r, body := c.Request, strings.Join(c.data, "&")
	r.URL = c.urls[0]
	if _, _, absolute := splitURL(r.URL); !absolute {
		r.URL = "http://" + r.URL // as curl takes it
	}
	if c.get && len(c.data) > 0 {
		mark := "?"
		if strings.Contains(r.URL, "?") {
			mark = "&"
		}
		whole, _, _ := strings.Cut(r.URL, "#")
		r.URL = whole + mark + body
	}
	r.takeHost()
	host, target, ok := splitURL(r.URL)
	if r.Target = target; r.Host == "" {
		r.Host = host
	}
	if !ok {
		r.note("The URL of the request has no host.")
		r.URL = ""
	}
	sends := len(c.data) > 0 && !c.get
	if r.Method == "" {
		switch {
		case c.head:
			r.Method = http.MethodHead
		case sends || c.form:
			r.Method = http.MethodPost
		default:
			r.Method = http.MethodGet
		}
	}
	if c.form {
		r.note("The body is a multipart form or a file, which is not read here; Plivo posts application/x-www-form-urlencoded.")
	}
	if sends {
		r.Body = []byte(body)
		if r.Header.Get("Content-Type") == "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
	}
	r.finish()
	return r
}

// parseTrace reads the requests that "curl -v" shows: their lines begin with ">".
func parseTrace(text string) ([]Request, error) {
	var requests []Request
	var lines []string
	read := func() error {
		if len(lines) == 0 {
			return nil
		}
		r, err := parseRaw([]byte(strings.Join(lines, "\n") + "\n\n"))
		if err != nil {
			return err
		}
		requests, lines = append(requests, r), nil
		return nil
	}
	for line := range strings.Lines(text) {
		rest, sent := strings.CutPrefix(strings.TrimRight(line, "\r\n"), ">")
		rest = strings.TrimPrefix(rest, " ")
		if !sent || rest != "" {
			if sent {
				lines = append(lines, rest)
			}
			continue
		}
		if err := read(); err != nil {
			return nil, err
		}
	}
	if err := read(); err != nil {
		return nil, err
	}
	if len(requests) == 0 {
		return nil, errNoRequest
	}
	return requests, nil
}
