package simulator

import (
	"net/http"
	"net/url"
	"slices"

	"dev.internal/plivoscope/internal/plivo/scenario"
)

// madeOn is when every Powerpack of the account was made, and its numbers were put in.
const madeOn = rentedSince + "T09:00:00.000000Z"

// packRecord is a Powerpack as GET shows it.
type packRecord struct {
	APIID           string `json:"api_id,omitempty"`
	ApplicationID   string `json:"application_id"`
	ApplicationType string `json:"application_type"`
	CreatedOn       string `json:"created_on"`
	LocalConnect    bool   `json:"local_connect"`
	Name            string `json:"name"`
	NumberPool      string `json:"number_pool"` // a path; the pool's id is the Powerpack's here
	StickySender    bool   `json:"sticky_sender"`
	UUID            string `json:"uuid"`
}

func (s *Simulator) packRecordOf(p Powerpack) packRecord {
	r := packRecord{
		ApplicationID: p.App, CreatedOn: madeOn, LocalConnect: true, Name: p.Name,
		NumberPool: s.path("NumberPool/" + p.UUID + "/"), StickySender: true, UUID: p.UUID,
	}
	if p.App != "" {
		r.ApplicationType = "XML"
	}
	return r
}

// servePowerpack is GET Powerpack/ and GET Powerpack/{uuid}/.
func (s *Simulator) servePowerpack(w http.ResponseWriter, r *http.Request, apiID string, rest []string) error {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		return errMethod
	}
	if len(rest) == 1 {
		p, ok := s.powerpack(rest[0])
		if !ok {
			return errUnknown
		}
		record := s.packRecordOf(p)
		record.APIID = apiID
		answer(w, http.StatusOK, record)
		return nil
	}
	var all []packRecord
	for _, p := range s.owned.packs { // nothing changes them
		all = append(all, s.packRecordOf(p))
	}
	return answerPage(s, w, "Powerpack/", r.URL.Query(), apiID, all)
}

func (s *Simulator) powerpack(uuid string) (Powerpack, bool) {
	i := slices.IndexFunc(s.owned.packs, func(p Powerpack) bool { return p.UUID == uuid })
	if i < 0 {
		return Powerpack{}, false
	}
	return s.owned.packs[i], true
}

// servePool is GET NumberPool/{uuid}/Number/, and the lists of short codes and toll-free numbers, which are empty.
func (s *Simulator) servePool(w http.ResponseWriter, r *http.Request, apiID, uuid, kind string) error {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		return errMethod
	}
	p, ok := s.powerpack(uuid)
	if !ok || !slices.Contains([]string{"Number", "Shortcode", "Tollfree"}, kind) {
		return errUnknown
	}
	type pooled struct {
		Resource string `json:"account_phone_number_resource"`
		AddedOn  string `json:"added_on"`
		Country  string `json:"country_iso2"`
		Number   string `json:"number"`
		Pool     string `json:"number_pool_uuid"`
		Service  string `json:"service"`
		Type     string `json:"type"`
	}
	var all []pooled
	for _, n := range p.Numbers {
		if kind == "Number" {
			all = append(all, pooled{
				Resource: s.path("Number/" + n + "/"), AddedOn: madeOn, Country: scenario.NetworkOf(n).Country,
				Number: n, Pool: uuid, Service: "sms", Type: "fixed",
			})
		}
	}
	return answerPage(s, w, "NumberPool/"+url.PathEscape(uuid)+"/"+kind+"/", r.URL.Query(), apiID, all)
}
