package capture

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// line is a line of "history --callbacks -o json"; others, as the ready line and messages, lack a
// method and headers.
type line struct {
	Log         json.RawMessage `json:"log"` // of a HAR file
	ID          json.RawMessage `json:"id"`
	Method      string          `json:"method"`
	URL         string          `json:"url"`
	ReceivedURL string          `json:"received_url"`
	Headers     [][2]string     `json:"headers"`
	Params      [][2]string     `json:"params"`
	Body        *string         `json:"body"`
	BodyBase64  *string         `json:"body_base64"`
	Truncated   bool            `json:"truncated"`
}

// parseJSON reads a HAR file or JSON lines.
func parseJSON(data []byte) ([]Request, error) {
	var requests []Request
	decoder := json.NewDecoder(bytes.NewReader(data))
	n, params := 0, 0
	for ; ; n++ {
		var l line
		at := decoder.InputOffset()
		if err := decoder.Decode(&l); errors.Is(err, io.EOF) {
			break
		} else if wrong := (*json.UnmarshalTypeError)(nil); errors.As(err, &wrong) {
			if l.Log == nil && !strings.HasPrefix(wrong.Field, "headers") && !strings.HasPrefix(wrong.Field, "params") {
				continue // some other program's line
			}
			return nil, fmt.Errorf("%q in object %d of the capture is of type %s, which is not how it was printed; give a HAR file, or lines of \"plivoscope history --callbacks -o json\"", wrong.Field, n+1, wrong.Value)
		} else if err != nil {
			return nil, fmt.Errorf("the capture is no whole JSON from line %d on: %w; give a HAR file, or lines of \"plivoscope history --callbacks -o json\"", lineOf(data, at), err)
		}
		switch {
		case l.Log != nil && n == 0:
			return parseHAR(l.Log)
		case l.Method != "" && l.Headers != nil:
			r := l.request()
			if params += len(r.Params); params > maxParams {
				return nil, errors.New("the callbacks of the capture have a million parameters and more, which is no traffic of Plivo's; cut out the request in question")
			}
			requests = append(requests, r)
		}
	}
	if len(requests) == 0 {
		return nil, fmt.Errorf("no request is among the %d JSON objects of the capture; give a HAR file, or callbacks as \"plivoscope history --callbacks -o json\" prints them", n)
	}
	return requests, nil
}

// lineOf is the number of the line on which the value after an offset begins.
func lineOf(data []byte, offset int64) int {
	before := data[:min(int(offset), len(data))]
	after := data[len(before):]
	blank := after[:len(after)-len(bytes.TrimLeft(after, " \t\r\n"))]
	return 1 + bytes.Count(before, []byte{'\n'}) + bytes.Count(blank, []byte{'\n'})
}

func (l line) request() Request {
	r := Request{Method: l.Method, URL: l.URL, Header: http.Header{}}
	if id, err := strconv.ParseInt(string(l.ID), 10, 64); err == nil && id > 0 {
		r.ID = id
	}
	addHeaders(r.Header, l.Headers)
	var ok bool
	if r.Host, r.Target, ok = splitURL(l.ReceivedURL); !ok {
		r.Host, r.Target, _ = splitURL(l.URL)
	}
	r.takeHost()
	switch {
	case l.Body != nil:
		r.Body = []byte(*l.Body)
	case l.BodyBase64 != nil:
		r.Body = r.decodeBase64(*l.BodyBase64)
	case !inURL(l.Method):
		for _, p := range l.Params {
			r.Params = append(r.Params, signature.Param{Name: p[0], Value: p[1]})
		}
	}
	if l.Truncated {
		r.note("The body was cut when it was received, so its parameters are incomplete.")
	}
	r.finish()
	return r
}

func addHeaders(h http.Header, pairs [][2]string) {
	for _, p := range pairs {
		name := textproto.CanonicalMIMEHeaderKey(p[0])
		h[name] = append(h[name], p[1])
	}
}

// decodeBase64 decodes a body; one that is no base64 is passed over.
func (r *Request) decodeBase64(text string) []byte {
	body, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		r.note(fmt.Sprintf("The body is said to be base64 but cannot be decoded: %v.", err))
		return nil
	}
	return body
}
