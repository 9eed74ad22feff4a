package simulator

import (
	"hash/fnv"
	"net/http"
	"net/url"
	"slices"
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

func (c *call) packRecordOf(p Powerpack) packRecord {
	r := packRecord{
		ApplicationID: p.App, CreatedOn: madeOn, LocalConnect: true, Name: p.Name,
		NumberPool: c.by.path("NumberPool/" + p.UUID + "/"), StickySender: true, UUID: p.UUID,
	}
	if p.App != "" {
		r.ApplicationType = "XML"
	}
	return r
}

// servePowerpack is GET Powerpack/ and GET Powerpack/{uuid}/, of the main account.
func (s *Simulator) servePowerpack(c *call, rest []string) error {
	if c.r.Method != http.MethodGet {
		return c.lacksMethod("Powerpack", http.MethodPost, http.MethodDelete)
	}
	if len(rest) == 1 {
		p, ok := s.powerpack(c.by, rest[0])
		if !ok {
			return errUnknown
		}
		record := c.packRecordOf(p)
		record.APIID = c.apiID
		answer(c.w, http.StatusOK, record)
		return nil
	}
	var all []packRecord
	for _, p := range s.powerpacks() {
		if !c.by.sub {
			all = append(all, c.packRecordOf(p))
		}
	}
	return answerPage(c, "Powerpack/", all)
}

// powerpack finds a Powerpack of an account: a subaccount has none.
func (s *Simulator) powerpack(by *tenant, uuid string) (Powerpack, bool) {
	all := s.powerpacks()
	i := slices.IndexFunc(all, func(p Powerpack) bool { return p.UUID == uuid })
	if i < 0 || by.sub {
		return Powerpack{}, false
	}
	return all[i], true
}

func (s *Simulator) powerpacks() []Powerpack {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.owned.packs
}

// choosePool reads which numbers the Powerpack of an order can send from.
func (s *Simulator) choosePool(o *order) error {
	if err := within("powerpack_uuid", o.powerpack, maxWord); err != nil {
		return err
	}
	p, ok := s.powerpack(o.owner, o.powerpack)
	if !ok && s.o.AnyPowerpack {
		p, ok = s.powerpacks()[0], true
	}
	if !ok {
		return badRequest("powerpack_uuid is no Powerpack of this account")
	}
	for _, n := range p.Numbers {
		if !s.mute(n) {
			o.pool = append(o.pool, n)
		}
	}
	if len(o.pool) == 0 {
		return badRequest("powerpack_uuid is a Powerpack without a number that is enabled for SMS")
	}
	o.src = o.pool[0]
	return nil
}

// sender is the number that a destination gets its messages from: of a pool always the same one (sticky sender).
func (o *order) sender(to string) string {
	if len(o.pool) == 0 {
		return o.src
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(o.powerpack + "\x00" + to))
	return o.pool[h.Sum64()%uint64(len(o.pool))]
}

// pooledNumber is a number of a Powerpack as GET shows it.
type pooledNumber struct {
	Resource string `json:"account_phone_number_resource"`
	AddedOn  string `json:"added_on"`
	APIID    string `json:"api_id,omitempty"`
	Country  string `json:"country_iso2"`
	Number   string `json:"number"`
	Pool     string `json:"number_pool_uuid"`
	Service  string `json:"service"`
	Type     string `json:"type"`
}

// servePool is GET NumberPool/{uuid}/Number/ and Number/{number}/, the same of Tollfree, and the list of short
// codes, which is empty.
func (s *Simulator) servePool(c *call, uuid, kind string, rest []string) error {
	if !slices.Contains([]string{"Number", "Shortcode", "Tollfree"}, kind) {
		return errUnknown
	}
	if c.r.Method != http.MethodGet {
		return c.lacksMethod("NumberPool", http.MethodPost, http.MethodDelete)
	}
	p, ok := s.powerpack(c.by, uuid)
	if !ok {
		return errUnknown
	}
	var all []pooledNumber
	for _, n := range p.Numbers {
		s.mu.Lock()
		rented, _ := s.owned.number(n)
		s.mu.Unlock()
		if tollfree := rented.Type == tollFree; kind == "Shortcode" || tollfree != (kind == "Tollfree") {
			continue
		}
		all = append(all, pooledNumber{
			Resource: c.by.path("Number/" + n + "/"), AddedOn: madeOn, Country: region(n),
			Number: n, Pool: uuid, Service: "sms", Type: "fixed",
		})
	}
	if len(rest) == 0 {
		return answerPage(c, "NumberPool/"+url.PathEscape(uuid)+"/"+kind+"/", all)
	}
	i := slices.IndexFunc(all, func(n pooledNumber) bool { return n.Number == alphanumeric(rest[0]) })
	if i < 0 {
		return errUnknown
	}
	all[i].APIID = c.apiID
	answer(c.w, http.StatusOK, all[i])
	return nil
}
