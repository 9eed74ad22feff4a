package simulator

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

// noFee is what carriers take.
const noFee = "0.00000"

// record is a message as GET shows it. The API's times carry a zone, the callbacks' do not.
type record struct {
	APIID        string       `json:"api_id,omitempty"`
	UUID         string       `json:"message_uuid"`
	Time         string       `json:"message_time"`
	SentTime     *string      `json:"message_sent_time"`
	UpdatedTime  string       `json:"message_updated_time"`
	Direction    string       `json:"message_direction"`
	State        plivo.Status `json:"message_state"`
	Type         string       `json:"message_type"`
	From         string       `json:"from_number"`
	To           string       `json:"to_number"`
	Units        int          `json:"units"`
	TotalRate    string       `json:"total_rate"`
	TotalAmount  string       `json:"total_amount"`
	ErrorCode    *string      `json:"error_code"`
	ErrorMessage *string      `json:"error_message"`
	ResourceURI  string       `json:"resource_uri"`
	RequesterIP  string       `json:"requester_ip"`
	IsDomestic   bool         `json:"is_domestic"`
	PowerpackID  *string      `json:"powerpack_id"`
	Country      string       `json:"destination_country_iso2"`
	Network      string       `json:"destination_network"`
	CarrierFees  string       `json:"carrier_fees"`
	CarrierRate  string       `json:"carrier_fees_rate"`
	Log          string       `json:"log"`
	DLTEntity    string       `json:"dlt_entity_id,omitempty"`
	DLTTemplate  string       `json:"dlt_template_id,omitempty"`
	DLTCategory  string       `json:"dlt_template_category,omitempty"`
}

func (s *Simulator) recordOf(m *message, now time.Time) record {
	state := m.state(now)
	r := record{
		UUID: m.uuid, Time: recordTime(m.created), UpdatedTime: recordTime(state.at),
		Direction: string(m.direction), State: state.status, Type: cmp.Or(m.kind, plivo.SMS), From: m.from, To: m.to, Units: m.units,
		TotalRate: m.network.Rate(), TotalAmount: m.network.Amount(state.status, m.units), ErrorCode: optional(state.code),
		ResourceURI: s.path("Message/" + m.uuid + "/"), RequesterIP: m.ip,
		IsDomestic:  m.network.Country != "" && m.network.Country == scenario.NetworkOf(m.from).Country,
		PowerpackID: optional(m.powerpack), Country: m.network.Country, CarrierFees: noFee, CarrierRate: noFee, Log: m.log,
		DLTEntity: m.dlt.entity, DLTTemplate: m.dlt.template, DLTCategory: m.dlt.category,
	}
	for _, h := range m.course {
		if h.status == plivo.Sent && !h.at.After(now) {
			r.SentTime = optional(recordTime(h.at))
		}
	}
	if known, ok := plivo.LookupCode(state.code); ok && state.code != "" && known.Status != plivo.Delivered {
		r.ErrorMessage = optional(known.Meaning)
	}
	return r
}

func recordTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000000-07:00") }

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (s *Simulator) path(rest string) string { return "/v1/Account/" + s.authID + "/" + rest }

// serveRecord is GET Message/{uuid}/.
func (s *Simulator) serveRecord(w http.ResponseWriter, apiID, uuid string) error {
	s.mu.Lock()
	m, ok := s.ledger.get(uuid)
	s.mu.Unlock()
	if !ok {
		return errUnknown
	}
	r := s.recordOf(m, s.now())
	r.APIID = apiID
	answer(w, http.StatusOK, r)
	return nil
}

// filters are the parameters of a list that choose messages.
var filters = map[string]func(record) string{
	"message_state":     func(r record) string { return string(r.State) },
	"message_direction": func(r record) string { return r.Direction },
	"message_type":      func(r record) string { return r.Type },
	"from_number":       func(r record) string { return r.From },
	"to_number":         func(r record) string { return r.To },
	"error_code": func(r record) string {
		if r.ErrorCode == nil {
			return ""
		}
		return *r.ErrorCode
	},
}

// serveList is GET Message/: newest first, in pages.
func (s *Simulator) serveList(w http.ResponseWriter, r *http.Request, apiID string) error {
	now := s.now()
	s.mu.Lock()
	may := s.owned.mayList(now)
	s.mu.Unlock()
	if !may {
		return refuse(http.StatusTooManyRequests, "too many requests")
	}
	query := r.URL.Query()
	p, err := readPaging(query)
	if err != nil {
		return err
	}
	span, err := readSpan(query, now)
	if err != nil {
		return err
	}
	wanted := make(map[string]string)
	for name := range query {
		switch {
		case name == "limit" || name == "offset" || strings.HasPrefix(name, messageTime):
		case filters[name] == nil:
			return refuse(http.StatusNotImplemented, "the simulator cannot filter messages by "+name)
		case name == "from_number" || name == "to_number":
			wanted[name] = undecorated(query.Get(name))
		default:
			wanted[name] = query.Get(name)
		}
	}
	s.mu.Lock()
	all := s.ledger.newestFirst()
	s.mu.Unlock()
	page, more := s.page(slices.DeleteFunc(all, func(m *message) bool { return !span(m.created) }), wanted, p.offset, p.limit)
	answer(w, http.StatusOK, list{APIID: apiID, Meta: s.metaOf("Message/", query, p, more), Objects: page})
	return nil
}

// page gives the wanted messages from offset on, and whether there are more behind them.
func (s *Simulator) page(all []*message, wanted map[string]string, offset, limit int) (page []record, more bool) {
	now := s.now()
	page = []record{}
	for _, m := range all {
		r := s.recordOf(m, now)
		fits := true
		for name, value := range wanted {
			fits = fits && filters[name](r) == value
		}
		switch {
		case !fits:
		case offset > 0:
			offset--
		case len(page) == limit:
			return page, true
		default:
			page = append(page, r)
		}
	}
	return page, false
}
