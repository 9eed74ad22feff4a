package simulator

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// defaultBalance is what the account has where Options name nothing, in dollars.
const defaultBalance = "25.00000"

// Number is a phone number that the account rents.
type Number struct {
	Number   string // with its country code
	Alias    string
	Type     string // local, tollfree, mobile, …; empty for local
	NoSMS    bool
	MMS      bool
	App      string // id of its application; NoApplication for none; empty for the account's first
	TenDLC   string // tendlc_registration_status, as COMPLETED; empty where it has none
	TollFree string // toll_free_sms_verification, as verified; empty where it has none
}

// NoApplication is the App of a number that belongs to no application.
const NoApplication = "none"

// Application says where the messages to its numbers go.
type Application struct {
	ID            string // made up when empty
	Name          string
	MessageURL    string // empty for none: inbound messages stay where they are
	MessageMethod string // POST or GET; empty for POST
	DefaultNumber bool   // default_number_app: new numbers get it
}

// Powerpack is a pool of numbers that send as one.
type Powerpack struct {
	UUID    string // made up when empty
	Name    string
	Numbers []string // of the account
	App     string   // id of its application; empty for none
}

// property is what the account has: numbers, applications and Powerpacks. The Simulator's mu guards it; what is in
// the slices is replaced, never changed in place.
type property struct {
	numbers []Number // without plus
	apps    []Application
	packs   []Powerpack
	made    uint64 // applications so far

	lists  []time.Time // when the latest lists of messages were asked for
	unpaid time.Time   // until then sends are refused for want of money
}

// How the account is cared for by Plivo's limits.
const (
	listsPerMinute = 20
	unpaidPause    = 2 * time.Minute // at speed 1, after a message failed for want of money
)

// mayList counts a list of messages, of which Plivo takes so many a minute.
func (p *property) mayList(now time.Time) bool {
	p.lists = slices.DeleteFunc(p.lists, func(t time.Time) bool { return now.Sub(t) >= time.Minute })
	if len(p.lists) >= listsPerMinute {
		return false
	}
	p.lists = append(p.lists, now)
	return true
}

// furnish gives the account what Options name, and what every account has.
func (s *Simulator) furnish() error {
	first := Application{Name: "Default Application", MessageURL: s.o.InboundURL, DefaultNumber: true}
	for _, a := range append([]Application{first}, s.o.Applications...) {
		a.ID = cmp.Or(a.ID, s.nextAppID())
		a.MessageMethod = cmp.Or(a.MessageMethod, http.MethodPost)
		s.owned.apps = append(s.owned.apps, a)
	}
	numbers := make([]Number, 0, len(s.o.Numbers)+len(s.o.MoreNumbers))
	for _, n := range s.o.Numbers {
		numbers = append(numbers, Number{Number: n})
	}
	for _, n := range append(numbers, s.o.MoreNumbers...) {
		given := n.Number
		n.Number, n.Type = alphanumeric(n.Number), cmp.Or(n.Type, "local")
		switch n.App {
		case "":
			n.App = s.owned.apps[0].ID
		case NoApplication:
			n.App = ""
		}
		if n.Number == "" {
			return fmt.Errorf("cannot give the simulated account the number %q: it has no digits; write it as %s", given, DefaultNumber)
		}
		if _, ok := s.owned.app(n.App); n.App != "" && !ok {
			return fmt.Errorf("cannot give the number %s the application %q: the simulated account has no such one", given, n.App)
		}
		s.owned.numbers = append(s.owned.numbers, n)
	}
	packs := s.o.Powerpacks
	if len(packs) == 0 {
		packs = []Powerpack{{Name: "Simulated powerpack", Numbers: []string{s.o.Numbers[0]}}}
	}
	for i, p := range packs {
		p.UUID = cmp.Or(p.UUID, s.dice.uuid("powerpack", uint64(i)))
		own := make([]string, len(p.Numbers))
		for k, n := range p.Numbers {
			own[k] = alphanumeric(n)
		}
		p.Numbers = own
		s.owned.packs = append(s.owned.packs, p)
	}
	return nil
}

// nextAppID makes up the id of an application: 17 digits. The caller holds mu, or nobody else has s yet.
func (s *Simulator) nextAppID() string {
	s.owned.made++
	return "2" + s.dice.text("0123456789", 16, "application", s.owned.made)
}

func (p *property) number(number string) (Number, bool) {
	i := slices.IndexFunc(p.numbers, func(n Number) bool { return n.Number == number })
	if i < 0 {
		return Number{}, false
	}
	return p.numbers[i], true
}

func (p *property) app(id string) (Application, bool) {
	i := slices.IndexFunc(p.apps, func(a Application) bool { return a.ID == id })
	if i < 0 {
		return Application{}, false
	}
	return p.apps[i], true
}

// appOf is the application that gets the messages to a number: the number's own, and for a number that is not the
// account's the first.
func (s *Simulator) appOf(number string) (Application, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n, ok := s.owned.number(number); ok {
		return s.owned.app(n.App)
	}
	if len(s.owned.apps) == 0 {
		return Application{}, false
	}
	return s.owned.apps[0], true
}

// mute tells that a number is the account's, but sends no SMS.
func (s *Simulator) mute(number string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.owned.number(number)
	return ok && n.NoSMS
}

// owns tells whether a number is the account's.
func (s *Simulator) owns(number string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.owned.number(number)
	return ok
}

// broke tells that the account has no money left.
func (s *Simulator) broke() bool {
	return strings.Trim(s.o.Balance, "0.") == "" || strings.HasPrefix(s.o.Balance, "-")
}

// refusesUnpaid tells whether a send is refused outright, because one has just failed for want of money.
func (s *Simulator) refusesUnpaid() bool {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	return now.Before(s.owned.unpaid)
}

// unpaid is the fate of an ordinary message of an account without money: it fails, and so do the sends after it.
func (s *Simulator) unpaid() Fate {
	until := s.now().Add(s.hurried(unpaidPause))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.owned.unpaid = until
	f, _ := ParseFate("failed:900")
	return f
}

// serveAccount is GET Account/{id}/.
func (s *Simulator) serveAccount(w http.ResponseWriter, r *http.Request, apiID string) error {
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		return errMethod
	}
	answer(w, http.StatusOK, struct {
		AccountType  string `json:"account_type"`
		Address      string `json:"address"`
		APIID        string `json:"api_id"`
		AuthID       string `json:"auth_id"`
		AutoRecharge bool   `json:"auto_recharge"`
		BillingMode  string `json:"billing_mode"`
		CashCredits  string `json:"cash_credits"`
		City         string `json:"city"`
		Name         string `json:"name"`
		ResourceURI  string `json:"resource_uri"`
		State        string `json:"state"`
		Timezone     string `json:"timezone"`
	}{
		AccountType: "standard", APIID: apiID, AuthID: s.authID, BillingMode: "prepaid", CashCredits: s.o.Balance,
		Name: "Simulated account", ResourceURI: s.path(""), Timezone: "UTC",
	})
	return nil
}
