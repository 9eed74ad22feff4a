package cli

import (
	"strings"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// verifiedJSON is what verify prints; field names never change.
type verifiedJSON struct {
	Outcome   signature.Outcome  `json:"outcome"`
	Scheme    signature.Scheme   `json:"scheme"`
	Header    string             `json:"header"`
	Token     string             `json:"token"`
	Request   requestJSON        `json:"request"`
	Checks    []checkJSON        `json:"checks"`
	Diagnosis []findingJSON      `json:"diagnosis"`
	SDKs      map[string]sdkJSON `json:"sdks"`
	Came      *cameJSON          `json:"when_it_came,omitempty"`
}

// cameJSON is what was found when a callback of a history came, where that is more than is found now.
type cameJSON struct {
	Outcome signature.Outcome `json:"outcome"`
	Cause   string            `json:"cause"` // empty where it was valid
	Text    string            `json:"text"`
}

// requestJSON says which request a line is about.
type requestJSON struct {
	Index  int    `json:"index"` // from 1
	ID     int64  `json:"id,omitempty"`
	Method string `json:"method"`
	URL    string `json:"url"` // as it was checked
}

type checkJSON struct {
	Header           string `json:"header"`
	Token            string `json:"token"`
	BaseString       string `json:"base_string"`
	BaseStringBase64 string `json:"base_string_base64,omitempty"`
	Computed         string `json:"computed"`
	Given            string `json:"given"`
	Match            bool   `json:"match"`
}

// findingJSON is an explanation with what verify alone has room for.
type findingJSON struct {
	diagnosisJSON
	Settings []settingJSON `json:"settings"`
}

type settingJSON struct {
	Framework string `json:"framework"`
	Text      string `json:"text"`
}

type sdkJSON struct {
	Accepts   bool   `json:"accepts"`
	Signature string `json:"signature"`
	Quirk     string `json:"quirk"`
	Error     string `json:"error,omitempty"`
}

func verifiedLine(sus suspect, e app.Examination) ([]byte, error) {
	j := verifiedJSON{
		Outcome: e.Verdict.Outcome, Scheme: e.Verdict.Scheme, Header: e.Verdict.Header, Token: e.Verdict.Token,
		Request: requestJSON{Index: sus.index, ID: sus.id, Method: e.Case.Method, URL: e.Case.URL},
		Checks:  []checkJSON{}, Diagnosis: []findingJSON{}, SDKs: map[string]sdkJSON{},
	}
	for _, c := range comparisons(e) {
		check := checkJSON{Header: c.Header, Token: c.Token, Computed: c.Computed, Given: strings.Join(c.Given, ", "), Match: c.Match}
		check.BaseString, check.BaseStringBase64 = baseStrings(c.Base)
		j.Checks = append(j.Checks, check)
	}
	for i, shown := range diagnosisOf(e.Diagnosis) {
		finding, f := findingJSON{diagnosisJSON: shown, Settings: []settingJSON{}}, e.Diagnosis.Findings[i]
		for _, s := range f.Settings {
			finding.Settings = append(finding.Settings, settingJSON(s))
		}
		j.Diagnosis = append(j.Diagnosis, finding)
	}
	for _, a := range e.SDKs {
		answer := sdkJSON{Accepts: a.Accepts, Signature: a.Signature, Quirk: a.Quirk}
		if a.Err != nil {
			answer.Error = a.Err.Text
		}
		j.SDKs[a.SDK] = answer
	}
	if said := e.Came.Words(); said != "" {
		j.Came = &cameJSON{Outcome: e.Came.Outcome, Cause: e.Came.Cause, Text: said}
	}
	return encode(j)
}

// comparisons are each header with each token; without a token, each header alone.
func comparisons(e app.Examination) []signature.Comparison {
	if len(e.Comparisons) > 0 {
		return e.Comparisons
	}
	all := make([]signature.Comparison, 0, len(e.Verdict.Checks))
	for _, c := range e.Verdict.Checks {
		all = append(all, signature.Comparison{Scheme: c.Scheme, Header: c.Header, Nonce: c.Nonce, Base: c.Base, Given: c.Given})
	}
	return all
}
