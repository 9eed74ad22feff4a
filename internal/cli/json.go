package cli

import (
	"net/http"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/archive"
)

// jsonTime is RFC 3339 in UTC with microseconds, the resolution of Plivo's own times.
const jsonTime = archive.TimeLayout

func utc(t time.Time) string { return t.UTC().Format(jsonTime) }

// messageJSON is a message as docs/output.md documents it: field names never change.
type messageJSON struct {
	UUID         string            `json:"uuid"`
	Direction    plivo.Direction   `json:"direction"`
	From         string            `json:"from"`
	To           string            `json:"to"`
	Text         string            `json:"text"`
	Status       plivo.Status      `json:"status"`
	Unverified   bool              `json:"unverified"`
	ErrorCode    *string           `json:"error_code"`
	ErrorMeaning *string           `json:"error_meaning"`
	Units        int               `json:"units"`
	Type         string            `json:"type"`
	CreatedAt    string            `json:"created_at"`
	UpdatedAt    string            `json:"updated_at"`
	CallbackURL  string            `json:"callback_url"`
	Callbacks    int               `json:"callbacks"`
	Signature    archive.Signature `json:"signature"`
	Anomalies    []plivo.Anomaly   `json:"anomalies"`
	Unclear      bool              `json:"unclear"`
	Options      *plivo.Options    `json:"options,omitempty"`
	Provider     *providerJSON     `json:"provider"`      // null where it was never asked
	Silence      *silenceJSON      `json:"silence"`       // null where no callback is missed
	CallbackLost bool              `json:"callback_lost"` // the status is known from the API alone
}

func messageLine(m plivo.Message) ([]byte, error) { return encode(messageOf(m)) }

func messageOf(m plivo.Message) messageJSON {
	j := messageJSON{
		UUID: m.UUID, Direction: m.Direction, From: m.From, To: m.To, Text: m.Text,
		Status: m.Status, Unverified: m.Unverified, Unclear: m.Unclear, Units: m.Units, Type: m.Type,
		CreatedAt: utc(m.CreatedAt), UpdatedAt: utc(m.UpdatedAt), CallbackURL: m.CallbackURL,
		Callbacks: m.Callbacks, Signature: archive.Signature{Result: m.Signature, Cause: m.Cause}, Anomalies: m.Anomalies,
		Options:  m.Options,
		Provider: providerOf(m.Provider), Silence: silenceOf(m), CallbackLost: m.CallbackLost(),
	}
	if j.Anomalies == nil {
		j.Anomalies = []plivo.Anomaly{}
	}
	if m.ErrorCode != "" {
		j.ErrorCode = &m.ErrorCode
	}
	if words := meaning(m); words != "" {
		j.ErrorMeaning = &words
	}
	return j
}

// meaning says in words why a message is where it is: the API's refusal, or what its error code means.
func meaning(m plivo.Message) string {
	if m.Refusal != "" {
		return m.Refusal
	}
	if m.ErrorCode == "" {
		return ""
	}
	if code, known := plivo.LookupCode(m.ErrorCode); known {
		return code.Meaning
	}
	return ""
}

// callbackJSON is a callback as docs/output.md documents it, so that what is printed can be imported.
type callbackJSON struct {
	archive.Line
	Diagnosis []diagnosisJSON `json:"diagnosis,omitzero"` // nil where nobody looked
}

// diagnosisJSON is one explanation of a signature that does not match.
type diagnosisJSON struct {
	Cause      string               `json:"cause"`
	Name       string               `json:"name"` // of what was supposed, as docs/signatures.md lists it
	Detail     string               `json:"detail"`
	Remedy     string               `json:"remedy"`
	Confidence signature.Confidence `json:"confidence"`
	Changes    []changeJSON         `json:"changes"`
}

// changeJSON is a part of the request as it was checked and as it was signed; a side that lacks it is empty.
type changeJSON struct {
	Part    signature.Part `json:"part"`
	Checked string         `json:"checked"`
	Signed  string         `json:"signed"`
}

func diagnosisOf(d signature.Diagnosis) []diagnosisJSON {
	all := make([]diagnosisJSON, len(d.Findings))
	for i, f := range d.Findings {
		all[i] = diagnosisJSON{Cause: f.Cause(), Name: nameOf(f), Detail: f.Detail, Remedy: f.Remedy, Confidence: f.Confidence, Changes: []changeJSON{}}
		for _, c := range f.Changes {
			all[i].Changes = append(all[i].Changes, changeJSON{Part: c.Part, Checked: c.Given, Signed: c.Signed})
		}
	}
	return all
}

// nameOf joins the names of what was supposed.
func nameOf(f signature.Finding) string { return strings.Join(f.Hypotheses, "+") }

// callbackLine is a callback with its diagnosis, nil where there is none; a masked one says so.
func callbackLine(c webhook.Callback, d *signature.Diagnosis, masked bool) ([]byte, error) {
	j := callbackJSON{Line: archive.LineOf(c)}
	j.Masked = masked
	if d != nil {
		j.Diagnosis = diagnosisOf(*d)
	}
	return encode(j)
}

// bodyOf is a body as text, or in base64 where it is none.
func bodyOf(body []byte) (text, encoded *string) { return archive.Text(body) }

// pairs lists headers by name.
func pairs(h http.Header) [][2]string { return archive.Pairs(h) }

// readyJSON is the first line of a server command; with a tunnel its changes come before.
type readyJSON struct {
	Event     string `json:"event"`
	ListenURL string `json:"listen_url,omitempty"`
	PublicURL string `json:"public_url,omitempty"`
	APIURL    string `json:"api_url,omitempty"`
	Metrics   string `json:"metrics_url,omitempty"`
	AuthID    string `json:"auth_id"`
	AuthToken string `json:"auth_token,omitempty"` // only one that was made up
	History   string `json:"history,omitempty"`
	Tunnel    string `json:"tunnel,omitempty"` // its name, where one is open
}

func readyLine(st app.Status, madeUpToken string) ([]byte, error) {
	r := readyJSON{
		Event: "ready", ListenURL: st.ListenURL, PublicURL: st.PublicURL, AuthID: st.AuthID,
		AuthToken: madeUpToken, Metrics: st.MetricsURL,
	}
	if st.Mode == app.Simulator {
		r.APIURL = st.APIURL
	}
	if st.Tunnel.Asked() {
		r.Tunnel = st.Tunnel.Name
	}
	if !st.Ephemeral {
		r.History = st.HistoryPath
	}
	return encode(r)
}

// encode writes JSON on one line that is safe to show.
func encode(v any) ([]byte, error) { return archive.Encode(v) }
