package capture

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/textproto"
	"strings"

	"dev.internal/plivoscope/internal/webhook"
)

var errNoRequest = errors.New("the capture is no raw HTTP request, curl command, HAR file or JSON lines: it does not begin with a request line as \"POST /path HTTP/1.1\"; save the request with its first line and its headers")

// parseRaw reads one request as proxies write it to a file. It is not http.ReadRequest, which refuses
// requests that a callback server really gets (a bad percent escape) and captures that lost something
// on their way (the blank line, a part of the body): what is there is wanted, with what is wrong.
func parseRaw(data []byte) (Request, error) {
	r, rest, err := parseHead(data)
	if err != nil {
		return Request{}, err
	}
	r.readBody(rest)
	r.finish()
	return r, nil
}

// ParseHead reads the head of a raw HTTP request: all but its body and parameters.
func ParseHead(head []byte) (Request, error) {
	if len(head) == 0 {
		return Request{}, errNoRequest
	}
	r, _, err := parseHead(head)
	return r, err
}

// parseHead gives what follows the head too. There is some data.
func parseHead(data []byte) (Request, []byte, error) {
	r := Request{Header: http.Header{}}
	rest := data
	if data[0] != ':' {
		var line string
		line, rest = cutLine(data)
		if err := r.readRequestLine(line); err != nil {
			return Request{}, nil, err
		}
	}
	pseudo, rest := r.readHeader(rest)
	if err := r.takePseudo(pseudo); err != nil {
		return Request{}, nil, err
	}
	r.takeHost()
	return r, rest, nil
}

// cutLine cuts off the first line, which CR LF or LF ends.
func cutLine(data []byte) (line string, rest []byte) {
	head, rest, _ := bytes.Cut(data, []byte{'\n'})
	return string(bytes.TrimSuffix(head, []byte{'\r'})), rest
}

// readRequestLine reads "METHOD TARGET HTTP/VERSION"; a target with spaces in it, which some proxies
// decode to, stays whole.
func (r *Request) readRequestLine(line string) error {
	line = strings.TrimRight(line, " \t")
	if strings.HasPrefix(line, "HTTP/") {
		return errors.New("the capture is an HTTP response; save the request that it answers")
	}
	method, target, found := strings.Cut(line, " ")
	if i := strings.LastIndexByte(target, ' '); i >= 0 && isVersion(target[i+1:]) {
		target = target[:i]
	} else {
		found = found && looksLikeTarget(target)
	}
	target = strings.Trim(target, " ")
	if !found || !webhook.IsToken(method) || target == "" {
		return errNoRequest
	}
	r.Method, r.Target = method, target
	if _, path, absolute := splitURL(target); absolute {
		r.URL, r.Target = target, path
		r.Host, _, _ = splitURL(target)
	}
	return nil
}

func isVersion(s string) bool {
	rest, ok := strings.CutPrefix(s, "HTTP/")
	return ok && rest != "" && strings.Trim(rest, "0123456789.") == ""
}

// looksLikeTarget is what a request line without a version has to have.
func looksLikeTarget(target string) bool {
	return strings.HasPrefix(target, "/") || strings.HasPrefix(target, "http://") || strings.HasPrefix(target, "https://")
}

// readHeader reads the header up to the blank line, or to the end where that is missing, and gives
// HTTP/2's pseudo-headers apart. Names become canonical, values keep their order; lines that begin
// with a space go on from the one before.
func (r *Request) readHeader(data []byte) (pseudo map[string]string, rest []byte) {
	var (
		name  string
		parts []string
		bad   int
	)
	pseudo = map[string]string{}
	flush := func() {
		value := strings.Join(parts, " ")
		switch {
		case name == "":
		case name[0] == ':':
			pseudo[name] = value
		default:
			r.Header[name] = append(r.Header[name], value)
		}
		name, parts = "", nil
	}
	for len(data) > 0 {
		var line string
		line, data = cutLine(data)
		if line == "" {
			break
		}
		if line[0] == ' ' || line[0] == '\t' {
			more := strings.Trim(line, " \t")
			switch {
			case more == "":
			case name == "":
				bad++
			default:
				parts = append(parts, more)
			}
			continue
		}
		flush()
		start := 0
		if line[0] == ':' {
			start = 1
		}
		colon := strings.IndexByte(line[start:], ':')
		if colon <= 0 {
			bad++
			continue
		}
		key := strings.TrimRight(line[:start+colon], " \t")
		name = textproto.CanonicalMIMEHeaderKey(key)
		parts = []string{strings.Trim(line[start+colon+1:], " \t")}
	}
	flush()
	if bad == 1 {
		r.note("One line of the header has no name and colon; it is passed over.")
	} else if bad > 1 {
		r.note(fmt.Sprintf("%d lines of the header have no name and colon; they are passed over.", bad))
	}
	return pseudo, data
}

// takePseudo fills in from HTTP/2's pseudo-headers what no request line said.
func (r *Request) takePseudo(pseudo map[string]string) error {
	if r.Method == "" {
		r.Method, r.Target = pseudo[":method"], pseudo[":path"]
		if !webhook.IsToken(r.Method) || r.Target == "" {
			return errNoRequest
		}
	}
	host := pseudo[":authority"]
	if host == "" {
		return nil
	}
	if r.Host == "" {
		r.Host = host
	}
	if scheme := pseudo[":scheme"]; r.URL == "" && (scheme == "http" || scheme == "https") {
		r.URL = scheme + "://" + host + r.Target
	}
	return nil
}
