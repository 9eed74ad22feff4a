package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// appRecord is an application as GET shows it. What it says of calls is there, because it is there at Plivo, and
// stays empty.
type appRecord struct {
	AnswerMethod       string  `json:"answer_method"`
	AnswerURL          string  `json:"answer_url"`
	APIID              string  `json:"api_id,omitempty"`
	AppID              string  `json:"app_id"`
	AppName            string  `json:"app_name"`
	DefaultApp         bool    `json:"default_app"`
	DefaultEndpointApp bool    `json:"default_endpoint_app"`
	Enabled            bool    `json:"enabled"`
	FallbackAnswerURL  string  `json:"fallback_answer_url"`
	FallbackMethod     string  `json:"fallback_method"`
	HangupMethod       string  `json:"hangup_method"`
	HangupURL          string  `json:"hangup_url"`
	LogIncoming        bool    `json:"log_incoming_messages"`
	MessageMethod      string  `json:"message_method"`
	MessageURL         string  `json:"message_url"`
	PublicURI          bool    `json:"public_uri"`
	ResourceURI        string  `json:"resource_uri"`
	SIPURI             string  `json:"sip_uri"`
	SubAccount         *string `json:"sub_account"`
}

func (s *Simulator) appRecordOf(a Application) appRecord {
	return appRecord{
		AnswerMethod: http.MethodPost, AppID: a.ID, AppName: a.Name, DefaultApp: a.DefaultNumber, Enabled: true,
		FallbackMethod: http.MethodPost, HangupMethod: http.MethodPost, LogIncoming: true,
		MessageMethod: a.MessageMethod, MessageURL: a.MessageURL, ResourceURI: s.path("Application/" + a.ID + "/"),
		SIPURI: "sip:" + a.ID + "@app.plivo.com",
	}
}

// SetInboundURL changes the message_url of the account's first application; empty for none.
func (s *Simulator) SetInboundURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.InboundURL = url // for what begins anew
	if len(s.owned.apps) > 0 {
		s.owned.apps = slices.Clone(s.owned.apps)
		s.owned.apps[0].MessageURL = url
	}
}

// serveApplication is Application/ and Application/{id}/.
func (s *Simulator) serveApplication(w http.ResponseWriter, r *http.Request, apiID string, rest []string) error {
	switch {
	case len(rest) == 0 && r.Method == http.MethodGet:
		return s.serveApplications(w, r.URL.Query(), apiID)
	case len(rest) == 0 && r.Method == http.MethodPost:
		return s.makeApplication(w, r, apiID)
	case len(rest) == 0:
		w.Header().Set("Allow", "GET, POST")
	case r.Method == http.MethodGet:
		s.mu.Lock()
		a, ok := s.owned.app(rest[0])
		s.mu.Unlock()
		if !ok {
			return errUnknown
		}
		record := s.appRecordOf(a)
		record.APIID = apiID
		answer(w, http.StatusOK, record)
		return nil
	case r.Method == http.MethodPost:
		return s.changeApplication(w, r, apiID, rest[0])
	case r.Method == http.MethodDelete:
		return s.dropApplication(w, rest[0])
	default:
		w.Header().Set("Allow", "GET, POST, DELETE")
	}
	return errMethod
}

func (s *Simulator) serveApplications(w http.ResponseWriter, query url.Values, apiID string) error {
	for name := range query {
		if name != "limit" && name != "offset" && name != "app_name" {
			return refuse(http.StatusNotImplemented, "the simulator cannot filter applications by "+name)
		}
	}
	s.mu.Lock()
	all := s.owned.apps
	s.mu.Unlock()
	var wanted []appRecord
	for _, a := range all {
		if query.Get("app_name") == "" || a.Name == query.Get("app_name") {
			wanted = append(wanted, s.appRecordOf(a))
		}
	}
	return answerPage(s, w, "Application/", query, apiID, wanted)
}

// read takes the fields of a request into an application; those that are not there stay as they are.
func (a *Application) read(p params) error {
	for name, into := range map[string]*string{"app_name": &a.Name, "message_url": &a.MessageURL, "message_method": &a.MessageMethod} {
		if _, given := p[name]; !given {
			continue
		}
		text, err := p.text(name)
		if err != nil {
			return err
		}
		*into = text
	}
	if a.Name == "" {
		return badRequest("app_name is required")
	}
	if u, err := url.Parse(a.MessageURL); a.MessageURL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "") {
		return badRequest("message_url must be an absolute http or https URL")
	}
	switch a.MessageMethod = strings.ToUpper(a.MessageMethod); a.MessageMethod {
	case "":
		a.MessageMethod = http.MethodPost
	case http.MethodPost, http.MethodGet:
	default:
		return badRequest("message_method must be POST or GET")
	}
	return nil
}

func (s *Simulator) makeApplication(w http.ResponseWriter, r *http.Request, apiID string) error {
	p, err := readParams(r)
	if err != nil {
		return err
	}
	var a Application
	if err := a.read(p); err != nil {
		return err
	}
	s.mu.Lock()
	a.ID = s.nextAppID()
	s.owned.apps = append(slices.Clip(s.owned.apps), a)
	s.mu.Unlock()
	answer(w, http.StatusCreated, struct {
		APIID   string `json:"api_id"`
		AppID   string `json:"app_id"`
		Message string `json:"message"`
	}{apiID, a.ID, "created"})
	return nil
}

func (s *Simulator) changeApplication(w http.ResponseWriter, r *http.Request, apiID, id string) error {
	p, err := readParams(r)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.owned.apps, func(a Application) bool { return a.ID == id })
	if i < 0 {
		return errUnknown
	}
	changed := s.owned.apps[i]
	if err := changed.read(p); err != nil {
		return err
	}
	s.owned.apps = slices.Clone(s.owned.apps)
	s.owned.apps[i] = changed
	answer(w, http.StatusAccepted, changedAnswer{apiID, "changed"})
	return nil
}

// dropApplication leaves the application's numbers without one.
func (s *Simulator) dropApplication(w http.ResponseWriter, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.owned.app(id); !ok {
		return errUnknown
	}
	s.owned.apps = slices.DeleteFunc(slices.Clone(s.owned.apps), func(a Application) bool { return a.ID == id })
	s.owned.numbers = slices.Clone(s.owned.numbers)
	for i := range s.owned.numbers {
		if s.owned.numbers[i].App == id {
			s.owned.numbers[i].App = ""
		}
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
