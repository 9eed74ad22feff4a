package simulator

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/plivo/scenario"
)

// rentedSince is when every number of the account was added.
const rentedSince = "2024-01-15"

// numberRecord is a number as GET shows it.
type numberRecord struct {
	APIID       string  `json:"api_id,omitempty"`
	AddedOn     string  `json:"added_on"`
	Alias       *string `json:"alias"`
	Application *string `json:"application"` // a path, with the id as its last part
	Carrier     string  `json:"carrier"`
	Country     string  `json:"country"`
	MonthlyRate string  `json:"monthly_rental_rate"`
	Number      string  `json:"number"`
	NumberType  string  `json:"number_type"`
	ResourceURI string  `json:"resource_uri"`
	SMSEnabled  bool    `json:"sms_enabled"`
	SMSRate     string  `json:"sms_rate"`
	MMSEnabled  bool    `json:"mms_enabled"`
	MMSRate     string  `json:"mms_rate"`
	SubAccount  *string `json:"sub_account"`
	VoiceOn     bool    `json:"voice_enabled"`
	VoiceRate   string  `json:"voice_rate"`
	TenDLC      *string `json:"tendlc_registration_status"`
	TollFree    *string `json:"toll_free_sms_verification"`
}

func (s *Simulator) numberRecordOf(n Number) numberRecord {
	const free = "0.00000"
	r := numberRecord{
		AddedOn: rentedSince, Alias: optional(n.Alias), Carrier: "Plivo", Country: scenario.NetworkOf(n.Number).Country,
		MonthlyRate: "0.80000", Number: n.Number, NumberType: n.Type, ResourceURI: s.path("Number/" + n.Number + "/"),
		SMSEnabled: !n.NoSMS, SMSRate: free, MMSEnabled: n.MMS, MMSRate: free, VoiceRate: free,
		TenDLC: optional(n.TenDLC), TollFree: optional(n.TollFree),
	}
	if n.App != "" {
		r.Application = optional(s.path("Application/" + n.App + "/"))
	}
	return r
}

// serveNumber is GET Number/, GET Number/{number}/ and POST Number/{number}/.
func (s *Simulator) serveNumber(w http.ResponseWriter, r *http.Request, apiID string, rest []string) error {
	switch {
	case len(rest) == 0 && r.Method == http.MethodGet:
		return s.serveNumbers(w, r.URL.Query(), apiID)
	case len(rest) == 0:
		w.Header().Set("Allow", "GET")
		return errMethod
	case r.Method == http.MethodGet:
		s.mu.Lock()
		n, ok := s.owned.number(alphanumeric(rest[0]))
		s.mu.Unlock()
		if !ok {
			return errUnknown
		}
		record := s.numberRecordOf(n)
		record.APIID = apiID
		answer(w, http.StatusOK, record)
		return nil
	case r.Method == http.MethodPost:
		return s.changeNumber(w, r, apiID, alphanumeric(rest[0]))
	default:
		w.Header().Set("Allow", "GET, POST")
		return errMethod
	}
}

// numberFilters are the parameters of a list of numbers.
var numberFilters = map[string]func(n numberRecord, value string) bool{
	"number_startswith": func(n numberRecord, v string) bool { return strings.HasPrefix(n.Number, undecorated(v)) },
	"type":              func(n numberRecord, v string) bool { return n.NumberType == v },
	"number_type":       func(n numberRecord, v string) bool { return n.NumberType == v },
	"alias":             func(n numberRecord, v string) bool { return n.Alias != nil && *n.Alias == v },
	"services": func(n numberRecord, v string) bool {
		has := map[string]bool{"sms": n.SMSEnabled, "mms": n.MMSEnabled, "voice": n.VoiceOn}
		return !slices.ContainsFunc(strings.Split(v, ","), func(service string) bool { return !has[service] })
	},
	"tendlc_registration_status": func(n numberRecord, v string) bool { return n.TenDLC != nil && *n.TenDLC == v },
	"toll_free_sms_verification": func(n numberRecord, v string) bool { return n.TollFree != nil && *n.TollFree == v },
}

func (s *Simulator) serveNumbers(w http.ResponseWriter, query url.Values, apiID string) error {
	for name := range query {
		if name != "limit" && name != "offset" && numberFilters[name] == nil {
			return refuse(http.StatusNotImplemented, "the simulator cannot filter numbers by "+name)
		}
	}
	s.mu.Lock()
	all := s.owned.numbers
	s.mu.Unlock()
	var wanted []numberRecord
	for _, n := range all {
		record, fits := s.numberRecordOf(n), true
		for name, filter := range numberFilters {
			fits = fits && (query.Get(name) == "" || filter(record, query.Get(name)))
		}
		if fits {
			wanted = append(wanted, record)
		}
	}
	return answerPage(s, w, "Number/", query, apiID, wanted)
}

// changeNumber gives a number another application or alias.
func (s *Simulator) changeNumber(w http.ResponseWriter, r *http.Request, apiID, number string) error {
	p, err := readParams(r)
	if err != nil {
		return err
	}
	var app, alias string
	if err := p.texts(map[string]*string{"app_id": &app, "alias": &alias}); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.owned.numbers, func(n Number) bool { return n.Number == number })
	if i < 0 {
		return errUnknown
	}
	changed := s.owned.numbers[i]
	if _, given := p["app_id"]; given {
		if _, ok := s.owned.app(app); app != "" && !ok {
			return badRequest("app_id is no application of this account")
		}
		changed.App = app
	}
	if _, given := p["alias"]; given {
		changed.Alias = alias
	}
	s.owned.numbers = slices.Clone(s.owned.numbers)
	s.owned.numbers[i] = changed
	answer(w, http.StatusAccepted, changedAnswer{apiID, "changed"})
	return nil
}

// changedAnswer is what a change is answered with.
type changedAnswer struct {
	APIID   string `json:"api_id"`
	Message string `json:"message"`
}
