package simulator

import (
	"cmp"
	"encoding/json"
	"net/http"
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
	Replaced     *string      `json:"replaced_sender"`
	PowerpackID  *string      `json:"powerpack_id"`
	Campaign     *string      `json:"tendlc_campaign_id"`
	TenDLC       *string      `json:"tendlc_registration_status"`
	Country      string       `json:"destination_country_iso2"`
	Network      string       `json:"destination_network"`
	CarrierFees  string       `json:"carrier_fees"`
	CarrierRate  string       `json:"carrier_fees_rate"`
	Log          string       `json:"log"`
	DLTEntity    string       `json:"dlt_entity_id"`
	DLTTemplate  string       `json:"dlt_template_id"`
	DLTCategory  string       `json:"dlt_template_category"`

	// Of WhatsApp. Plivo shows no objects again; who tests wants to see what came.
	Conversation string          `json:"conversation_id"`
	Origin       string          `json:"conversation_origin"`
	Expiration   string          `json:"conversation_expiration_timestamp"`
	Template     json.RawMessage `json:"template,omitempty"`
	Interactive  json.RawMessage `json:"interactive,omitempty"`
	Location     json.RawMessage `json:"location,omitempty"`
}

func (s *Simulator) recordOf(c *call, m *message, now time.Time) record {
	state, network, country, more := m.state(now), scenario.NetworkOf(m.to), region(m.to), m.extra()
	r := record{
		UUID: m.uuid, Time: recordTime(m.created), UpdatedTime: recordTime(state.at),
		Direction: string(m.direction), State: state.status, Type: cmp.Or(m.kind, plivo.SMS), From: m.from, To: m.to, Units: m.units,
		TotalRate: network.Rate(), TotalAmount: network.Amount(state.status, m.units), ErrorCode: optional(state.code),
		ResourceURI: c.by.path("Message/" + m.uuid + "/"), RequesterIP: m.ip,
		IsDomestic:  country != "" && country == region(m.from),
		PowerpackID: optional(more.powerpack), Country: country, CarrierFees: noFee, CarrierRate: noFee, Log: m.log,
		DLTEntity: more.dlt.entity, DLTTemplate: more.dlt.template, DLTCategory: more.dlt.category,
		Template: more.objects["template"], Interactive: more.objects["interactive"], Location: more.objects["location"],
	}
	for _, h := range m.course {
		if h.status == plivo.Sent && !h.at.After(now) {
			r.SentTime = optional(recordTime(h.at))
			if m.kind == plivo.WhatsApp {
				of := scenario.ConversationOf(m.from, m.to, h.at)
				r.Conversation, r.Origin, r.Expiration = of.ID, of.Origin, of.Expires.UTC().Format("2006-01-02 15:04:05-07:00")
			}
		}
	}
	if known, ok := plivo.LookupCode(state.code); ok && state.code != "" && known.Status != plivo.Delivered {
		r.ErrorMessage = optional(known.Meaning)
	}
	s.mu.Lock()
	n, _ := s.owned.number(m.from)
	s.mu.Unlock()
	r.Campaign, r.TenDLC = optional(n.Campaign), optional(n.TenDLC)
	return r
}

func recordTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05.000000-07:00") }

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// remembered finds a message that an account may see.
func (s *Simulator) remembered(c *call, uuid string) (*message, bool) {
	s.mu.Lock()
	m, ok := s.ledger.get(uuid)
	s.mu.Unlock()
	if !ok || !c.by.rules(s.ownerOf(m).subID()) {
		return nil, false
	}
	return m, true
}

// serveRecord is GET Message/{uuid}/.
func (s *Simulator) serveRecord(c *call, uuid string) error {
	m, ok := s.remembered(c, uuid)
	if !ok {
		return errUnknown
	}
	r := s.recordOf(c, m, s.now())
	r.APIID = c.apiID
	answer(c.w, http.StatusOK, r)
	return nil
}
