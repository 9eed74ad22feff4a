package simulator

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
)

// tollFree is the type of toll-free numbers.
const tollFree = "tollfree"

// Number is a phone number that the account rents.
type Number struct {
	Number     string // with its country code
	Alias      string
	Type       string // local, tollfree, mobile, shortcode, …; empty for local
	NoSMS      bool
	MMS        bool
	App        string  // id of its application; NoApplication for none; empty for the account's first
	TenDLC     string  // tendlc_registration_status, as COMPLETED; empty where it has none
	Campaign   string  // tendlc_campaign_id; empty where it has none
	TollFree   string  // toll_free_sms_verification, as verified; empty where it has none
	Subaccount string  // name or auth id of the one that has it; empty for the main account
	MPS        float64 // messages a second; 0 for those of Options.MPS
}

// NoApplication is the App of a number that belongs to no application.
const NoApplication = "none"

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
	first   string // id of the application that Options.InboundURL is of
}

// furnish gives the accounts what Options name, and what every account has.
func (s *Simulator) furnish() error {
	first := Application{Name: "Default Application", MessageURL: s.o.InboundURL, DefaultNumber: true}
	for _, a := range append([]Application{first}, s.o.Applications...) {
		a.ID = cmp.Or(a.ID, s.nextAppID())
		a.MessageMethod = cmp.Or(a.MessageMethod, http.MethodPost)
		var ok bool
		if a.Subaccount, ok = s.subaccount(a.Subaccount); !ok {
			return fmt.Errorf("cannot make the application %q: the subaccount that is to have it is not there; name one of Subaccounts", a.Name)
		}
		s.owned.apps = append(s.owned.apps, a)
	}
	s.owned.first = s.owned.apps[0].ID
	numbers := make([]Number, 0, len(s.o.Numbers)+len(s.o.MoreNumbers))
	for _, n := range s.o.Numbers {
		numbers = append(numbers, Number{Number: n, MMS: sendsMMS(n)})
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
		var ok bool
		if n.Subaccount, ok = s.subaccount(n.Subaccount); !ok {
			return fmt.Errorf("cannot give the number %s to a subaccount that is not there: name one of Subaccounts", n.Number)
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

// appOf is the application that gets the messages to a number of the account.
func (s *Simulator) appOf(number string) (Application, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n, ok := s.owned.number(number); ok {
		return s.owned.app(n.App)
	}
	return Application{}, false
}

// mute tells that a number is the account's, but sends no SMS.
func (s *Simulator) mute(number string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.owned.number(number)
	return ok && n.NoSMS
}

// owns tells whether a number is one that an account may send from.
func (s *Simulator) owns(by *tenant, number string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, ok := s.owned.number(number)
	return ok && (by == nil || by.rules(n.Subaccount))
}

// serveAccount is GET Account/{id}/.
func (s *Simulator) serveAccount(c *call) error {
	if c.r.Method != http.MethodGet {
		return c.lacksMethod("Account", http.MethodPost)
	}
	answer(c.w, http.StatusOK, struct {
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
		AccountType: "standard", APIID: c.apiID, AuthID: c.by.AuthID, BillingMode: "prepaid", CashCredits: s.purse.shown(),
		Name: c.by.Name, ResourceURI: c.by.path(""), Timezone: "UTC",
	})
	return nil
}
