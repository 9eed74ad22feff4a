package simulator

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Application says where the messages to its numbers go.
type Application struct {
	ID            string // made up when empty
	Name          string
	MessageURL    string // empty for none: inbound messages stay where they are; one elsewhere is kept, and not posted to
	MessageMethod string // POST or GET; empty for POST
	DefaultNumber bool   // default_number_app: new numbers get it
	Subaccount    string // name or auth id of the one that has it; empty for the main account

	endpoint, unlogged, public bool
	calls                      map[string]string // what it says of calls, by the names of the API
}

// callFields are what an application says of calls. They are kept, and mean nothing here.
var callFields = []string{"answer_url", "answer_method", "hangup_url", "hangup_method", "fallback_answer_url", "fallback_method"}

// appRecord is an application as GET shows it.
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

func (c *call) appRecordOf(a Application) appRecord {
	method := func(name string) string {
		if given := a.calls[name]; given != "" {
			return given
		}
		return http.MethodPost
	}
	return appRecord{
		AnswerMethod: method("answer_method"), AnswerURL: a.calls["answer_url"], AppID: a.ID, AppName: a.Name,
		DefaultApp: a.DefaultNumber, DefaultEndpointApp: a.endpoint, Enabled: true,
		FallbackAnswerURL: a.calls["fallback_answer_url"], FallbackMethod: method("fallback_method"),
		HangupMethod: method("hangup_method"), HangupURL: a.calls["hangup_url"], LogIncoming: !a.unlogged,
		MessageMethod: a.MessageMethod, MessageURL: a.MessageURL, PublicURI: a.public,
		ResourceURI: c.by.path("Application/" + a.ID + "/"), SIPURI: "sip:" + a.ID + "@app.plivo.com",
		SubAccount: optional(a.Subaccount),
	}
}

// SetInboundURL changes the message_url of the application that Options.InboundURL is of, where that was not deleted;
// empty for none.
func (s *Simulator) SetInboundURL(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.o.InboundURL = url // for what begins anew
	if i := slices.IndexFunc(s.owned.apps, func(a Application) bool { return a.ID == s.owned.first }); i >= 0 {
		s.owned.apps = slices.Clone(s.owned.apps)
		s.owned.apps[i].MessageURL = url
	}
}

// serveApplication is Application/ and Application/{id}/.
func (s *Simulator) serveApplication(c *call, rest []string) error {
	switch {
	case len(rest) == 0 && c.r.Method == http.MethodGet:
		return s.serveApplications(c)
	case len(rest) == 0 && c.r.Method == http.MethodPost:
		return s.makeApplication(c)
	case len(rest) == 0:
		c.w.Header().Set("Allow", "GET, POST")
	case c.r.Method == http.MethodGet:
		s.mu.Lock()
		a, ok := s.owned.app(rest[0])
		s.mu.Unlock()
		if !ok || !c.by.rules(a.Subaccount) {
			return errUnknown
		}
		record := c.appRecordOf(a)
		record.APIID = c.apiID
		answer(c.w, http.StatusOK, record)
		return nil
	case c.r.Method == http.MethodPost:
		return s.changeApplication(c, rest[0])
	case c.r.Method == http.MethodDelete:
		return s.dropApplication(c, rest[0])
	default:
		c.w.Header().Set("Allow", "GET, POST, DELETE")
	}
	return errMethod
}

func (s *Simulator) serveApplications(c *call) error {
	query := c.r.URL.Query()
	for name := range query {
		if !slices.Contains([]string{"limit", "offset", "app_name", "subaccount"}, name) {
			return refuse(http.StatusNotImplemented, "the simulator cannot filter applications by "+name)
		}
	}
	s.mu.Lock()
	all := s.owned.apps
	s.mu.Unlock()
	name, sub := query.Get("app_name"), query.Get("subaccount")
	if id, ok := s.subaccount(sub); ok {
		sub = id
	}
	var wanted []appRecord
	for _, a := range all {
		if c.by.rules(a.Subaccount) && (name == "" || a.Name == name) && (sub == "" || a.Subaccount == sub) {
			wanted = append(wanted, c.appRecordOf(a))
		}
	}
	return answerPage(c, "Application/", wanted)
}

// readApplication takes the fields of a request into an application; those that are not there stay as they are.
func (s *Simulator) readApplication(c *call, a *Application, p params) error {
	calls := maps.Clone(a.calls)
	if calls == nil {
		calls = make(map[string]string)
	}
	for _, name := range callFields {
		if _, given := p[name]; !given {
			continue
		}
		text, err := p.text(name)
		if err == nil {
			err = within(name, text, maxURL)
		}
		if err != nil {
			return err
		}
		calls[name] = text
	}
	a.calls = calls
	// in this order the first that is wrong is told
	for _, field := range []struct {
		name string
		into *string
		most int
	}{{"app_name", &a.Name, maxWord}, {"message_method", &a.MessageMethod, maxWord}, {"message_url", &a.MessageURL, maxURL}, {"subaccount", &a.Subaccount, maxWord}} {
		if _, given := p[field.name]; !given {
			continue
		}
		text, err := p.text(field.name)
		if err == nil {
			err = within(field.name, text, field.most)
		}
		if err != nil {
			return err
		}
		*field.into = text
	}
	logged := !a.unlogged
	for name, into := range map[string]*bool{
		"default_number_app": &a.DefaultNumber, "default_app": &a.DefaultNumber, "default_endpoint_app": &a.endpoint,
		"log_incoming_messages": &logged, "public_uri": &a.public,
	} {
		if err := p.truth(name, into); err != nil {
			return err
		}
	}
	a.unlogged = !logged
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
	owner, ok := s.subaccount(a.Subaccount)
	if !ok || !c.by.rules(owner) {
		return badRequest("subaccount is no subaccount of this account")
	}
	a.Subaccount = owner
	return nil
}

func (s *Simulator) makeApplication(c *call) error {
	p, err := c.params(s)
	if err != nil {
		return err
	}
	a := Application{Subaccount: c.by.subID()}
	if err := s.readApplication(c, &a, p); err != nil {
		return err
	}
	if a.ID, err = s.addApp(a); err != nil {
		return err
	}
	answer(c.w, http.StatusCreated, struct {
		APIID   string `json:"api_id"`
		AppID   string `json:"app_id"`
		Message string `json:"message"`
	}{c.apiID, a.ID, "created"})
	return nil
}

// maxApps is how many applications there can be before more are refused.
const maxApps = 1000

// addApp gives a new application its id.
func (s *Simulator) addApp(a Application) (id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.owned.apps) >= maxApps {
		return "", badRequest(fmt.Sprintf("the simulator keeps at most %d applications: delete some, or reset it", maxApps))
	}
	a.ID = s.nextAppID()
	s.owned.putApp(a)
	return a.ID, nil
}

func (s *Simulator) changeApplication(c *call, id string) error {
	p, err := c.params(s)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	changed, ok := s.owned.app(id)
	if !ok || !c.by.rules(changed.Subaccount) {
		return errUnknown
	}
	if err := s.readApplication(c, &changed, p); err != nil {
		return err
	}
	s.owned.putApp(changed)
	answer(c.w, http.StatusAccepted, changedAnswer{c.apiID, "changed"})
	return nil
}

// putApp puts an application in the place of the one with its id, or behind all others. Of an account's applications
// one is the default.
func (p *property) putApp(a Application) {
	p.apps = slices.Clone(p.apps)
	for i := range p.apps {
		if a.DefaultNumber && p.apps[i].Subaccount == a.Subaccount {
			p.apps[i].DefaultNumber = false
		}
		if a.endpoint && p.apps[i].Subaccount == a.Subaccount {
			p.apps[i].endpoint = false
		}
	}
	if i := slices.IndexFunc(p.apps, func(b Application) bool { return b.ID == a.ID }); i >= 0 {
		p.apps[i] = a
	} else {
		p.apps = append(p.apps, a)
	}
}

// dropApplication leaves the application's numbers without one.
func (s *Simulator) dropApplication(c *call, id string) error {
	p := params{}
	if c.r.ContentLength != 0 {
		var err error
		if p, err = c.params(s); err != nil {
			return err
		}
	}
	cascade := true // to the endpoints, of which there are none
	if err := p.truth("cascade", &cascade); err != nil {
		return err
	}
	heir, err := p.text("new_endpoint_application")
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if a, ok := s.owned.app(id); !ok || !c.by.rules(a.Subaccount) {
		return errUnknown
	}
	if a, ok := s.owned.app(heir); heir != "" && (!ok || heir == id || !c.by.rules(a.Subaccount)) {
		return badRequest("new_endpoint_application is no other application of this account")
	}
	s.owned.apps = slices.DeleteFunc(slices.Clone(s.owned.apps), func(a Application) bool { return a.ID == id })
	s.owned.numbers = slices.Clone(s.owned.numbers)
	for i := range s.owned.numbers {
		if s.owned.numbers[i].App == id {
			s.owned.numbers[i].App = ""
		}
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
