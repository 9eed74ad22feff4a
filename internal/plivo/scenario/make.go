package scenario

import (
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// Pacing is when the callbacks of a scenario go.
type Pacing int

// The pacings.
const (
	AsWritten Pacing = iota // as the scenario says
	Paced                   // at their times
	AtOnce                  // without a wait, of a message that was sent so much earlier
)

// Input is what a scenario is made with.
type Input struct {
	Vars   map[string]string // in place of the values that the variables have
	Now    time.Time
	Random io.Reader // of UUIDs and random values; it must not fail
	Pacing Pacing
	Speed  float64 // divides all times; 0 for 1
	Bare   bool    // without parameters: only what comes when is asked for
	// Message, where not nil, is the one message of a scenario that is Outbound, in place of the file's.
	Message *Message
}

// Message is what callbacks tell of one message.
type Message struct {
	UUID      string
	From, To  string // numbers without a plus
	Text      string // of an inbound one
	Type      string // sms, mms or whatsapp
	Media     []string
	Units     int
	Requester string // the address that asked for it
	Powerpack string
}

// Step is one callback that goes.
type Step struct {
	Number    int // of the scenario's step, from 1
	Copy      int // tells the callbacks of one step and message apart, from 0
	Kind      Kind
	After     time.Duration // since the beginning
	Method    string        // GET or POST; empty where the scenario does not say
	Path      string        // with its query; empty where the scenario does not say
	Signature Signature
	Params    []signature.Param
	Lost      bool   // it never goes
	Cause     string // who made it otherwise than the scenario says; empty where it is as that says

	// Of a delivery report.
	Status    plivo.Status
	ErrorCode string
	Sequence  int
	At        time.Time // when the message came to the status
}

// Make gives the callbacks in the order in which they go, each after the one before; one whose time is over
// by then goes at once.
func Make(s Scenario, in Input) ([]Step, error) {
	m := maker{s: &s, in: in, times: make([]stepTimes, 0, len(s.steps))}
	if m.in.Speed == 0 {
		m.in.Speed = 1
	}
	steps, err := m.make()
	if err != nil {
		return nil, err
	}
	return steps, nil
}

// maker makes a scenario once.
type maker struct {
	s     *Scenario
	in    Input
	vars  map[string]string
	now   time.Time // when a message of the scenario was sent
	size  int
	hops  [][]hop // of each message
	times []stepTimes
}

// stepTimes are when a step's status comes, and when it is posted.
type stepTimes struct{ after, posted time.Duration }

func (m *maker) make() ([]Step, error) {
	if len(m.s.steps) == 0 {
		return nil, failAt(m.s.file, position{}, "it has no steps")
	}
	if err := m.variables(); err != nil {
		return nil, err
	}
	last, err := m.timing()
	if err != nil {
		return nil, err
	}
	m.now = m.in.Now
	atOnce := m.in.Pacing == AtOnce || m.in.Pacing == AsWritten && !m.s.Wait
	if atOnce {
		m.now = m.now.Add(-last)
	}
	messages, err := m.messages()
	if err != nil {
		return nil, err
	}
	for i := range messages {
		hops, err := m.course(i, &messages[i])
		if err != nil {
			return nil, err
		}
		m.hops = append(m.hops, hops)
	}
	steps := make([]Step, 0, len(m.s.steps)*len(messages))
	for i := range m.s.steps {
		st := &m.s.steps[i]
		times, err := m.number(st.repeat, 1, 1, maxRepeat, "a number of times")
		if err != nil {
			return nil, err
		}
		for j := range messages {
			if st.message >= 0 && st.message != j {
				continue
			}
			for again := range times {
				if len(steps) == maxCallbacks {
					return nil, failAt(m.s.file, st.at, "the scenario is more than %d callbacks; make its repeats or messages fewer", maxCallbacks)
				}
				one, err := m.callback(i, j, &messages[j])
				if err != nil {
					return nil, err
				}
				if one.Copy = again; !atOnce {
					one.After = m.times[i].posted
				}
				steps = append(steps, one)
			}
		}
	}
	return steps, nil
}

// timing reads the times of all steps, and gives the last moment at which a status comes.
func (m *maker) timing() (last time.Duration, err error) {
	for _, st := range m.s.steps {
		after, err := m.duration(st.after)
		if err != nil {
			return 0, err
		}
		late, err := m.duration(st.late)
		if err != nil {
			return 0, err
		}
		m.times = append(m.times, stepTimes{after, after + late})
		last = max(last, after)
	}
	return last, nil
}

func (m *maker) messages() ([]Message, error) {
	if m.in.Message != nil {
		if err := m.s.Outbound(); err != nil {
			return nil, err
		}
		return []Message{*m.in.Message}, nil
	}
	messages := make([]Message, len(m.s.messages))
	for i := range m.s.messages {
		if err := m.message(&m.s.messages[i], &messages[i]); err != nil {
			return nil, err
		}
	}
	return messages, nil
}

func (m *maker) message(from *message, to *Message) error {
	made, err := uuid.NewRandomFromReader(m.in.Random)
	if err != nil {
		return failAt(m.s.file, position{}, "no UUID could be made: %v", err)
	}
	to.UUID = made.String()
	if given := m.vars["uuid"]; given != "" {
		to.UUID = given
	}
	p := plain{uuid: to.UUID, at: m.now, message: from.name}
	kind := "sms"
	if len(from.media) > 0 {
		kind = "mms"
	}
	for _, f := range []struct {
		from      field
		to        *string
		otherwise string
	}{
		{from.uuid, &to.UUID, to.UUID},
		{from.from, &to.From, m.vars["from"]},
		{from.to, &to.To, m.vars["to"]},
		{from.text, &to.Text, m.vars["text"]},
		{from.kind, &to.Type, kind},
		{from.requester, &to.Requester, "127.0.0.1"},
		{from.powerpack, &to.Powerpack, ""},
	} {
		if *f.to, err = m.value(f.from, f.otherwise, p); err != nil {
			return err
		}
	}
	to.From, to.To = strings.TrimPrefix(to.From, "+"), strings.TrimPrefix(to.To, "+")
	to.Units = plivo.Segment(to.Text).Segments
	for _, f := range from.media {
		url, err := m.value(f, "", p)
		if err != nil {
			return err
		}
		to.Media = append(to.Media, url)
	}
	return nil
}

func (m *maker) nameOf(message int) string { return m.s.messages[message].name }

func (m *maker) callback(i, j int, of *Message) (Step, error) {
	st := &m.s.steps[i]
	one := Step{Number: i + 1, Kind: st.kind, Signature: st.signature, At: m.now.Add(m.times[i].after)}
	p := plain{of: of, uuid: of.UUID, at: one.At, step: i + 1, message: m.nameOf(j)}
	switch st.kind {
	case DeliveryReport:
		at := slices.IndexFunc(m.hops[j], func(h hop) bool { return h.step == i })
		h := m.hops[j][at]
		one.Status, one.ErrorCode, one.Sequence = h.status, h.code, h.sequence
		p.sequence = h.sequence
		if m.in.Bare {
			return one, nil
		}
		one.Params = m.report(of, m.hops[j][:at+1]).Params()
	case Inbound:
		one.Params = InboundReport{MessageUUID: of.UUID, From: of.From, To: of.To, Text: of.Text, Type: of.Type, Media: of.Media}.Params()
	}
	var err error
	if one.Method, err = m.value(st.method, "", p); err != nil {
		return one, err
	}
	if one.Method = strings.ToUpper(one.Method); !slices.Contains([]string{"", "GET", "POST"}, one.Method) {
		return one, failAt(m.s.file, st.method.at, "Plivo calls by POST or GET, and not by %q", cut(one.Method))
	}
	if one.Path, err = m.value(st.path, "", p); err != nil {
		return one, err
	}
	if problem := checkPath(one.Path); st.path.given && problem != "" {
		return one, failAt(m.s.file, st.path.at, "the path %q %s", cut(one.Path), problem)
	}
	return one, m.edit(st, &one, p)
}

// edit sets and removes what the step says.
func (m *maker) edit(st *step, one *Step, p plain) error {
	for _, set := range st.set {
		value, err := m.value(set.value, "", p)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(one.Params, func(p signature.Param) bool { return p.Name == set.name }); i >= 0 {
			one.Params[i].Value = value
		} else {
			one.Params = append(one.Params, signature.Param{Name: set.name, Value: value})
		}
	}
	one.Params = slices.DeleteFunc(one.Params, func(p signature.Param) bool { return slices.Contains(st.unset, p.Name) })
	return nil
}

// checkPath says what is wrong with a path and query; empty for nothing.
func checkPath(path string) string {
	switch {
	case !strings.HasPrefix(path, "/"):
		return "does not begin with /; write it as /sms/delivery-report"
	case strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' }):
		return "has a space, a control character or a #; escape it, a space as %20"
	}
	return ""
}
