package simulator

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// filters are the parameters of a list that choose messages, beside the account and the time.
var filters = map[string]func(record) string{
	"message_state":              func(r record) string { return string(r.State) },
	"message_direction":          func(r record) string { return r.Direction },
	"message_type":               func(r record) string { return r.Type },
	"from_number":                func(r record) string { return r.From },
	"to_number":                  func(r record) string { return r.To },
	"error_code":                 func(r record) string { return value(r.ErrorCode) },
	"powerpack_id":               func(r record) string { return value(r.PowerpackID) },
	"destination_country_iso2":   func(r record) string { return r.Country },
	"tendlc_campaign_id":         func(r record) string { return value(r.Campaign) },
	"tendlc_registration_status": func(r record) string { return value(r.TenDLC) },
	"conversation_id":            func(r record) string { return r.Conversation },
	"conversation_origin":        func(r record) string { return r.Origin },
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// wanted chooses messages for a list.
type wanted struct {
	owner  *tenant
	within func(time.Time) bool
	fields map[string]string
}

// readWanted reads the filters of a list. The messages of a subaccount are listed with its own credentials, or with
// those of the main account and its name.
func (s *Simulator) readWanted(c *call, query url.Values, now time.Time) (wanted, error) {
	want := wanted{owner: c.by, fields: make(map[string]string)}
	var err error
	if want.within, err = readSpan(query, now); err != nil {
		return want, err
	}
	for name := range query {
		given := query.Get(name)
		switch {
		case name == "limit" || name == "offset" || strings.HasPrefix(name, messageTime) || given == "":
		case name == "subaccount":
			owner := s.tenant(given)
			if owner == nil || !owner.sub || !c.by.rules(owner.AuthID) {
				return want, badRequest("subaccount is no subaccount of this account")
			}
			want.owner = owner
		case filters[name] == nil:
			return want, refuse(http.StatusNotImplemented, "the simulator cannot filter messages by "+name)
		case name == "message_state" && !s.isState(plivo.Status(given)):
			return want, badRequest(fmt.Sprintf("message_state is %q, which no message has; use a status as delivered", cut(given)))
		case name == "from_number" || name == "to_number":
			want.fields[name] = undecorated(given)
		default:
			want.fields[name] = given
		}
	}
	if err := oneOf("message_direction", want.fields["message_direction"], string(plivo.Inbound), string(plivo.Outbound)); err != nil {
		return want, err
	}
	return want, oneOf("message_type", want.fields["message_type"], plivo.SMS, plivo.MMS, plivo.WhatsApp)
}

// isState tells whether a message may have a status: Plivo's are known, and those of scenarios are what messages have.
func (s *Simulator) isState(status plivo.Status) bool {
	if status.Known() {
		return true
	}
	s.mu.Lock()
	all := s.ledger.newestFirst()
	s.mu.Unlock()
	return slices.ContainsFunc(all, func(m *message) bool {
		return slices.ContainsFunc(m.course, func(h hop) bool { return h.status == status })
	})
}

func (want wanted) fits(r record) bool {
	for name, value := range want.fields {
		if filters[name](r) != value {
			return false
		}
	}
	return true
}

// serveList is GET Message/: newest first, in pages.
func (s *Simulator) serveList(c *call) error {
	if !s.mayList(c.by) {
		return errTooMany
	}
	now, query := s.now(), c.r.URL.Query()
	p, err := readPaging(query)
	if err != nil {
		return err
	}
	want, err := s.readWanted(c, query, now)
	if err != nil {
		return err
	}
	page, more := s.page(c, want, now, p)
	answer(c.w, http.StatusOK, list{APIID: c.apiID, Meta: c.metaOf("Message/", query, p, more), Objects: page})
	return nil
}

// page gives the wanted messages from an offset on, and whether there are more behind them.
func (s *Simulator) page(c *call, want wanted, now time.Time, p paging) (page []record, more bool) {
	s.mu.Lock()
	all := s.ledger.newestFirst()
	s.mu.Unlock()
	page, skip := []record{}, p.offset
	for _, m := range all {
		if s.ownerOf(m) != want.owner || !want.within(m.created) {
			continue
		}
		skips := skip > 0
		if skips && len(want.fields) == 0 {
			skip--
			continue
		}
		r := s.recordOf(c, m, now)
		switch {
		case !want.fits(r):
		case skips:
			skip--
		case len(page) == p.limit:
			return page, true
		default:
			page = append(page, r)
		}
	}
	return page, false
}
