package simulator

import (
	"bytes"
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// maxRequest is the longest request body that is read, in bytes.
const maxRequest = 1 << 20

// apiError is an answer of the API that refuses a request.
type apiError struct {
	status int
	words  string
	cause  string // for events, where it is the simulator's own doing
}

func (e *apiError) Error() string { return e.words }

func refuse(status int, words string) *apiError { return &apiError{status: status, words: words} }

func badRequest(words string) *apiError { return refuse(http.StatusBadRequest, words) }

// errMethod refuses a method; the caller names in Allow those that there are.
var errMethod = refuse(http.StatusMethodNotAllowed, "method not allowed")

// errUnknown is Plivo's answer to what it does not have: 404 and an empty object.
var errUnknown = refuse(http.StatusNotFound, "")

// call is a request to the API, of an account.
type call struct {
	w     http.ResponseWriter
	r     *http.Request
	apiID string
	by    *tenant
	read  params // of the body; nil while that was not read
}

// Resources of Plivo's API that the simulator does not have.
var otherResources = map[string]bool{
	"phonenumber": true, "media": true, "call": true, "request": true,
	"conference": true, "recording": true, "endpoint": true, "pricing": true, "lookup": true,
	"verify": true, "verifiedcallerid": true, "profile": true, "10dlc": true, "multipartycall": true,
	"transcription": true, "masking": true, "tollfreeverification": true, "enduser": true, "compliancedocument": true,
	"compliancedocumenttype": true, "compliancerequirement": true, "complianceapplication": true, "jwt": true,
	"phonenumbercompliance": true,
}

// resources are the parts of the API that the simulator has. rest is what follows the name: nothing or an id.
var resources = map[string]func(s *Simulator, c *call, rest []string) error{
	"Message": (*Simulator).serveMessage, "Number": (*Simulator).serveNumber,
	"Application": (*Simulator).serveApplication, "Powerpack": (*Simulator).servePowerpack,
	"Subaccount": (*Simulator).serveSubaccount,
}

func lacks(resource string) error {
	return refuse(http.StatusNotImplemented, "the simulator does not have Plivo's "+resource+"; it has "+
		"Application, Message, Number, Powerpack, Subaccount, and GET of NumberPool and of a message's Media")
}

// lacksMethod refuses a method that is not the resource's GET: with 501 where Plivo has it, else with 405.
func (c *call) lacksMethod(resource string, plivoHas ...string) error {
	if slices.Contains(plivoHas, c.r.Method) {
		return lacks(c.r.Method + " of " + resource)
	}
	c.w.Header().Set("Allow", "GET")
	return errMethod
}

// Handler serves the API and the control calls.
func (s *Simulator) Handler() http.Handler { return http.HandlerFunc(s.serve) }

func (s *Simulator) serve(w http.ResponseWriter, r *http.Request) {
	if isControl(r.URL.Path) {
		s.serveControl(w, r)
		return
	}
	apiID := s.apiID()
	w.Header().Set("Date", s.now().Add(s.o.Skew).UTC().Format(http.TimeFormat))
	c := &call{w: w, r: r, apiID: apiID, by: s.caller(r)}
	if err := s.serveCall(c); err != nil {
		s.deny(w, r, apiID, err)
	}
}

func (s *Simulator) serveCall(c *call) error {
	if c.by == nil {
		return refuse(http.StatusUnauthorized, unauthorized)
	}
	if err := s.enter(c.by); err != nil {
		return err
	}
	defer c.by.leave()
	if s.disabled(c.by) && !s.o.DisabledLate {
		return refuse(http.StatusForbidden, "this account is disabled")
	}
	if err := s.upset(c.r); err != nil {
		return err
	}
	c.r.Body = http.MaxBytesReader(c.w, c.r.Body, maxRequest)
	if c.r.URL.Path == "/plivoscope/inbound" {
		return s.serveInbound(c.w, c.r, c.apiID)
	}
	var sp *spawn
	var err error
	if c.r.ContentLength == 0 && c.r.URL.RawQuery != "" {
		sp, err = s.asked(nil, c.r.URL.Query())
	}
	if sp == nil && err == nil {
		err = s.route(c)
	}
	if sp == nil {
		sp, _ = err.(*spawn)
	}
	if sp != nil {
		return s.answerLater(c, sp)
	}
	return err
}

func (s *Simulator) route(c *call) error {
	parts := strings.Split(strings.Trim(c.r.URL.Path, "/"), "/")
	switch {
	case strings.Contains(strings.ToLower(c.r.URL.RawPath), "%2f"): // a slash that is none
		return errUnknown
	case len(parts) < 3 || parts[0] != "v1" || parts[1] != "Account" || parts[2] != c.by.AuthID:
		return errUnknown
	case len(parts) == 3:
		return s.serveAccount(c)
	case parts[3] == "Message" && len(parts) > 5 && len(parts) < 8 && parts[5] == "Media":
		return s.serveMedia(c, parts[4], parts[6:])
	case parts[3] == "NumberPool" && len(parts) > 5 && len(parts) < 8:
		return s.servePool(c, parts[4], parts[5], parts[6:])
	case len(parts) <= 5 && resources[parts[3]] != nil:
		return resources[parts[3]](s, c, parts[4:])
	case otherResources[strings.ToLower(parts[3])]:
		return lacks(parts[3])
	}
	return errUnknown
}

func (s *Simulator) serveMessage(c *call, rest []string) error {
	switch {
	case len(rest) == 0 && c.r.Method == http.MethodPost:
		return s.serveSend(c)
	case len(rest) == 0 && c.r.Method == http.MethodGet:
		return s.serveList(c)
	case len(rest) == 0:
		c.w.Header().Set("Allow", "GET, POST")
	case c.r.Method == http.MethodGet:
		return s.serveRecord(c, rest[0])
	default:
		c.w.Header().Set("Allow", "GET")
	}
	return errMethod
}

const unauthorized = "The auth id and auth token of this request are not those of a simulated account."

// deny answers as Plivo does: 401 in plain text, 404 as an empty object, all else as api_id and error.
func (s *Simulator) deny(w http.ResponseWriter, r *http.Request, apiID string, err error) {
	refused, ok := err.(*apiError)
	if !ok {
		refused = refuse(http.StatusInternalServerError, "internal server error")
	}
	s.emit(Event{Event: EventRefused, Method: r.Method, URL: r.URL.Path, Answered: refused.status, Problem: refused.words, Cause: refused.cause})
	switch refused.status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Basic realm="Plivo"`)
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(refused.status)
		_, _ = w.Write([]byte(refused.words))
	case http.StatusNotFound:
		answer(w, refused.status, struct{}{})
	default:
		answer(w, refused.status, map[string]string{"api_id": apiID, "error": refused.words})
	}
}

// answer writes v without a newline after it: clients compare Plivo's empty object byte by byte. What HTML would need
// escaped is not, so that a link shows its & as Plivo's do.
func answer(w http.ResponseWriter, status int, v any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	body := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// requester is the address of the client, without the port.
func requester(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}
