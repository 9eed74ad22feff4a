package signature_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// The URL that a request asked for is its own, not that of an earlier tunnel.
func TestOwnAddress(t *testing.T) {
	s := newSigning(signature.V3)
	s.url = "http://127.0.0.1:4571/sms/inbound"
	c := s.asSent(t)
	c.URL, c.ReceivedURL = "https://name.example/sms/inbound", s.url
	c.OwnURLs = []string{"https://name.example", "http://127.0.0.1:4571"}
	d := signature.Diagnose(c)
	if f := first(t, d); !d.Explained() || !slices.Equal(f.Hypotheses, []string{"url-received"}) || !strings.Contains(f.Detail, s.url+", as the request itself has it") {
		t.Errorf("%v: %s", f.Hypotheses, f.Detail)
	}

	c.ReceivedURL = ""
	f := first(t, signature.Diagnose(c))
	if !slices.Equal(f.Hypotheses, []string{"known-origin"}) || !strings.Contains(f.Detail, "this server's own address, http://127.0.0.1:4571") || strings.Contains(f.Remedy, "earlier") {
		t.Errorf("%v: %s %s", f.Hypotheses, f.Detail, f.Remedy)
	}
	c.OwnURLs, c.KnownURLs = nil, []string{"http://127.0.0.1:4571"}
	f = first(t, signature.Diagnose(c))
	if !slices.Equal(f.Hypotheses, []string{"known-origin"}) || strings.Contains(f.Detail+f.Remedy, "public") || !strings.Contains(f.Detail, "an earlier address of this machine") {
		t.Errorf("%v: %s %s", f.Hypotheses, f.Detail, f.Remedy)
	}

	c = unexplained(t)
	c.OwnURLs, c.KnownURLs = []string{"http://127.0.0.1:4141"}, []string{"http://127.0.0.1:4141"}
	all := strings.Join(signature.Diagnose(c).RuledOut, "\n")
	if strings.Contains(all, "earlier") || !strings.Contains(all, "the URL is http://127.0.0.1:4141, this server's own address") {
		t.Error(all)
	}
	c.OwnURLs, c.KnownURLs = nil, []string{"https://old.example/x"}
	all = strings.Join(signature.Diagnose(c).RuledOut, "\n")
	if !strings.Contains(all, "https://old.example/x, which was registered with Plivo earlier") || strings.Contains(all, "own address") {
		t.Error(all)
	}
}

// An address of this machine is no riddle where the sender is on it too, and only there.
func TestLocalSender(t *testing.T) {
	for _, local := range []bool{true, false} {
		c := unexplained(t)
		c.URL, c.ReceivedURL, c.Local = "http://localhost:5000/sms", "http://localhost:5000/sms", local
		if found := names(signature.Diagnose(c)); slices.Contains(found, "url-private") == local {
			t.Errorf("local %t: found %v", local, found)
		}
	}
}

// A simulator checks with a token of its own: what was signed with the live account's is told that, and not
// to set it.
func TestLiveTokenOnASimulator(t *testing.T) {
	for _, local := range []bool{true, false} {
		c := unexplained(t)
		c.Local, c.Others = local, []signature.Token{signature.NewToken("live account", "another token")}
		sig, err := signature.Sign(c.Others[0], signature.V3, c.Method, c.URL, "12345", c.Params)
		if err != nil {
			t.Fatal(err)
		}
		c.Header = http.Header{"X-Plivo-Signature-V3": {sig}, "X-Plivo-Signature-V3-Nonce": {"12345"}}
		d := signature.Diagnose(c)
		if !slices.Contains(names(d), "token-other") {
			t.Fatalf("local %t: found %v", local, names(d))
		}
		says := d.Findings[0].Remedy
		if strings.Contains(says, "Set this token") == local || strings.Contains(says, "simulator") != local {
			t.Errorf("local %t: %s", local, says)
		}
	}
}

func names(d signature.Diagnosis) []string {
	var all []string
	for _, f := range d.Findings {
		all = append(all, f.Hypotheses...)
	}
	return all
}

// A token in a damaged form is that token, also where the whole one is known beside it.
func TestDamagedTokenIsTheSame(t *testing.T) {
	for name, c := range map[string]struct {
		damage func(string) string
		want   string
	}{
		"carriage return": {func(v string) string { return v + "\r\n" }, "token-newline"},
		"byte order mark": {func(v string) string { return "\ufeff" + v }, "token-bom"},
		"both":            {func(v string) string { return "\ufeff" + v + "\r\n" }, "token-cleaned"},
		"second line":     {func(v string) string { return v + "\n# of the shop" }, "token-first-line"},
		"second and mark": {func(v string) string { return "\ufeff" + v + "\r\nanything\r\n" }, "token-cleaned"},
		"quoted":          {func(v string) string { return `"` + v + `"` }, "token-quote"},
	} {
		s := newSigning(signature.V3)
		k := s.asSent(t)
		k.Tokens = []signature.Token{signature.NewToken("token", c.damage(s.token))}
		for _, others := range [][]signature.Token{nil, {signature.NewToken("account", s.token)}} {
			k.Others = others
			d := signature.Diagnose(k)
			if f := first(t, d); !d.Explained() || !slices.Equal(f.Hypotheses, []string{c.want}) || strings.Contains(f.Detail, `"account"`) {
				t.Errorf("%s: %v: %s", name, f.Hypotheses, f.Detail)
			}
		}
	}
}

// The length of a token says little: it comes last, and only where it is far from the usual one.
func TestTokenLengthComesLast(t *testing.T) {
	for n, want := range map[int]bool{20: true, 29: true, 30: false, 39: false, 60: false, 61: true} {
		c := unexplained(t)
		c.URL, c.Tokens = "http://10.0.0.7/sms", []signature.Token{signature.NewToken("account", strings.Repeat("a", n))}
		d := signature.Diagnose(c)
		if found := names(d); slices.Contains(found, "token-length") != want || found[0] != "url-private" {
			t.Errorf("%d characters: %v", n, found)
		}
	}
}

// Every detail goes on from "the signature".
func TestDetailsArePredicates(t *testing.T) {
	form := regexp.MustCompile(`^(matches if|cannot be computed|cannot be checked|is|has|covers)[ :]`)
	var all []signature.Finding
	for _, r := range singles {
		_, _, d := diagnose(t, signature.V3, r)
		all = append(all, d.Findings...)
	}
	for _, change := range suspect {
		c := unexplained(t)
		change(&c)
		all = append(all, signature.Diagnose(c).Findings...)
	}
	for _, f := range all {
		if !form.MatchString(f.Detail) || strings.HasSuffix(f.Detail, ".") {
			t.Errorf("%v: the signature %s", f.Hypotheses, f.Detail)
		}
	}
}

// suspect are changes that make something look wrong in itself.
var suspect = []func(*signature.Case){
	func(c *signature.Case) { c.Tokens = nil },
	func(c *signature.Case) { c.URL = "" },
	func(c *signature.Case) { c.URL = "http://10.0.0.7/sms" },
	func(c *signature.Case) { c.Header = nil },
	func(c *signature.Case) { delete(c.Header, "X-Plivo-Signature-V3") },
	func(c *signature.Case) { delete(c.Header, "X-Plivo-Signature-V3-Nonce") },
	func(c *signature.Case) { c.Header["X-Plivo-Signature-V3"] = []string{"x y"} },
	func(c *signature.Case) { c.Header["X-Plivo-Signature-V3-Nonce"] = []string{"nonce: 5"} },
	func(c *signature.Case) { c.Header["Content-Type"] = []string{"application/json"} },
	func(c *signature.Case) { c.Params = set("To", "[FILTERED]") },
	func(c *signature.Case) { c.Tokens = []signature.Token{signature.NewToken("account", "your token")} },
}

// What is done about another method speaks of methods.
func TestMethodSettings(t *testing.T) {
	s := newSigning(signature.V3)
	c := s.asSent(t)
	c.Method = "GET"
	f := first(t, signature.Diagnose(c))
	if f.Causes[0] != signature.CauseMethod {
		t.Fatalf("%v: %s", f.Hypotheses, f.Detail)
	}
	for _, set := range f.Settings {
		if strings.Contains(set.Text, "query") || !strings.Contains(strings.ToLower(set.Text), "method") && !strings.Contains(set.Text, "30") {
			t.Errorf("%s: %s", set.Framework, set.Text)
		}
	}
}

// Addresses and localhost have no name that www. could stand before.
func TestNoWWWBeforeAddresses(t *testing.T) {
	for _, host := range []string{"127.0.0.1", "10.0.0.7:3000", "app.localhost"} {
		c := unexplained(t)
		c.URL = "http://" + host + "/sms"
		if all := strings.Join(signature.Diagnose(c).RuledOut, "\n"); strings.Contains(all, "www.") {
			t.Errorf("%s: %s", host, all)
		}
	}
}

// The number of signatures is written as numbers are, and once.
func TestNumberOfSignatures(t *testing.T) {
	d := signature.Diagnose(inexplicable(t))
	if d.Tried < 1000 {
		t.Fatal(d.Tried)
	}
	all := strings.Join(slices.Concat(d.RuledOut, d.Remains), "\n")
	if strings.Count(all, "3,00") != 1 || strings.Contains(all, " 300") {
		t.Error(all)
	}
}

// A remedy names the side that has the slash.
func TestSlashRemedies(t *testing.T) {
	for _, c := range []struct{ signed, given, remedy string }{
		{"https://h/cb/", "https://h/cb", `"/" at the end of the URL registered with Plivo is not on the one that was checked: check over https://h/cb/, or register https://h/cb`},
		{"https://h/cb", "https://h/cb/", `"/" at the end of the URL that was checked is not on the one registered with Plivo: check over https://h/cb, or register https://h/cb/`},
	} {
		s := newSigning(signature.V3)
		s.url = c.signed
		k := s.asSent(t)
		k.URL = c.given
		if f := first(t, signature.Diagnose(k)); !strings.Contains(f.Remedy, c.remedy) {
			t.Errorf("%v: %s", f.Hypotheses, f.Remedy)
		}
	}
	for _, h := range signature.Hypotheses() {
		if strings.Contains(h.Remedy, "given") {
			t.Errorf("%s: %s", h.Name, h.Remedy)
		}
	}
}

// A change of the recipe reads like the others: what the header asks for, and what was done.
func TestRecipeChange(t *testing.T) {
	for name, c := range map[string]struct {
		scheme signature.Scheme
		make   func(signing) string
		want   signature.Change
	}{
		"V3 in V2": {signature.V2, func(s signing) string {
			s.scheme, s.make = signature.V3, nil
			return s.header(t)
		}, signature.Change{Part: signature.PartRecipe, Given: "Plivo's V2 recipe", Signed: "Plivo's V3 recipe"}},
		"V2 with a dash": {signature.V2, func(s signing) string {
			return mac(s.token, strings.Split(s.url, "?")[0]+"-"+s.nonce)
		}, signature.Change{Part: signature.PartRecipe, Given: "Plivo's V2 recipe", Signed: `Plivo's V2 recipe, but "-" stands between URL and nonce`}},
	} {
		s := newSigning(c.scheme)
		s.make = c.make
		f := first(t, signature.Diagnose(s.asSent(t)))
		if !slices.Contains(f.Changes, c.want) {
			t.Errorf("%s: %v %+v", name, f.Hypotheses, f.Changes)
		}
	}
}

// Every name that a finding may have stands in the list.
func TestNamesAreListed(t *testing.T) {
	listed := map[string]bool{}
	for _, h := range signature.Hypotheses() {
		if listed[h.Name] || h.About == "" || h.Remedy == "" || h.Cause == "" {
			t.Errorf("%+v", h)
		}
		listed[h.Name] = true
	}
	for _, h := range signature.Suspicions() {
		if listed[h.Name] || h.About == "" || h.Cause == "" {
			t.Errorf("%+v", h)
		}
		listed[h.Name] = true
	}
	for _, change := range suspect {
		c := unexplained(t)
		change(&c)
		for _, name := range names(signature.Diagnose(c)) {
			if !listed[name] {
				t.Errorf("%s is not listed", name)
			}
		}
	}
	for _, name := range []string{"hex-signature", "header-cut", "header-longer", "header-character-lost", "params-altered"} {
		if !listed[name] {
			t.Errorf("%s is not listed", name)
		}
	}
}

// One of a kind is not counted.
func TestOneIsNotCounted(t *testing.T) {
	c := unexplained(t)
	c.Params, c.Others = set("To", "1"), []signature.Token{main}
	c.Params = c.Params[:1]
	d := signature.Diagnose(c)
	if all := strings.Join(d.RuledOut, "\n"); strings.Contains(all, " 1 ways") || !slices.Contains(d.RuledOut, "parameters left out one by one") || !slices.Contains(d.RuledOut, "other tokens that are known") {
		t.Error(all)
	}
}

// An origin is found among all that were public, however many came after it; where the request is large, among the
// newest of them, so that there is time for what else may be the cause.
func TestManyEarlierAddresses(t *testing.T) {
	const n = 100
	for name, test := range map[string]struct{ size, place int }{"small": {10, n - 1}, "large": {40 << 10, 15}} {
		t.Run(name, func(t *testing.T) {
			s := newSigning(signature.V3)
			s.url, s.params = "https://ours.example/sms/inbound", inbound(strings.Repeat("x", test.size))
			c := s.asSent(t)
			c.URL = "https://name.example/sms/inbound"
			for i := range n {
				c.KnownURLs = append(c.KnownURLs, fmt.Sprintf("https://n%d.example", i))
			}
			c.KnownURLs[test.place] = "https://ours.example"
			f := first(t, signature.Diagnose(c))
			if !slices.Equal(f.Hypotheses, []string{"known-origin"}) || !strings.Contains(f.Detail, "the origin is that of an earlier public URL, https://ours.example") {
				t.Errorf("%v: %s", f.Hypotheses, f.Detail)
			}
			// What is behind them in the order is found too.
			c.URL, c.KnownURLs[test.place] = s.url+"/", "https://other.example"
			if f := first(t, signature.Diagnose(c)); !slices.Equal(f.Hypotheses, []string{"slash-removed"}) {
				t.Errorf("of a slash it says %v: %s", f.Hypotheses, f.Detail)
			}
		})
	}
}
