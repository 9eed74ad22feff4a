package simulator_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// as makes a call with the credentials, and below the path, of a subaccount.
func (b *bench) as(a simulator.Subaccount, method, path, body string) (int, string) {
	b.t.Helper()
	status, _, answer := b.call(method, path, body, func(r *http.Request) {
		r.SetBasicAuth(a.AuthID, a.AuthToken)
		r.URL.Path = strings.Replace(r.URL.Path, b.AuthID(), a.AuthID, 1)
	})
	return status, answer
}

var uuidInAnswer = regexp.MustCompile(`"message_uuid":\["([^"]+)"\]`)

// sent takes the only UUID out of the answer to a send.
func sent(t *testing.T, status int, answer string) string {
	t.Helper()
	found := uuidInAnswer.FindStringSubmatch(answer)
	if status != 202 || found == nil {
		t.Fatalf("the send is answered %d %s", status, answer)
	}
	return found[1]
}

func TestSubaccounts(t *testing.T) {
	b := newBench(t, simulator.Options{
		Seed:        7,
		Subaccounts: []simulator.Subaccount{{Name: "shop", AuthID: "SASHOP00000000000001", AuthToken: "shop-token"}, {}, {Name: "off", Disabled: true}},
		MoreNumbers: []simulator.Number{{Number: "+14155550111", Subaccount: "shop"}},
	})
	made := b.Subaccounts()
	shop, second, off := made[0], made[1], made[2]
	if !regexp.MustCompile(`^SA[A-Z0-9]{18}$`).MatchString(second.AuthID) || len(second.AuthToken) != 40 || second.Name != "Subaccount 2" {
		t.Errorf("the made-up subaccount is %+v", second)
	}
	if got := values(b.get("Subaccount/"), "auth_id"); got != shop.AuthID+" "+second.AuthID+" "+off.AuthID {
		t.Errorf("the subaccounts are %s", got)
	}
	if a := b.get("Subaccount/" + shop.AuthID + "/"); a["name"] != "shop" || a["enabled"] != true || a["auth_token"] != "shop-token" || a["account"] != "/v1/Account/"+b.AuthID()+"/" {
		t.Errorf("the subaccount is %v", a)
	}

	body := `{"src":"14155550111","dst":"14155550123","text":"x","url":"` + b.receiver.url + `/sub"}`
	status, answer := b.as(shop, "POST", "Message/", body)
	subs := sent(t, status, answer)
	mains := b.send(b.draft("+14155550123"), "")[0]
	b.settle()
	got := b.receiver.of(subs)
	if len(got) != 3 {
		t.Fatalf("%d callbacks came of the subaccount's message", len(got))
	}
	for scheme, token := range map[signature.Scheme]string{
		signature.V2: "shop-token", signature.V3: "shop-token", signature.MaV2: b.AuthToken(), signature.MaV3: b.AuthToken(),
	} {
		r := got[0].signed
		r.Header = http.Header{scheme.Header(): r.Header[scheme.Header()], scheme.NonceHeader(): r.Header[scheme.NonceHeader()]}
		if v := signature.Verify(r, []signature.Token{signature.NewToken("it", token)}); v.Outcome != signature.Valid {
			t.Errorf("%s is %s with the token it should be of", scheme, v.Outcome)
		}
	}

	for name, test := range map[string]struct {
		by       simulator.Subaccount
		path     string
		status   int
		has, not string
	}{
		"its own list":                     {shop, "Message/", 200, subs, mains},
		"its own message":                  {shop, "Message/" + subs + "/", 200, `"resource_uri":"/v1/Account/SASHOP00000000000001/Message/` + subs, mains},
		"the main account's message":       {shop, "Message/" + mains + "/", 404, "{}", mains},
		"its own numbers":                  {shop, "Number/", 200, `"sub_account_name":"shop"`, "14155550100"},
		"the main account's number":        {shop, "Number/14155550100/", 404, "{}", "1415"},
		"no applications":                  {shop, "Application/", 200, `"objects":[]`, "Default"},
		"no Powerpacks":                    {shop, "Powerpack/", 200, `"objects":[]`, "Simulated"},
		"no subaccounts":                   {shop, "Subaccount/", 404, "{}", "shop"},
		"the other's list":                 {second, "Message/", 200, `"objects":[]`, subs},
		"the other by name":                {second, "Message/?subaccount=shop", 400, "no subaccount of this account", subs},
		"its account":                      {shop, "", 200, `"name":"shop"`, b.AuthID()},
		"a disabled one":                   {off, "Message/", 403, "disabled", subs},
		"another's token":                  {simulator.Subaccount{AuthID: shop.AuthID, AuthToken: second.AuthToken}, "", 401, "credentials", "shop"},
		"the main account's path":          {shop, "../" + b.AuthID() + "/Message/", 404, "{}", subs},
		"a path that is climbed from":      {shop, "Message/../../" + b.AuthID() + "/", 404, "{}", "name"},
		"a path that is climbed by code":   {shop, "Message/%2e%2e/%2e%2e/" + b.AuthID() + "/", 404, "{}", "name"},
		"an application of another's name": {second, "Application/?subaccount=" + shop.AuthID, 200, `"objects":[]`, "shop"},
	} {
		status, answer := b.as(test.by, "GET", test.path, "")
		if name == "another's token" {
			test.has = "auth token"
		}
		if status != test.status || !strings.Contains(answer, test.has) || strings.Contains(answer, test.not) {
			t.Errorf("%s: %s is answered %d %s", name, test.path, status, answer)
		}
	}
	for query, want := range map[string]string{"": mains, "?subaccount=shop": subs, "?subaccount=" + shop.AuthID: subs} {
		if got := values(b.get("Message/"+query), "message_uuid"); got != want {
			t.Errorf("the main account's list %q is %s, want %s", query, got, want)
		}
	}
	if got := values(b.get("Number/?subaccount="+shop.AuthID), "number"); got != "14155550111" {
		t.Errorf("the subaccount's numbers are %s", got)
	}
	if status, _, answer := b.call("POST", "Number/14155550111/", `{"subaccount":""}`, nil); status != 202 || b.get("Number/14155550111/")["sub_account"] != nil {
		t.Errorf("taking the number back is answered %d %s", status, answer)
	}
	if status, answer := b.as(shop, "POST", "Number/14155550111/", `{"alias":"mine"}`); status != 404 {
		t.Errorf("what is no more its own it changes: %d %s", status, answer)
	}
	if status, answer := b.as(second, "POST", "Application/", `{"app_name":"its"}`); status != 201 || values(b.get("Application/?subaccount=Subaccount%202"), "app_name") != "its" {
		t.Errorf("its application is answered %d %s", status, answer)
	}
}

func TestStrictSubaccounts(t *testing.T) {
	b := newBench(t, simulator.Options{StrictSenders: true, Subaccounts: []simulator.Subaccount{{Name: "shop"}}, MoreNumbers: []simulator.Number{{Number: "14155550111", Subaccount: "shop"}}})
	for src, want := range map[string]int{"14155550111": 202, "14155550100": 400} {
		if status, answer := b.as(b.Subaccounts()[0], "POST", "Message/", `{"src":"`+src+`","dst":"14155550123","text":"x"}`); status != want {
			t.Errorf("from %s it is answered %d %s", src, status, answer)
		}
	}
}

// TestSeveralTokens has every active token let in, and sign.
func TestSeveralTokens(t *testing.T) {
	b := newBench(t, simulator.Options{AuthToken: "first", AuthTokens: []string{"second"}})
	for token, want := range map[string]int{"first": 200, "second": 200, "third": 401} {
		if status, _, _ := b.call("GET", "", "", func(r *http.Request) { r.SetBasicAuth(b.AuthID(), token) }); status != want {
			t.Errorf("the token %s is answered %d, want %d", token, status, want)
		}
	}
	uuid := b.send(b.draft("+14155550123"), "")[0]
	b.settle()
	for _, c := range b.receiver.of(uuid) {
		for _, name := range []string{"X-Plivo-Signature-V2", "X-Plivo-Signature-Ma-V2", "X-Plivo-Signature-V3", "X-Plivo-Signature-Ma-V3"} {
			if list := strings.Split(c.header.Get(name), ","); len(list) != 2 || list[0] == list[1] {
				t.Errorf("%s is %q", name, c.header.Get(name))
			}
		}
		for _, token := range []string{"first", "second"} {
			if v := signature.Verify(c.signed, []signature.Token{signature.NewToken("it", token)}); v.Outcome != signature.Valid {
				t.Errorf("with %s it is %s", token, v.Outcome)
			}
		}
	}
}

func TestSubaccountsThatCannotBe(t *testing.T) {
	for says, o := range map[string]simulator.Options{
		"SA and 18":            {Subaccounts: []simulator.Subaccount{{AuthID: "MA000000000000000001"}}},
		"capital letters":      {Subaccounts: []simulator.Subaccount{{AuthID: "SA/../x"}}},
		"two accounts":         {Subaccounts: []simulator.Subaccount{{Name: "a"}, {Name: "a"}}},
		"empty auth token":     {AuthTokens: []string{""}},
		"subaccount that is n": {MoreNumbers: []simulator.Number{{Number: "14155550111", Subaccount: "none"}}},
		"is not there":         {Applications: []simulator.Application{{Name: "a", Subaccount: "none"}}},
	} {
		if _, err := simulator.New(o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error is %v, want %q in it", err, says)
		}
	}
}

// TestSeedRepeatsSubaccounts holds that one seed makes up the same credentials.
func TestSeedRepeatsSubaccounts(t *testing.T) {
	made := func(seed uint64) []simulator.Subaccount {
		return newBench(t, simulator.Options{Seed: seed, Subaccounts: make([]simulator.Subaccount, 3)}).Subaccounts()
	}
	if diff := cmp.Diff(made(1), made(1)); diff != "" || cmp.Equal(made(1), made(2)) {
		t.Errorf("a seed does not repeat, or another does: %s", diff)
	}
}
