package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// fakeCore is a core in memory. It counts the calls that may take time, so that tests can tell that
// none of them happens in Update or View.
type fakeCore struct {
	mu         sync.Mutex
	status     app.Status
	messages   []plivo.Message // oldest first
	callbacks  map[string][]webhook.Callback
	strangers  []webhook.Callback // of no message
	wake       chan struct{}
	sendErr    error
	sendGate   chan struct{} // not nil: Send waits for it
	sends      []app.SendRequest
	drafts     []store.SentDraft
	senders    []app.Sender
	sendersErr error
	scanStep   int64 // IDs that one step of a search looks at, 0 for all
	inbounds   []string
	failReads  error
	inboundErr error
	gone       map[int64]bool            // rows that are no more
	asked      func(ctx context.Context) // told of each question for rows

	tokens     []signature.Token
	attempts   []webhook.Attempt        // oldest first
	cases      map[int64]signature.Case // of callbacks
	examined   []signature.Case
	diagnosis  signature.Diagnosis // of what does not verify, unless pure
	pure       bool                // examine for real
	examineErr error
	earlier    map[int64]webhook.Callback // as they came, signed with the token of an earlier simulator
	onExamine  func(context.Context)      // told of each question about a signature

	replays   []app.ReplayPlan // that were begun
	runs      []*fakeRun
	replayErr error
	preview   *app.ReplayPreview // in place of a real one

	care
	simulated

	calls atomic.Int64
}

func newFakeCore() *fakeCore {
	return &fakeCore{
		status: app.Status{
			Mode: app.Simulator, AuthID: "MASIMULATOR", ListenURL: "http://127.0.0.1:4141", PublicURL: "http://127.0.0.1:4141", CallbackURL: "http://127.0.0.1:4141/sms/delivery-report",
			Tunnel: app.TunnelStatus{Name: "none"}, APIURL: "http://127.0.0.1:40123", DefaultSender: "+14155550100",
		},
		callbacks: map[string][]webhook.Callback{}, wake: make(chan struct{}, 1),
		cases: map[int64]signature.Case{}, tokens: []signature.Token{testToken}, diagnosis: slashMissing(),
	}
}

func (c *fakeCore) Status() app.Status {
	c.mu.Lock()
	defer c.mu.Unlock()
	st := c.status
	st.Totals.Messages = int64(len(c.messages))
	st.Totals.Callbacks = int64(len(c.allCallbacks()))
	return st
}

func (c *fakeCore) Subscribe() (<-chan struct{}, func()) { return c.wake, func() {} }

func (c *fakeCore) hint() {
	select {
	case c.wake <- struct{}{}:
	default:
	}
}

// add appends messages with the next identities and wakes the readers.
func (c *fakeCore) add(ms ...plivo.Message) {
	c.mu.Lock()
	for _, m := range ms {
		m.ID = int64(len(c.messages)) + 1
		c.messages = append(c.messages, m)
	}
	c.mu.Unlock()
	c.hint()
}

// matches knows the one filter word that the tests need.
func matches(f store.Filter, m plivo.Message) bool {
	s := f.String()
	if s == "" {
		return true
	}
	_, list, _ := strings.Cut(s, "status:")
	return slices.Contains(strings.Split(list, ","), string(m.Status))
}

func (c *fakeCore) Messages(ctx context.Context, w store.Window) ([]plivo.Message, error) {
	c.calls.Add(1)
	if c.asked != nil {
		c.asked(ctx)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failReads != nil {
		return nil, c.failReads
	}
	lo, hi := w.After+1, int64(len(c.messages))
	if w.Before > 0 {
		hi = min(hi, w.Before-1)
	}
	var out []plivo.Message
	take := func(id int64) bool {
		if m := c.messages[id-1]; !c.gone[id] && matches(w.Filter, m) {
			out = append(out, m)
		}
		return w.Limit == 0 || len(out) < w.Limit
	}
	if w.Oldest || (w.After > 0 && w.Before == 0) {
		for id := lo; id <= hi && take(id); id++ {
		}
	} else {
		for id := hi; id >= lo && take(id); id-- {
		}
	}
	return out, nil
}

func (c *fakeCore) CallbacksOf(_ context.Context, uuid string, limit int) ([]webhook.Callback, error) {
	c.calls.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	cbs := c.callbacks[uuid]
	return slices.Clone(cbs[max(len(cbs)-limit, 0):]), nil
}

func (c *fakeCore) Send(ctx context.Context, r app.SendRequest) (app.Sent, error) {
	c.calls.Add(1)
	c.mu.Lock()
	gate, err := c.sendGate, c.sendErr
	c.sends = append(c.sends, r)
	c.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return app.Sent{}, ctx.Err()
		}
	}
	if err != nil {
		return app.Sent{}, err
	}
	var sent app.Sent
	for i, to := range r.Draft.To {
		m := plivo.Message{
			UUID: fmt.Sprintf("sent-%d", i), Direction: plivo.Outbound, From: r.Draft.From, To: to,
			Text: r.Draft.Text, Status: plivo.Queued, CreatedAt: testNow, UpdatedAt: testNow,
		}
		c.add(m)
		sent.IDs = append(sent.IDs, int64(len(c.messages)))
		sent.UUIDs = append(sent.UUIDs, m.UUID)
	}
	return sent, nil
}

func (c *fakeCore) Inbound(_ context.Context, from, to, text string) error {
	c.calls.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inbounds = append(c.inbounds, from+" "+to+" "+text)
	return c.inboundErr
}

var testNow = time.Date(2026, 7, 14, 12, 3, 45, 0, time.UTC)

var valid = signature.Result{Outcome: signature.Valid, Scheme: signature.V3, Header: "X-Plivo-Signature-V3", Token: "account"}

// callbackOf is a delivery report on a message.
func callbackOf(m plivo.Message, st plivo.Status) []webhook.Callback {
	return []webhook.Callback{{
		ReceivedAt: m.CreatedAt, URL: "http://127.0.0.1:4141/sms/delivery-report", Kind: webhook.DeliveryReport, Verdict: m.Signature, Answer: webhook.Answer{Status: 200},
		Report: plivo.Report{Params: []signature.Param{
			{Name: "MessageUUID", Value: m.UUID},
			{Name: "Status", Value: string(st)},
			{Name: "ErrorCode", Value: m.ErrorCode},
			{Name: "Sequence", Value: "1"},
		}},
	}}
}

// stock is one message of each kind that the screen has to show.
func stock(c *fakeCore) {
	invalid := signature.Result{Outcome: signature.Invalid, Scheme: signature.V3, Header: "X-Plivo-Signature-V3"}
	missing := signature.Result{Outcome: signature.Missing}
	unchecked := signature.Result{Outcome: signature.Unchecked}
	type row struct {
		to, text, code string
		st             plivo.Status
		units, took    int
		sig            signature.Result
	}
	for i, r := range []row{
		{"+14155550123", "Your code is 482913", "000", plivo.Delivered, 1, 1200, valid},
		{"+15005550030", "WIN 1\ufe0f\u20e30\ufe0f\u20e3 prizes now, click here", "30", plivo.Undelivered, 1, 900, valid},
		{"+15005550050", "Your table is booked for eight", "50", plivo.Failed, 1, 700, valid},
		{"+4915112345678", "Deine Bestellung ist unterwegs und kommt morgen zwischen acht und zehn Uhr an. " + strings.Repeat("Danke! ", 50), "000", plivo.Delivered, 3, 1500, valid},
		{"+81312345678", "ご注文ありがとうございます。発送しました", "", plivo.Sent, 1, 0, valid},
		{"+971501234567", "شكرا لك على طلبك", "000", plivo.Delivered, 1, 1100, invalid},
		{"+14155550144", "family 👨‍👩‍👧 and café\x1b[31m red\u202e", "", plivo.Delivered, 1, 1300, missing},
		{"+14155550111", "Hello from the terminal, on the way", "", plivo.Sent, 1, 0, valid},
		{"+14155550112", "", "", plivo.Sending, 0, 0, unchecked},
	} {
		at := testNow.Add(time.Duration(i-60) * time.Second)
		m := plivo.Message{
			UUID: fmt.Sprintf("5b40a428-0000-4000-8000-%012d", i), Direction: plivo.Outbound, From: "+14155550100", To: r.to,
			Text: r.text, Type: "sms", Status: r.st, ErrorCode: r.code, Units: r.units, CreatedAt: at, UpdatedAt: at,
			CallbackURL: "http://127.0.0.1:4141/sms/delivery-report", Signature: r.sig,
		}
		if r.took > 0 {
			m.FinalAt = at.Add(time.Duration(r.took) * time.Millisecond)
		}
		if r.sig == invalid {
			m.Cause = "slash"
			m.Unverified, m.Anomalies = true, []plivo.Anomaly{plivo.InvalidSigned}
		}
		for seq, st := range []plivo.Status{plivo.Queued, plivo.Sent, r.st} {
			if r.st == plivo.Sending || (r.st == plivo.Sent && seq == 2) {
				continue
			}
			cb := callbackOf(m, st)[0]
			cb.ID, cb.ReceivedAt = int64(i*3+seq), at.Add(time.Duration(102+seq*(r.took+206)/2)*time.Millisecond)
			cb.Report.Params[3].Value, cb.Cause = fmt.Sprint(seq+1), m.Cause
			cb.Arrival.OutOfOrder = i == 3 && seq == 1
			c.callbacks[m.UUID] = append(c.callbacks[m.UUID], cb)
			c.cases[cb.ID] = caseOf(cb, r.sig == valid)
			m.Callbacks++
		}
		c.add(m)
	}
	c.add(plivo.Message{
		UUID: "in-1", Direction: plivo.Inbound, From: "+14155550177", To: "+14155550100", Text: "STOP", Status: plivo.Received,
		CreatedAt: testNow.Add(-20 * time.Second), UpdatedAt: testNow.Add(-20 * time.Second), Callbacks: 1, Signature: valid,
	})
	c.callbacks["in-1"] = []webhook.Callback{{ID: 100, ReceivedAt: testNow.Add(-20 * time.Second), Kind: webhook.Inbound, Verdict: valid}}
	c.add(plivo.Message{
		Direction: plivo.Outbound, From: "+14155550100", To: "+15005559401", Text: "refused by the API",
		Status: plivo.Failed, Refusal: "Plivo refused the credentials (401); check PLIVO_AUTH_ID and PLIVO_AUTH_TOKEN.",
		CreatedAt: testNow.Add(-7 * time.Second), UpdatedAt: testNow.Add(-7 * time.Second),
	})
	c.mu.Lock()
	c.status.Server = webhook.Stats{Received: 214, Stored: 214}
	c.status.Notices = []app.Notice{{At: testNow.Add(-90 * time.Second), Severity: app.Info, Text: "Serving callbacks at http://127.0.0.1:4141"}}
	c.mu.Unlock()
}

func (c *fakeCore) Examine(ctx context.Context, r signature.Case) (app.Examination, error) {
	c.calls.Add(1)
	if c.onExamine != nil {
		c.onExamine(ctx)
	}
	if err := ctx.Err(); err != nil {
		return app.Examination{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.examined = append(c.examined, r)
	if len(r.Tokens) == 0 {
		r.Tokens = c.tokens
	}
	if c.pure {
		return app.Examine(r), nil
	}
	e := app.Examination{Case: r, Verdict: signature.Verify(r.Request, r.Tokens), Comparisons: signature.Compare(r.Request, r.Tokens)}
	if e.Verdict.Outcome == signature.Invalid || e.Verdict.Outcome == signature.Missing && len(e.Verdict.Checks) > 0 {
		e.Diagnosis = c.diagnosis
	}
	if len(e.Comparisons) > 0 {
		e.SDKs = sdkAnswers(e.Verdict.Outcome == signature.Valid)
	}
	return e, c.examineErr
}

func (c *fakeCore) ExamineCallback(ctx context.Context, id int64) (app.Examination, error) {
	c.mu.Lock()
	r, ok := c.cases[id]
	c.mu.Unlock()
	if !ok {
		c.calls.Add(1)
		return app.Examination{}, errors.New("there is no callback with this id; see history --callbacks")
	}
	e, err := c.Examine(ctx, r)
	if cb, ok := c.earlier[id]; ok {
		e = e.WhenItCame(cb, app.EarlierSimulator)
	}
	return e, err
}
