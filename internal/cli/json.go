package cli

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// jsonTime is RFC 3339 in UTC with microseconds, the resolution of Plivo's own times.
const jsonTime = "2006-01-02T15:04:05.000000Z"

func utc(t time.Time) string { return t.UTC().Format(jsonTime) }

// messageJSON is a message as the README documents it: field names never change.
type messageJSON struct {
	UUID         string          `json:"uuid"`
	Direction    plivo.Direction `json:"direction"`
	From         string          `json:"from"`
	To           string          `json:"to"`
	Text         string          `json:"text"`
	Status       plivo.Status    `json:"status"`
	Unverified   bool            `json:"unverified"`
	ErrorCode    *string         `json:"error_code"`
	ErrorMeaning *string         `json:"error_meaning"`
	Units        int             `json:"units"`
	Type         string          `json:"type"`
	CreatedAt    string          `json:"created_at"`
	UpdatedAt    string          `json:"updated_at"`
	CallbackURL  string          `json:"callback_url"`
	Callbacks    int             `json:"callbacks"`
	Signature    signatureJSON   `json:"signature"`
	Anomalies    []plivo.Anomaly `json:"anomalies"`
}

// signatureJSON is a verdict and why it is not a better one.
type signatureJSON struct {
	signature.Result
	Cause string `json:"cause"` // empty while nobody looked, and for one that verifies
}

func messageLine(m plivo.Message) ([]byte, error) {
	j := messageJSON{
		UUID: m.UUID, Direction: m.Direction, From: m.From, To: m.To, Text: m.Text,
		Status: m.Status, Unverified: m.Unverified, Units: m.Units, Type: m.Type,
		CreatedAt: utc(m.CreatedAt), UpdatedAt: utc(m.UpdatedAt), CallbackURL: m.CallbackURL,
		Callbacks: m.Callbacks, Signature: signatureJSON{m.Signature, m.Cause}, Anomalies: m.Anomalies,
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
	return encode(j)
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

// callbackJSON is a callback as the README documents it.
type callbackJSON struct {
	ID          int64           `json:"id"`
	ReceivedAt  string          `json:"received_at"`
	Kind        webhook.Kind    `json:"kind"`
	Method      string          `json:"method"`
	URL         string          `json:"url"`
	ReceivedURL string          `json:"received_url"`
	RemoteAddr  string          `json:"remote_addr"`
	Headers     [][2]string     `json:"headers"`
	Params      [][2]string     `json:"params"`
	Body        *string         `json:"body,omitempty"`
	BodyBase64  *string         `json:"body_base64,omitempty"`
	Truncated   bool            `json:"truncated"`
	MessageUUID string          `json:"message_uuid"`
	Status      plivo.Status    `json:"status"`
	ErrorCode   *string         `json:"error_code"`
	Sequence    int             `json:"sequence"`
	Signature   signatureJSON   `json:"signature"`
	Diagnosis   []diagnosisJSON `json:"diagnosis,omitzero"` // nil where nobody looked
	Arrival     plivo.Arrival   `json:"arrival"`
	Answered    answeredJSON    `json:"answered"`
}

type answeredJSON struct {
	Status int    `json:"status"` // 0 where an app was asked for it and had not answered yet
	At     string `json:"at"`
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

// callbackLine is a callback with its diagnosis, nil where there is none.
func callbackLine(c webhook.Callback, d *signature.Diagnosis) ([]byte, error) {
	j := callbackJSON{
		ID: c.ID, ReceivedAt: utc(c.ReceivedAt), Kind: c.Kind, Method: c.Method, URL: c.URL,
		ReceivedURL: c.ReceivedURL, RemoteAddr: c.RemoteAddr, Headers: pairs(c.Header), Params: [][2]string{},
		Truncated: c.Truncated, MessageUUID: c.Report.MessageUUID(), Status: c.Report.Status(),
		Signature: signatureJSON{c.Verdict, c.Cause}, Arrival: c.Arrival,
		Answered: answeredJSON{Status: c.Answer.Status},
	}
	if !c.Answer.At.IsZero() {
		j.Answered.At = utc(c.Answer.At)
	}
	if d != nil {
		j.Diagnosis = diagnosisOf(*d)
	}
	for _, p := range c.Report.Params {
		j.Params = append(j.Params, [2]string{p.Name, p.Value})
	}
	j.Body, j.BodyBase64 = bodyOf(c.Body)
	if code := c.Report.ErrorCode(); code != "" {
		j.ErrorCode = &code
	}
	j.Sequence, _ = c.Report.Sequence()
	return encode(j)
}

// bodyOf is a body as text, or in base64 where it is none.
func bodyOf(body []byte) (text, encoded *string) {
	s := string(body)
	if utf8.ValidString(s) {
		return &s, nil
	}
	s = base64.StdEncoding.EncodeToString(body)
	return nil, &s
}

// pairs lists headers by name.
func pairs(h http.Header) [][2]string {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	list := [][2]string{}
	for _, name := range names {
		for _, value := range h[name] {
			list = append(list, [2]string{name, value})
		}
	}
	return list
}

// readyJSON is the first line of a server command.
type readyJSON struct {
	Event     string `json:"event"`
	ListenURL string `json:"listen_url,omitempty"`
	PublicURL string `json:"public_url,omitempty"`
	APIURL    string `json:"api_url,omitempty"`
	AuthID    string `json:"auth_id"`
	AuthToken string `json:"auth_token,omitempty"` // only one that was made up
	History   string `json:"history,omitempty"`
}

func readyLine(st app.Status, madeUpToken string) ([]byte, error) {
	r := readyJSON{
		Event: "ready", ListenURL: st.ListenURL, PublicURL: st.PublicURL, AuthID: st.AuthID,
		AuthToken: madeUpToken,
	}
	if st.Mode == app.Simulator {
		r.APIURL = st.APIURL
	}
	if !st.Ephemeral {
		r.History = st.HistoryPath
	}
	return encode(r)
}

// encode writes JSON as it is read: & < > stay what they are, control and bidi characters do not.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return escape.JSON(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}
