package replay

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// message is a request without the place that it goes to.
type message struct {
	method string
	target string // path and query
	header http.Header
	body   []byte
}

// messageOf is a callback without the headers that belong to the connection it came by.
func messageOf(cb *webhook.Callback) message {
	_, _, target := cutURL(cb.URL)
	if cb.URL == "" {
		_, _, target = cutURL(cb.ReceivedURL)
	}
	m := message{method: cb.Method, target: target, header: http.Header{}, body: cb.Body}
	var named []string
	for _, value := range cb.Header["Connection"] {
		for name := range strings.SplitSeq(value, ",") {
			named = append(named, http.CanonicalHeaderKey(strings.TrimSpace(name)))
		}
	}
	for name, values := range cb.Header {
		name = http.CanonicalHeaderKey(name)
		if !slices.Contains(ofConnection, name) && !slices.Contains(named, name) {
			m.header[name] = append(m.header[name], values...)
		}
	}
	return m
}

// ofConnection are headers that say something of one connection, or that are made anew for each. Expect
// would hold the body back.
var ofConnection = []string{
	"Connection", "Proxy-Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
	"Proxy-Authenticate", "Proxy-Authorization", "Http2-Settings", "Host", "Content-Length", "Expect",
}

// dropForwarding removes what tunnels and proxies on the way to this program told of themselves: an
// application that trusts it would rebuild the URL of the tunnel.
func (m *message) dropForwarding() {
	for name := range m.header {
		if slices.Contains(ofForwarding, name) ||
			slices.ContainsFunc(forwardingPrefixes, func(p string) bool { return strings.HasPrefix(name, p) }) {
			delete(m.header, name)
		}
	}
}

var (
	ofForwarding       = []string{"Forwarded", "Via", "X-Real-Ip", "True-Client-Ip", "Cdn-Loop", "X-Original-Host", "X-Original-Proto"}
	forwardingPrefixes = []string{"X-Forwarded-", "Ngrok-", "X-Ngrok-", "Cf-"}
)

// dropSignatures removes every header of Plivo's signatures.
func (m *message) dropSignatures() {
	for name := range m.header {
		if ofSignature(name) {
			delete(m.header, name)
		}
	}
}

func ofSignature(name string) bool { return strings.HasPrefix(name, signature.V1.Header()) }

// inQuery tells whether requests of a method have their parameters in the query.
func inQuery(method string) bool { return method == http.MethodGet || method == http.MethodHead }

func (m *message) contentType() string { return m.header.Get("Content-Type") }

// params are all the parameters of the message; covered are those that a signature covers beside the URL.
func (m *message) params() ([]signature.Param, string) {
	return webhook.ParseParams(m.method, m.target, m.contentType(), m.body)
}

func (m *message) covered() []signature.Param {
	if inQuery(m.method) {
		return nil
	}
	params, _ := m.params()
	return params
}

// apply makes the edits but for those of the headers, which go by the mode.
func (m *message) apply(e Edits) error {
	if e.Method != "" {
		if err := m.setMethod(e.Method, e.Body == nil); err != nil {
			return err
		}
	}
	if err := checkMethod(m.method); err != nil {
		return err
	}
	if e.Path != "" {
		if !strings.HasPrefix(e.Path, "/") {
			return fmt.Errorf("the path %q does not begin with \"/\"", cut(e.Path))
		}
		if err := checkTarget(e.Path); err != nil {
			return err
		}
		m.target = e.Path
	}
	if e.Body != nil {
		m.body = e.Body
		for _, h := range e.Header {
			if http.CanonicalHeaderKey(h.Name) == "Content-Type" {
				if err := m.setHeader(h); err != nil {
					return err
				}
			}
		}
	}
	return m.setParams(e.Params)
}

func checkMethod(method string) error {
	switch {
	case !webhook.IsToken(method):
		return fmt.Errorf("%q is no HTTP method; use one as POST or GET", cut(method))
	case method == http.MethodConnect:
		return errors.New("a request with the method CONNECT is for proxies alone; use one as POST or GET")
	}
	return nil
}

// setMethod moves the parameters to where the new method has them.
func (m *message) setMethod(method string, move bool) error {
	if err := checkMethod(method); err != nil {
		return err
	}
	before := m.method
	if !move || inQuery(before) == inQuery(method) {
		m.method = method
		return nil
	}
	params, problem := m.params()
	m.method = method
	switch {
	case inQuery(before) && len(m.body) == 0:
		path, query, _ := strings.Cut(m.target, "?")
		if query == "" {
			return nil
		}
		m.target, m.body = path, []byte(query)
		m.header.Set("Content-Type", formType)
	case inQuery(method) && len(params) > 0:
		if problem != "" {
			return fmt.Errorf("the parameters cannot be moved to the query for %s: %s", method, problem)
		}
		path, query, _ := strings.Cut(m.target, "?")
		m.target, m.body = joinTarget(path, joinQuery(query, encodeForm(params))), nil
		m.header.Del("Content-Type")
	}
	return nil
}

// setHeader makes one edit; Host is the caller's.
func (m *message) setHeader(e Edit) error {
	name := http.CanonicalHeaderKey(e.Name)
	switch {
	case !webhook.IsToken(e.Name):
		return fmt.Errorf("%q is no name of a header", cut(e.Name))
	case name != "Host" && slices.Contains(ofConnection, name):
		return fmt.Errorf("the header %s is made anew for each request; leave it out of the edits", name)
	case e.Remove:
		delete(m.header, name)
		return nil
	}
	if err := checkValue(name, e.Value); err != nil {
		return err
	}
	m.header[name] = []string{e.Value}
	return nil
}

func checkValue(name, value string) error {
	for i := range len(value) {
		if c := value[i]; c < ' ' && c != '\t' || c == 0x7f {
			return fmt.Errorf("the value of the header %s has a line break or another control character, which would break the request", name)
		}
	}
	return nil
}

// check tells whether net/http can send the message.
func (m *message) check() error {
	if err := checkMethod(m.method); err != nil {
		return err
	}
	if err := checkTarget(m.target); err != nil {
		return err
	}
	for name, values := range m.header {
		if !webhook.IsToken(name) {
			return fmt.Errorf("%q is no name of a header; remove it", cut(name))
		}
		for _, value := range values {
			if err := checkValue(name, value); err != nil {
				return err
			}
		}
	}
	return nil
}
