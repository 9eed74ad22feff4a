package simulator

import (
	"net/http"
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
	SubName     string  `json:"sub_account_name,omitempty"`
	Campaign    *string `json:"tendlc_campaign_id"`
	TenDLC      *string `json:"tendlc_registration_status"`
	TollFree    *string `json:"toll_free_sms_verification"`
}

func (s *Simulator) numberRecordOf(c *call, n Number) numberRecord {
	const free = "0.00000"
	r := numberRecord{
		AddedOn: rentedSince, Alias: optional(n.Alias), Carrier: "Plivo", Country: scenario.NetworkOf(n.Number).Country,
		MonthlyRate: "0.80000", Number: n.Number, NumberType: n.Type, ResourceURI: c.by.path("Number/" + n.Number + "/"),
		SMSEnabled: !n.NoSMS, SMSRate: free, MMSEnabled: n.MMS, MMSRate: free, VoiceRate: free,
		SubAccount: optional(n.Subaccount), Campaign: optional(n.Campaign), TenDLC: optional(n.TenDLC), TollFree: optional(n.TollFree),
	}
	if n.App != "" {
		r.Application = optional(c.by.path("Application/" + n.App + "/"))
	}
	if t := s.tenant(n.Subaccount); n.Subaccount != "" && t != nil {
		r.SubName = t.Name
	}
	return r
}

// serveNumber is GET Number/, GET Number/{number}/ and POST Number/{number}/.
func (s *Simulator) serveNumber(c *call, rest []string) error {
	switch {
	case len(rest) == 0 && c.r.Method == http.MethodGet:
		return s.serveNumbers(c)
	case len(rest) == 0:
		return c.lacksMethod("Number", http.MethodPost)
	case c.r.Method == http.MethodGet:
		s.mu.Lock()
		n, ok := s.owned.number(alphanumeric(rest[0]))
		s.mu.Unlock()
		if !ok || !c.by.rules(n.Subaccount) {
			return errUnknown
		}
		record := s.numberRecordOf(c, n)
		record.APIID = c.apiID
		answer(c.w, http.StatusOK, record)
		return nil
	case c.r.Method == http.MethodPost:
		return s.changeNumber(c, alphanumeric(rest[0]))
	case c.r.Method == http.MethodDelete:
		return lacks("DELETE of Number")
	default:
		c.w.Header().Set("Allow", "GET, POST")
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
	"subaccount":                 func(n numberRecord, v string) bool { return n.SubAccount != nil && *n.SubAccount == v },
	"tendlc_campaign_id":         func(n numberRecord, v string) bool { return n.Campaign != nil && *n.Campaign == v },
	"tendlc_registration_status": func(n numberRecord, v string) bool { return n.TenDLC != nil && *n.TenDLC == v },
	"toll_free_sms_verification": func(n numberRecord, v string) bool { return n.TollFree != nil && *n.TollFree == v },
}

func (s *Simulator) serveNumbers(c *call) error {
	query := c.r.URL.Query()
	for name := range query {
		if name != "limit" && name != "offset" && numberFilters[name] == nil {
			return refuse(http.StatusNotImplemented, "the simulator cannot filter numbers by "+name)
		}
	}
	s.mu.Lock()
	all := s.owned.numbers
	s.mu.Unlock()
	if sub, ok := s.subaccount(query.Get("subaccount")); ok && sub != "" {
		query.Set("subaccount", sub) // which may be its name
	}
	var wanted []numberRecord
	for _, n := range all {
		record, fits := s.numberRecordOf(c, n), c.by.rules(n.Subaccount)
		for name, filter := range numberFilters {
			fits = fits && (query.Get(name) == "" || filter(record, query.Get(name)))
		}
		if fits {
			wanted = append(wanted, record)
		}
	}
	return answerPage(c, "Number/", wanted)
}

// changeNumber gives a number another application, alias or subaccount.
func (s *Simulator) changeNumber(c *call, number string) error {
	p, err := c.params(s)
	if err != nil {
		return err
	}
	var app, alias, sub string
	if err := p.texts(map[string]*string{"app_id": &app, "alias": &alias, "subaccount": &sub}); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.owned.numbers, func(n Number) bool { return n.Number == number })
	if i < 0 || !c.by.rules(s.owned.numbers[i].Subaccount) {
		return errUnknown
	}
	changed := s.owned.numbers[i]
	if _, given := p["app_id"]; given {
		if a, ok := s.owned.app(app); app != "" && (!ok || !c.by.rules(a.Subaccount)) {
			return badRequest("app_id is no application of this account")
		}
		changed.App = app
	}
	if _, given := p["alias"]; given {
		changed.Alias = alias
	}
	if _, given := p["subaccount"]; given {
		owner, ok := s.subaccount(sub)
		if !ok || !c.by.rules(owner) {
			return badRequest("subaccount is no subaccount of this account")
		}
		changed.Subaccount = owner
	}
	s.owned.numbers = slices.Clone(s.owned.numbers)
	s.owned.numbers[i] = changed
	answer(c.w, http.StatusAccepted, changedAnswer{c.apiID, "changed"})
	return nil
}

// changedAnswer is what a change is answered with.
type changedAnswer struct {
	APIID   string `json:"api_id"`
	Message string `json:"message"`
}
