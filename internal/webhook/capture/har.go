package capture

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// harLog is what is read of HAR 1.2.
type harLog struct {
	Entries []struct {
		Request HARRequest `json:"request"`
	} `json:"entries"`
}

// HARRequest is what is read of the request of an entry of HAR 1.2.
type HARRequest struct {
	Method   string    `json:"method"`
	URL      string    `json:"url"`
	Headers  []harPair `json:"headers"`
	BodySize int       `json:"bodySize"`
	PostData *harPost  `json:"postData"`
}

// harPost is the body. Encoding is not of the standard, which has it for answers alone, but several tools
// write it.
type harPost struct {
	MimeType string    `json:"mimeType"`
	Text     string    `json:"text"`
	Encoding string    `json:"encoding"`
	Params   []harPair `json:"params"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func parseHAR(log []byte) ([]Request, error) {
	var har harLog
	if err := json.Unmarshal(log, &har); err != nil {
		return nil, fmt.Errorf("the HAR file cannot be read: %w; export it again", err)
	}
	if len(har.Entries) == 0 {
		return nil, errors.New("the HAR file has no requests; export it after the callback has come")
	}
	var all, signed []Request
	params := 0
	for _, entry := range har.Entries {
		r := entry.Request.Request()
		if params += len(r.Params); params > maxParams {
			return nil, errors.New("the HAR file has a million parameters and more, which is no traffic of Plivo's; cut out the request in question")
		}
		all = append(all, r)
		if isSigned(r.Header) {
			signed = append(signed, r)
		}
	}
	if len(signed) > 0 {
		return signed, nil
	}
	return all, nil
}

// Request gives the request of the entry.
func (h HARRequest) Request() Request {
	r := Request{Method: h.Method, URL: h.URL, Header: http.Header{}}
	var pairs [][2]string
	for _, p := range h.Headers {
		if !strings.HasPrefix(p.Name, ":") { // HTTP/2's: method and URL say the same
			pairs = append(pairs, [2]string{p.Name, p.Value})
		}
	}
	addHeaders(r.Header, pairs)
	r.takeHost()
	host, target, ok := splitURL(h.URL)
	if !ok {
		r.note("The URL of the request is not absolute.")
		r.URL, target = "", h.URL
	}
	r.Target = target
	if r.Host == "" {
		r.Host = host
	}
	post := h.PostData
	switch {
	case post == nil:
		if h.BodySize > 0 {
			r.note(fmt.Sprintf("The HAR file says that the body has %d bytes and leaves it out; export it with the contents.", h.BodySize))
		}
	case post.Text != "":
		r.Body = []byte(post.Text)
		if strings.EqualFold(post.Encoding, "base64") {
			r.Body = r.decodeBase64(post.Text)
		}
	case !inURL(h.Method):
		for _, p := range post.Params {
			r.Params = append(r.Params, signature.Param(p))
		}
	}
	if post != nil && post.MimeType != "" && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", post.MimeType)
	}
	r.finish()
	return r
}

func isSigned(h http.Header) bool {
	for name := range h {
		if strings.HasPrefix(name, "X-Plivo-Signature") {
			return true
		}
	}
	return false
}
