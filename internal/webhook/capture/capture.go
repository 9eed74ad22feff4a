package capture

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// Request is a captured request.
type Request struct {
	ID     int64 // of a callback in this program's own JSON lines, 0 elsewhere
	Method string
	URL    string // absolute where the capture says so (HAR, absolute form, JSON lines, a proxy's own headers); empty where only Host and target are known
	Host   string // the Host header
	Target string // path and query as they were sent
	Header http.Header
	Body   []byte            // nil where the capture has none, or only its parameters
	Params []signature.Param // of the body, decoded; a GET's stand in the URL
	// Problem says what could not be read of it, in a sentence; empty otherwise.
	Problem string
}

// MaxSize is the longest capture that is read, in bytes. Plivo's callbacks have some hundred.
const MaxSize = 16 << 20

// maxParams is how many parameters the requests of a capture may have together.
const maxParams = 1_000_000

// utf8Mark is what some editors write before the text.
var utf8Mark = []byte("\ufeff")

// Parse reads the requests of a capture, in their order: one raw HTTP request, the requests of a HAR
// file that have a Plivo signature header (all, where none has), the callbacks of JSON lines as
// "history --callbacks -o json" prints them, that of a curl command, or those that "curl -v" shows. It tells the format from the content. The error is a
// sentence with what to do; nothing panics on any input.
func Parse(data []byte) ([]Request, error) {
	if len(data) > MaxSize {
		return nil, fmt.Errorf("the capture is larger than the %d MiB that are read; cut out the request in question", MaxSize>>20)
	}
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return nil, errors.New("the capture is UTF-16 text; save it as UTF-8, or as the bytes that were sent")
	}
	data = withoutRemarks(bytes.TrimPrefix(data, utf8Mark))
	switch {
	case len(data) == 0:
		return nil, errors.New("the capture is empty; give a raw HTTP request, a curl command, a HAR file or JSON lines of \"plivoscope history --callbacks -o json\"")
	case data[0] == '{':
		return parseJSON(data)
	case data[0] == '[':
		return nil, errors.New("the capture is a JSON array; give a HAR file, or JSON lines with one object a line")
	case data[0] == '*', data[0] == '>':
		return parseTrace(string(data))
	case isCurl(data):
		r, err := parseCurl(string(data))
		if err != nil {
			return nil, err
		}
		return []Request{r}, nil
	default:
		r, err := parseRaw(data)
		if err != nil {
			return nil, err
		}
		return []Request{r}, nil
	}
}

// withoutRemarks leaves out the empty lines and the remarks of a shell that stand before a request, as in exported curl
// commands: none of what is read here begins with a #.
func withoutRemarks(data []byte) []byte {
	for {
		data = bytes.TrimLeft(data, " \t\r\n")
		if !bytes.HasPrefix(data, []byte("#")) {
			return data
		}
		end := bytes.IndexAny(data, "\r\n")
		if end < 0 {
			return nil
		}
		data = data[end:]
	}
}

// finish sets what follows from the rest of a request.
func (r *Request) finish() {
	if r.Params != nil || inURL(r.Method) {
		return
	}
	var problem string
	r.Params, problem = webhook.ParseParams(r.Method, r.URL, r.Header.Get("Content-Type"), r.Body)
	if len(r.Body) > 0 {
		r.note(problem)
	}
}

// inURL tells whether requests of a method have their parameters in the URL.
func inURL(method string) bool { return method == http.MethodGet || method == http.MethodHead }

// note adds a sentence to what could not be read.
func (r *Request) note(sentence string) {
	if sentence == "" {
		return
	}
	if r.Problem != "" {
		r.Problem += " "
	}
	r.Problem += sentence
}

// takeHost moves the Host header out of the others, as net/http does.
func (r *Request) takeHost() {
	hosts := r.Header["Host"]
	if len(hosts) == 0 {
		return
	}
	r.Host = hosts[0]
	if len(hosts) == 1 {
		delete(r.Header, "Host")
		return
	}
	r.note("There are several Host headers; the first is taken.")
}

// splitURL cuts an absolute URL into the host with its port, without user information, and the path
// with the query; ok is false where it is not absolute. Neither part is decoded.
func splitURL(rawURL string) (host, target string, ok bool) {
	scheme, rest, found := strings.Cut(rawURL, "://")
	if !found || scheme == "" || strings.ContainsAny(scheme, "/?#") {
		return "", "", false
	}
	rest, _, _ = strings.Cut(rest, "#")
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	host, target = rest[:end], rest[end:]
	host = host[strings.LastIndexByte(host, '@')+1:]
	return host, target, host != ""
}
