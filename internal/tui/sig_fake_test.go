package tui

import (
	"net/http"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/signature/sdk"
	"dev.internal/plivoscope/internal/webhook"
)

const (
	reportURL = "http://127.0.0.1:4141/sms/delivery-report"
	testNonce = "05429567804466091622"
)

var testToken = signature.NewToken("account", "a-token-of-tests")

// caseOf is the request of a callback: signed for the URL that it came to, or else for one with a slash
// at its end.
func caseOf(cb webhook.Callback, right bool) signature.Case {
	url := reportURL
	if !right {
		url += "/"
	}
	params := cb.Report.Params
	sig, err := signature.Sign(testToken, signature.V3, "POST", url, testNonce, params)
	if err != nil {
		panic(err)
	}
	pairs := make([]string, len(params))
	for i, p := range params {
		pairs[i] = p.Name + "=" + p.Value
	}
	return signature.Case{
		Request: signature.Request{Method: "POST", URL: reportURL, Params: params, Header: http.Header{
			"X-Plivo-Signature-V3": {sig}, "X-Plivo-Signature-V3-Nonce": {testNonce},
			"Content-Type": {"application/x-www-form-urlencoded"}, "User-Agent": {"Plivo"},
		}},
		ReceivedURL: reportURL, Body: []byte(strings.Join(pairs, "&")), Tokens: []signature.Token{testToken},
	}
}

// slashMissing is the diagnosis of a callback that caseOf signed for another URL.
func slashMissing() signature.Diagnosis {
	params := []signature.Param{{Name: "MessageUUID", Value: "5b40a428-0000-4000-8000-000000000005"}, {Name: "Status", Value: "delivered"}, {Name: "ErrorCode", Value: "000"}, {Name: "Sequence", Value: "3"}}
	base, err := signature.Base(signature.V3, "POST", reportURL+"/", testNonce, params)
	if err != nil {
		panic(err)
	}
	return signature.Diagnosis{Tried: 7, Findings: []signature.Finding{{
		Causes: []signature.Cause{signature.CauseSlash}, Hypotheses: []string{"slash-added"},
		Detail:     `matches if the URL ends in "/"`,
		Remedy:     "Give Plivo the URL without the slash at its end, or serve the path with it.",
		Settings:   []signature.Setting{{Framework: "Express", Text: "app.enable('strict routing')"}, {Framework: "Django", Text: "APPEND_SLASH = False"}},
		Confidence: signature.Certain,
		Changes:    []signature.Change{{Part: signature.PartURL, Given: reportURL, Signed: reportURL + "/"}},
		Scheme:     signature.V3, Header: "X-Plivo-Signature-V3", Token: "account",
		Base: base, Signature: signature.SignBase(testToken, signature.V3, base),
	}}}
}

// unexplained is a diagnosis that found nothing.
func unexplained() signature.Diagnosis {
	return signature.Diagnosis{
		Tried:    812,
		RuledOut: []string{"another configured token", "spaces or quotes around the token", "http for https", "a port dropped or added", "a slash at the end", "the query kept or dropped", "the nonce of another version", "parameters dropped, added, trimmed or sorted otherwise", "pairs of these: 812 signatures were computed in all"},
		Remains: []string{
			"The request may have been signed with the token of another account.",
			"A value may have been altered on the way: no search can recover it.",
		},
	}
}

// signedEarlier has a callback signed with the token of an earlier simulator, where it had an outcome and a cause.
func (c *fakeCore) signedEarlier(id int64, outcome signature.Outcome, cause string) {
	c.diagnosis = unexplained()
	if k, ok := c.cases[id]; ok {
		k.Tokens = []signature.Token{signature.NewToken("account", "of this run")}
		c.cases[id] = k
	}
	c.earlier = map[int64]webhook.Callback{id: {ID: id, Verdict: signature.Result{Outcome: outcome, Scheme: signature.V3, Header: signature.V3.Header(), Token: "account"}, Cause: cause}}
}

func sdkAnswers(accept bool) []sdk.Answer {
	all := []sdk.Answer{}
	for _, name := range []string{"go", "node", "python", "php", "ruby", "java", "dotnet"} {
		a := sdk.Answer{SDK: name, Scheme: signature.V3, Token: "account"}
		a.Accepts = accept && name != "ruby" && name != "java"
		switch name {
		case "ruby":
			a.Quirk = "drops :4141"
		case "java":
			a.Quirk = "drops :4141"
		case "python":
			a.Err = &sdk.Error{SDK: "python", Text: "UnicodeEncodeError: 'latin-1' codec can't encode characters in position 7-9"}
		}
		all = append(all, a)
	}
	return all
}
