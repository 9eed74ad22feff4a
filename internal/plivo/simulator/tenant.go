package simulator

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// Subaccount is an account below the main one: it has credentials of its own, and numbers, applications and messages.
type Subaccount struct {
	Name       string
	AuthID     string   // begins with SA; made up when empty
	AuthToken  string   // made up when empty
	AuthTokens []string // that are active beside it
	Disabled   bool     // its calls are answered 403
}

// tenant is who calls the API: the main account or a subaccount. Only its counters change.
type tenant struct {
	Subaccount // also of the main account
	sub        bool
	digests    [][sha256.Size]byte // of its credentials, one for each active token
	keys       scenario.Keys

	busy     atomic.Int64 // requests that are being answered
	mu       sync.Mutex   // of what follows
	requests window
	lists    window
}

const upper, lower, digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz", "0123456789"

func (s *Simulator) madeUpToken(at ...uint64) string {
	return s.dice.text(upper+lower+digits, 40, "auth token", at...)
}

// settleIn makes the accounts that Options name.
func (s *Simulator) settleIn() error {
	main := Subaccount{
		Name: "Simulated account", AuthID: s.o.AuthID, AuthToken: cmp.Or(s.o.AuthToken, s.madeUpToken()),
		AuthTokens: s.o.AuthTokens, Disabled: s.o.Disabled,
	}
	if main.AuthID == "" {
		main.AuthID = "MA" + s.dice.text(upper+digits, 18, "auth id")
	}
	for i, a := range append([]Subaccount{main}, s.o.Subaccounts...) {
		n := uint64(i)
		if i > 0 {
			a.Name = cmp.Or(a.Name, fmt.Sprintf("Subaccount %d", i))
			a.AuthID = cmp.Or(a.AuthID, "SA"+s.dice.text(upper+digits, 18, "auth id", n))
			a.AuthToken = cmp.Or(a.AuthToken, s.madeUpToken(n))
			if !strings.HasPrefix(a.AuthID, "SA") || alphanumeric(a.AuthID) != a.AuthID {
				return fmt.Errorf("cannot make a subaccount with the auth id %q: it is SA and 18 capital letters and digits; leave it out to have one made up", a.AuthID)
			}
		}
		if s.tenant(a.AuthID) != nil || s.tenant(a.Name) != nil {
			return fmt.Errorf("cannot make two accounts with the name %q or the auth id %s: give each its own", a.Name, a.AuthID)
		}
		t := &tenant{Subaccount: a, sub: i > 0}
		for _, token := range append([]string{a.AuthToken}, a.AuthTokens...) {
			if token == "" {
				return fmt.Errorf("cannot give the account %s an empty auth token: name one, or leave it out to have one made up", a.AuthID)
			}
			t.digests = append(t.digests, sha256.Sum256([]byte(a.AuthID+"\x00"+token)))
			t.keys.Account = append(t.keys.Account, signature.NewToken("account", token))
		}
		t.keys.Main = t.keys.Account
		switch {
		case s.o.MainToken != "":
			t.keys.Main = []signature.Token{signature.NewToken("main account", s.o.MainToken)}
		case t.sub:
			t.keys.Main = s.main().keys.Account
		}
		s.tenants = append(s.tenants, t)
	}
	return nil
}

func (s *Simulator) main() *tenant { return s.tenants[0] }

// tenant finds an account by its auth id or its name; nil for none.
func (s *Simulator) tenant(named string) *tenant {
	i := slices.IndexFunc(s.tenants, func(t *tenant) bool { return t.AuthID == named || t.Name == named })
	if i < 0 {
		return nil
	}
	return s.tenants[i]
}

// subaccount finds the auth id of a subaccount by that or its name; empty stays so, which is the main account.
func (s *Simulator) subaccount(named string) (authID string, ok bool) {
	if named == "" {
		return "", true
	}
	if t := s.tenant(named); t != nil && t.sub {
		return t.AuthID, true
	}
	return "", false
}

// subID is the auth id of a subaccount; empty for the main account.
func (t *tenant) subID() string {
	if t.sub {
		return t.AuthID
	}
	return ""
}

// rules tells whether an account may see and change what belongs to another, or to the main account where that is
// empty: the main account all, a subaccount its own.
func (t *tenant) rules(owner string) bool { return !t.sub || owner == t.AuthID }

func (t *tenant) path(rest string) string { return "/v1/Account/" + t.AuthID + "/" + rest }

// caller is the account whose credentials a request has; nil for none. How long it takes does not tell how much of
// them fits.
func (s *Simulator) caller(r *http.Request) *tenant {
	id, token, ok := r.BasicAuth()
	if !ok {
		return nil
	}
	given := sha256.Sum256([]byte(id + "\x00" + token))
	var found *tenant
	for _, t := range s.tenants {
		for i := range t.digests {
			if subtle.ConstantTimeCompare(given[:], t.digests[i][:]) == 1 {
				found = t
			}
		}
	}
	return found
}

// keysOf are the tokens of the account that a message belongs to, and the main account's.
func (s *Simulator) keysOf(m *message) scenario.Keys { return s.ownerOf(m).keys }

// ownerOf is the account of a message: the one that sent it, or that has the number it came to.
func (s *Simulator) ownerOf(m *message) *tenant {
	if m.owner != nil {
		return m.owner
	}
	return s.main()
}

// ownerOfNumber is the account that rents a number; the main one for a number that nobody here rents.
func (s *Simulator) ownerOfNumber(number string) *tenant {
	s.mu.Lock()
	n, ok := s.owned.number(number)
	s.mu.Unlock()
	if ok && n.Subaccount != "" {
		return s.tenant(n.Subaccount)
	}
	return s.main()
}

// AuthID is the main account's auth id.
func (s *Simulator) AuthID() string { return s.main().AuthID }

// AuthToken is the main account's first auth token, in the clear: for the one who has to configure a client.
func (s *Simulator) AuthToken() string { return s.main().AuthToken }

// Subaccounts are the subaccounts, with their credentials in the clear.
func (s *Simulator) Subaccounts() []Subaccount {
	var all []Subaccount
	for _, t := range s.tenants[1:] {
		all = append(all, t.Subaccount)
	}
	return all
}
