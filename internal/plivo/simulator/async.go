package simulator

import (
	"bytes"
	"encoding/json"
	"hash/fnv"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// spawn is what a call asks for that names a callback_url: its answer is posted there, and the call itself is answered
// at once.
type spawn struct{ url, method string }

func (*spawn) Error() string { return "the call is answered by its callback_url" }

// asked finds the callback_url of a call among its parameters or, without a body, in its query; nil for none.
func (s *Simulator) asked(p params, query url.Values) (*spawn, error) {
	sp := spawn{query.Get("callback_url"), query.Get("callback_method")}
	if p.has("callback_url") {
		if err := p.texts(map[string]*string{"callback_url": &sp.url, "callback_method": &sp.method}); err != nil {
			return nil, err
		}
	}
	if sp.url == "" {
		return nil, nil
	}
	if words := s.checkURL(sp.url); words != "" {
		return nil, badRequest("callback_" + words)
	}
	switch sp.method = strings.ToUpper(sp.method); sp.method {
	case "":
		sp.method = http.MethodPost
	case http.MethodPost, http.MethodGet:
	default:
		return nil, badRequest("callback_method must be POST or GET")
	}
	return &sp, nil
}

// params reads the body of a call. The error is a *spawn where the call is to be answered elsewhere.
func (c *call) params(s *Simulator) (params, error) {
	if c.read != nil {
		return c.read, nil
	}
	p, err := readParams(c.r)
	if err != nil {
		return nil, err
	}
	sp, err := s.asked(p, nil)
	if err != nil {
		return nil, err
	}
	if c.read = p; sp != nil {
		return nil, sp
	}
	return p, nil
}

// kept is an answer that is posted later.
type kept struct {
	header http.Header
	body   bytes.Buffer
}

func (k *kept) Header() http.Header         { return k.header }
func (k *kept) WriteHeader(int)             {}
func (k *kept) Write(b []byte) (int, error) { return k.body.Write(b) }

// answerLater makes a call, answers that this will be told elsewhere, and has what it would have been answered posted
// there, once.
func (s *Simulator) answerLater(c *call, sp *spawn) error {
	if !s.begin(1) {
		return errFull
	}
	t := s.answerTask(c, sp)
	answer(c.w, http.StatusAccepted, changedAnswer{c.apiID, "async api spawned"})
	s.schedule(t)
	return nil
}

// answerTask makes a call whose answer is kept, and gives the task that posts that. The call is made in its turn among
// all others: with a seed what it draws is the same each time.
func (s *Simulator) answerTask(c *call, sp *spawn) (t *task) {
	defer func() {
		if t == nil { // it panics
			s.done()
		}
	}()
	m := &message{owner: c.by, url: sp.url, method: sp.method, created: s.now()}
	s.during(nil, func() { m.round = s.round })
	k := &kept{header: make(http.Header)}
	later := &call{w: k, r: c.r.Clone(c.r.Context()), apiID: c.apiID, by: c.by, read: c.read}
	later.r.URL.RawQuery = withoutCallback(c.r.URL.Query()).Encode()
	if err := s.route(later); err != nil {
		s.deny(k, later.r, c.apiID, err)
	}
	step := scenario.Step{Params: formOf(k.body.Bytes())}
	return &task{due: m.created, m: m, steps: []scenario.Step{step}, attempt: 1, do: func(t *task) { s.postAnswer(t, c.apiID) }}
}

func withoutCallback(query url.Values) url.Values {
	query.Del("callback_url")
	query.Del("callback_method")
	return query
}

// postAnswer posts the answer to a call.
func (s *Simulator) postAnswer(t *task, apiID string) {
	defer s.done()
	h := fnv.New64a()
	_, _ = io.WriteString(h, apiID)
	status, err := s.deliver(t.m.round.ctx, t, t.m.method, s.dice.nonces(0, h.Sum64()), io.Discard)
	if err != nil || status != http.StatusOK {
		s.o.Logger.Warn("answer of an asynchronous call not taken", "api_id", apiID, "answered", status)
	}
}

// formOf writes the fields of a JSON answer as form parameters: a string as it is, all else as JSON.
func formOf(body []byte) []signature.Param {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil {
		return nil
	}
	var form []signature.Param
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		var text string
		if json.Unmarshal(fields[name], &text) != nil {
			text = string(fields[name])
		}
		form = append(form, signature.Param{Name: name, Value: text})
	}
	return form
}
