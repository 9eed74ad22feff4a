package simulator

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"maps"
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
}

func (e *apiError) Error() string { return e.words }

func refuse(status int, words string) *apiError { return &apiError{status, words} }

func badRequest(words string) *apiError { return refuse(http.StatusBadRequest, words) }

// errMethod refuses a method; the caller names in Allow those that there are.
var errMethod = refuse(http.StatusMethodNotAllowed, "method not allowed")

// errUnknown is Plivo's answer to what it does not have: 404 and an empty object.
var errUnknown = refuse(http.StatusNotFound, "")

// Resources of Plivo's API that the simulator does not have.
var otherResources = map[string]bool{
	"phonenumber": true, "media": true, "call": true,
	"conference": true, "recording": true, "endpoint": true, "pricing": true, "subaccount": true, "lookup": true,
	"verify": true, "verifiedcallerid": true, "profile": true, "10dlc": true, "multipartycall": true,
	"transcription": true, "masking": true, "tollfreeverification": true, "enduser": true, "compliancedocument": true,
	"compliancedocumenttype": true, "compliancerequirement": true, "complianceapplication": true, "jwt": true,
}

// resources are the parts of the API that the simulator has. rest is what follows the name: nothing or an id.
var resources = map[string]func(s *Simulator, w http.ResponseWriter, r *http.Request, apiID string, rest []string) error{
	"Message": (*Simulator).serveMessage, "Number": (*Simulator).serveNumber,
	"Application": (*Simulator).serveApplication, "Powerpack": (*Simulator).servePowerpack,
}

func lacks(resource string) error {
	return refuse(http.StatusNotImplemented, "the simulator does not have Plivo's "+resource+"; it has "+
		strings.Join(slices.Sorted(maps.Keys(resources)), ", "))
}

// Handler serves the API and the control calls.
func (s *Simulator) Handler() http.Handler { return http.HandlerFunc(s.serve) }

func (s *Simulator) serve(w http.ResponseWriter, r *http.Request) {
	apiID := s.apiID()
	w.Header().Set("Date", s.now().Add(s.o.Skew).UTC().Format(http.TimeFormat))
	if !s.authentic(r) {
		s.deny(w, r, apiID, refuse(http.StatusUnauthorized, unauthorized))
		return
	}
	if s.o.Disabled {
		s.deny(w, r, apiID, refuse(http.StatusForbidden, "this account is disabled"))
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxRequest)
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	var err error
	switch {
	case r.URL.Path == "/plivoscope/inbound":
		err = s.serveInbound(w, r, apiID)
	case len(parts) < 3 || parts[0] != "v1" || parts[1] != "Account" || parts[2] != s.authID:
		err = errUnknown
	case len(parts) == 3:
		err = s.serveAccount(w, r, apiID)
	case len(parts) == 6 && parts[3] == "Message" && parts[5] == "Media":
		err = lacks("Message Media")
	case len(parts) == 6 && parts[3] == "NumberPool":
		err = s.servePool(w, r, apiID, parts[4], parts[5])
	case len(parts) <= 5 && resources[parts[3]] != nil:
		err = resources[parts[3]](s, w, r, apiID, parts[4:])
	case otherResources[strings.ToLower(parts[3])]:
		err = lacks(parts[3])
	default:
		err = errUnknown
	}
	if err != nil {
		s.deny(w, r, apiID, err)
	}
}

func (s *Simulator) serveMessage(w http.ResponseWriter, r *http.Request, apiID string, rest []string) error {
	switch {
	case len(rest) == 0 && r.Method == http.MethodPost:
		return s.serveSend(w, r, apiID)
	case len(rest) == 0 && r.Method == http.MethodGet:
		return s.serveList(w, r, apiID)
	case len(rest) == 0:
		w.Header().Set("Allow", "GET, POST")
	case r.Method == http.MethodGet:
		return s.serveRecord(w, apiID, rest[0])
	default:
		w.Header().Set("Allow", "GET")
	}
	return errMethod
}

const unauthorized = "The auth id and auth token of this request are not those of a simulated account."

// authentic compares the credentials of a request without telling by its time how much of them fits.
func (s *Simulator) authentic(r *http.Request) bool {
	id, token, ok := r.BasicAuth()
	given, want := sha256.Sum256([]byte(id+"\x00"+token)), sha256.Sum256([]byte(s.authID+"\x00"+s.token))
	return ok && subtle.ConstantTimeCompare(given[:], want[:]) == 1
}

// deny answers as Plivo does: 401 in plain text, 404 as an empty object, all else as api_id and error.
func (s *Simulator) deny(w http.ResponseWriter, r *http.Request, apiID string, err error) {
	refused, ok := err.(*apiError)
	if !ok {
		refused = refuse(http.StatusInternalServerError, "internal server error")
	}
	s.emit(Event{Event: EventRefused, Method: r.Method, URL: r.URL.Path, Answered: refused.status, Problem: refused.words})
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

// answer writes v without a newline after it: clients compare Plivo's empty object byte by byte.
func answer(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
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
