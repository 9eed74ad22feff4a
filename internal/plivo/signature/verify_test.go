package signature_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/signature"
)

var (
	schemes = []signature.Scheme{signature.V3, signature.MaV3, signature.V2, signature.MaV2, signature.V1}

	account = signature.NewToken("account", "account-token")
	main    = signature.NewToken("main account", "main-token")
	other   = signature.NewToken("other", "other-token")
)

const (
	callbackURL = "https://example.com/sms/delivery-report?env=dev"
	nonce       = "05429567804466091622"
	wrong       = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
)

var body = []signature.Param{{Name: "MessageUUID", Value: "5b40a428-bfc7-4daf-9d06-726c558bf3b8"}, {Name: "Status", Value: "delivered"}}

func sign(t *testing.T, token signature.Token, scheme signature.Scheme) string {
	t.Helper()
	s, err := signature.Sign(token, scheme, "POST", callbackURL, nonce, body)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// request is a callback with these headers, given as name and value in turn, and with both nonces.
func request(headers ...string) signature.Request {
	h := http.Header{}
	h.Set("X-Plivo-Signature-V2-Nonce", nonce)
	h.Set("X-Plivo-Signature-V3-Nonce", nonce)
	for i := 0; i < len(headers); i += 2 {
		h.Add(headers[i], headers[i+1])
	}
	return signature.Request{Method: "POST", URL: callbackURL, Header: h, Params: body}
}

func TestVerifyNamesWhatMatched(t *testing.T) {
	for _, scheme := range schemes {
		v := signature.Verify(request(scheme.Header(), sign(t, main, scheme)), []signature.Token{account, main})
		want := signature.Result{Outcome: signature.Valid, Scheme: scheme, Header: scheme.Header(), Token: "main account"}
		if v.Result != want {
			t.Errorf("%s: %+v, want %+v", scheme, v.Result, want)
		}
		base, err := signature.Base(scheme, "POST", callbackURL, nonce, body)
		if err != nil {
			t.Fatal(err)
		}
		if v.Base != base {
			t.Errorf("%s: base %q, want %q", scheme, v.Base, base)
		}
	}
}

func TestVerifyTiers(t *testing.T) {
	good := map[signature.Scheme]string{}
	for _, s := range schemes {
		good[s] = sign(t, account, s)
	}
	mine := []signature.Token{account}
	for _, c := range []struct {
		name    string
		headers []string
		tokens  []signature.Token
		outcome signature.Outcome
		scheme  signature.Scheme
	}{
		{"V3 before V2 and V1", []string{"X-Plivo-Signature-V3", good["V3"], "X-Plivo-Signature-V2", wrong, "X-Plivo-Signature", wrong}, mine, signature.Valid, "V3"},
		{"V2 does not rescue V3", []string{"X-Plivo-Signature-V3", wrong, "X-Plivo-Signature-V2", good["V2"]}, mine, signature.Invalid, "V3"},
		{"V2 does not rescue Ma-V3", []string{"X-Plivo-Signature-Ma-V3", wrong, "X-Plivo-Signature-V2", good["V2"], "X-Plivo-Signature-Ma-V2", good["Ma-V2"]}, mine, signature.Invalid, "Ma-V3"},
		{"V1 does not rescue V2", []string{"X-Plivo-Signature-V2", wrong, "X-Plivo-Signature", good["V1"]}, mine, signature.Invalid, "V2"},
		{"Ma-V3 rescues V3", []string{"X-Plivo-Signature-V3", wrong, "X-Plivo-Signature-Ma-V3", good["Ma-V3"]}, mine, signature.Valid, "Ma-V3"},
		{"V2 rescues Ma-V2", []string{"X-Plivo-Signature-V2", good["V2"], "X-Plivo-Signature-Ma-V2", wrong}, mine, signature.Valid, "V2"},
		{"V1 alone", []string{"X-Plivo-Signature", good["V1"]}, mine, signature.Valid, "V1"},
		{"another token", []string{"X-Plivo-Signature-V3", good["V3"]}, []signature.Token{other}, signature.Invalid, "V3"},
		{"an empty header is none", []string{"X-Plivo-Signature-V3", " , ", "X-Plivo-Signature-V2", good["V2"]}, mine, signature.Valid, "V2"},
		{"no header", nil, mine, signature.Missing, ""},
		{"no header and no token", nil, nil, signature.Missing, ""},
		{"no token", []string{"X-Plivo-Signature-V3", good["V3"]}, nil, signature.Unchecked, "V3"},
		{"empty tokens", []string{"X-Plivo-Signature-V3", good["V3"]}, []signature.Token{{}, signature.NewToken("a", "")}, signature.Unchecked, "V3"},
		{"an empty token beside a good one", []string{"X-Plivo-Signature-V3", good["V3"]}, []signature.Token{{}, account}, signature.Valid, "V3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := signature.Verify(request(c.headers...), c.tokens)
			if v.Outcome != c.outcome || v.Scheme != c.scheme {
				t.Errorf("outcome %s by %q, want %s by %q", v.Outcome, v.Scheme, c.outcome, c.scheme)
			}
			if (v.Token != "") != (c.outcome == signature.Valid) {
				t.Errorf("token %q of an outcome %s", v.Token, v.Outcome)
			}
		})
	}
}

func TestVerifyWithoutNonce(t *testing.T) {
	good := sign(t, account, signature.V3)
	r := request("X-Plivo-Signature-V3", good, "X-Plivo-Signature-V2", sign(t, account, signature.V2))
	delete(r.Header, "X-Plivo-Signature-V3-Nonce")
	for name, values := range map[string][]string{"none": nil, "empty": {"", " "}} {
		if values != nil {
			r.Header["X-Plivo-Signature-V3-Nonce"] = values
		}
		v := signature.Verify(r, []signature.Token{account})
		if v.Outcome != signature.Missing || v.Scheme != signature.V3 || v.Header != "X-Plivo-Signature-V3" || v.Base != "" {
			t.Errorf("nonce header %s: %+v, want missing by V3 without a base", name, v)
		}
		if len(v.Checks) != 2 || v.Checks[1].Token != "account" {
			t.Errorf("nonce header %s: the weaker V2 is to be shown as matching: %+v", name, v.Checks)
		}
	}
}

func TestVerifyListsEveryFamilyStrongestFirst(t *testing.T) {
	var headers []string
	for _, s := range []signature.Scheme{"V1", "V2", "Ma-V3", "V3", "Ma-V2"} {
		headers = append(headers, s.Header(), sign(t, account, s))
	}
	headers[7] = wrong + " , " + headers[7] // V3
	v := signature.Verify(request(headers...), []signature.Token{other, account})
	want := make([]signature.Check, 0, len(schemes))
	for _, s := range schemes {
		base, err := signature.Base(s, "POST", callbackURL, nonce, body)
		if err != nil {
			t.Fatal(err)
		}
		c := signature.Check{Scheme: s, Header: s.Header(), Nonce: nonce, Given: []string{sign(t, account, s)}, Base: base, Token: "account"}
		if s == signature.V1 {
			c.Nonce = ""
		}
		if s == signature.V3 {
			c.Given = []string{wrong, c.Given[0]}
		}
		want = append(want, c)
	}
	if d := cmp.Diff(want, v.Checks); d != "" {
		t.Errorf("checks (-want +got):\n%s", d)
	}
}

func TestVerifyLists(t *testing.T) {
	good := sign(t, account, signature.V3)
	for _, c := range []struct {
		name  string
		lines []string
		valid bool
	}{
		{"one", []string{good}, true},
		{"last of a list", []string{wrong + "," + good}, true},
		{"spaces", []string{"  " + wrong + " ,\t" + good + "  "}, true},
		{"empty entries", []string{",," + good + ","}, true},
		{"another line", []string{wrong, good}, true},
		{"none of them", []string{wrong + "," + wrong, wrong}, false},
		{"without padding", []string{strings.TrimRight(good, "=")}, false},
		{"cut", []string{good[:20]}, false},
		{"followed by more", []string{good + "x"}, false},
		{"joined by something else", []string{wrong + ";" + good}, false},
		{"very long", []string{strings.Repeat("A", 1<<16)}, false},
		{"no base64", []string{strings.Repeat("\xff", len(good))}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := request()
			r.Header["X-Plivo-Signature-V3"] = c.lines
			v := signature.Verify(r, []signature.Token{other, account})
			if (v.Outcome == signature.Valid) != c.valid {
				t.Errorf("outcome %s, want valid = %v", v.Outcome, c.valid)
			}
		})
	}
}

func TestVerifyFindsHeadersInAnyCase(t *testing.T) {
	r := request()
	r.Header = map[string][]string{
		"x-plivo-signature-v3":       {sign(t, account, signature.V3)},
		"X-PLIVO-SIGNATURE-V3-NONCE": {nonce},
	}
	v := signature.Verify(r, []signature.Token{account})
	if v.Outcome != signature.Valid || v.Header != "X-Plivo-Signature-V3" {
		t.Errorf("%+v, want valid under the canonical name", v.Result)
	}
}

func TestVerifyUnreadableURL(t *testing.T) {
	r := request("X-Plivo-Signature-V3", sign(t, account, signature.V3))
	r.URL = "/sms/delivery-report"
	if v := signature.Verify(r, []signature.Token{account}); v.Outcome != signature.Invalid || v.Base != "" {
		t.Errorf("%+v, want invalid without a base", v)
	}
}

func TestVerifyNamesATokenWithoutLabel(t *testing.T) {
	unnamed := signature.NewToken("", "account-token")
	v := signature.Verify(request("X-Plivo-Signature-V3", sign(t, account, signature.V3)), []signature.Token{unnamed})
	if v.Outcome != signature.Valid || v.Token == "" {
		t.Errorf("%+v, want valid by a token with some name", v.Result)
	}
}

func TestVerifyOfNothing(t *testing.T) {
	v := signature.Verify(signature.Request{}, nil)
	if d := cmp.Diff(signature.Verdict{Result: signature.Result{Outcome: signature.Missing}}, v); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestWorse(t *testing.T) {
	order := []signature.Outcome{signature.Valid, signature.Unchecked, signature.Missing, signature.Invalid}
	for i, a := range order {
		for j, b := range order {
			if got, want := a.Worse(b), order[max(i, j)]; got != want {
				t.Errorf("%s.Worse(%s) = %s, want %s", a, b, got, want)
			}
		}
	}
}

// BenchmarkVerify is a delivery report as a subaccount gets it, checked with two tokens.
func BenchmarkVerify(b *testing.B) {
	params := report()
	h := http.Header{
		"Content-Type": {"application/x-www-form-urlencoded"}, "User-Agent": {"plivo"}, "Accept": {"*/*"},
		"Content-Length": {"612"}, "X-Forwarded-For": {"192.0.2.1"}, "X-Forwarded-Proto": {"https"},
	}
	for _, s := range []signature.Scheme{"V2", "Ma-V2", "V3", "Ma-V3"} {
		token := account
		if strings.HasPrefix(string(s), "Ma-") {
			token = main
		}
		given, err := signature.Sign(token, s, "POST", callbackURL, nonce, params)
		if err != nil {
			b.Fatal(err)
		}
		h.Set(s.Header(), given)
		h.Set(s.NonceHeader(), nonce)
	}
	r := signature.Request{Method: "POST", URL: callbackURL, Header: h, Params: params}
	tokens := []signature.Token{account, main}
	b.ReportAllocs()
	for b.Loop() {
		if v := signature.Verify(r, tokens); v.Outcome != signature.Valid {
			b.Fatal(v.Outcome)
		}
	}
}

func report() []signature.Param {
	return []signature.Param{
		{Name: "MessageUUID", Value: "5b40a428-bfc7-4daf-9d06-726c558bf3b8"},
		{Name: "To", Value: "14155550199"},
		{Name: "From", Value: "14155550100"},
		{Name: "Type", Value: "sms"},
		{Name: "Status", Value: "delivered"},
		{Name: "Units", Value: "1"},
		{Name: "TotalRate", Value: "0.00250"},
		{Name: "TotalAmount", Value: "0.00250"},
		{Name: "MCC", Value: "310"},
		{Name: "MNC", Value: "004"},
		{Name: "ErrorCode", Value: "000"},
		{Name: "ParentMessageUUID", Value: "5b40a428-bfc7-4daf-9d06-726c558bf3b8"},
		{Name: "PartInfo", Value: ""},
		{Name: "Sequence", Value: "3"},
		{Name: "MessageTime", Value: "2024-08-21 12:58:49.244057"},
		{Name: "QueuedTime", Value: "2024-08-21 12:58:49.300000"},
		{Name: "SentTime", Value: "2024-08-21 12:58:49.500000"},
		{Name: "DeliveryReportTime", Value: "2024-08-21 12:58:51.000000"},
		{Name: "requester_ip", Value: "192.0.2.1"},
		{Name: "PowerpackUUID", Value: ""},
	}
}
