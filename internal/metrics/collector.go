package metrics

import (
	"context"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"dev.internal/plivoscope/internal/meter"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/webhook/forward"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// collector reads a Source whenever it is asked.
type collector struct{ of Source }

func (collector) Describe(to chan<- *prometheus.Desc) {
	for _, m := range catalog {
		to <- m.desc
	}
}

func (c collector) Collect(to chan<- prometheus.Metric) {
	t := teller{to}
	t.tell(build, 1, c.of.Version, c.of.Mode)
	c.callbacks(t)
	c.history(t)
	c.forwarding(t)
	c.state(t)
	c.api(t)
	c.simulator(t)
}

// The verdicts as labels.
const (
	valid      = "valid"
	invalid    = "invalid"
	unsigned   = "unsigned"
	notChecked = "not_checked"
)

func (c collector) callbacks(t teller) {
	server := c.of.Server
	if server == nil {
		return
	}
	tally := server.Tally()
	for kind, n := range tally.Kinds {
		t.tell(stored, n, string(kind))
	}
	for reason, n := range tally.Refused {
		t.tell(refused, n, reason)
	}
	for reason, n := range tally.Rejected {
		t.tell(rejected, n, reason)
	}
	for status, n := range tally.Statuses {
		t.tell(statuses, n, status)
	}
	for code, n := range tally.Codes {
		t.tell(codes, n, code)
	}
	t.tell(turnedAway, tally.TurnedAway)
	st := server.Stats() // after the ends of requests, so that there are never more of them than came
	t.tell(received, st.Received)
	t.tell(dropped, st.Dropped)
	t.tell(signatures, st.Valid, valid)
	t.tell(signatures, st.Invalid, invalid)
	t.tell(signatures, st.Missing, unsigned)
	t.tell(signatures, st.Unchecked, notChecked)
	t.tell(connections, st.Connections)
	t.times(acknowledged, quick, server.Latencies())
}

// totalsWithin is how long the history may take to give its totals, which are one row.
const totalsWithin = time.Second

func (c collector) history(t teller) {
	if c.of.Store == nil {
		return
	}
	st := c.of.Store.Stats()
	t.tell(queueLength, int64(st.Waiting), "callbacks")
	t.tell(queueLength, int64(st.Attempts), "attempts")
	t.tell(queueCapacity, int64(st.Room))
	for reason, n := range st.Failures {
		t.tell(unstored, n, reason)
	}
	t.tell(size, c.of.Store.Size())
	t.times(commits, quick, c.of.Store.Commits())
	t.times(delivered, slow, c.of.Store.Deliveries())
	ctx, cancel := context.WithTimeout(context.Background(), totalsWithin)
	defer cancel()
	totals, err := c.of.Store.Totals(ctx)
	if err != nil {
		return // the rest is worth telling
	}
	t.tell(messages, totals.Messages)
	t.tell(kept, totals.Valid, valid)
	t.tell(kept, totals.Invalid, invalid)
	t.tell(kept, totals.Missing, unsigned)
	t.tell(kept, totals.Unchecked, notChecked)
}

func (c collector) forwarding(t teller) {
	times := c.of.Forwarder.Latencies()
	for i, st := range c.of.Forwarder.Stats() {
		// Not its URL: that may hold what is nobody's business.
		route := strconv.Itoa(i + 1)
		t.tell(forwarded, st.Forwarded, route, "forwarded")
		t.tell(forwarded, st.Dropped, route, "dropped")
		t.tell(forwarded, st.Skipped, route, "skipped")
		t.tell(forwarded, st.Unsent, route, "unsent")
		t.tell(forwarded, st.Unanswered, route, "unanswered")
		t.tell(forwardRefused, st.Refused, route)
		t.tell(forwardRetries, st.Retries, route)
		t.tell(forwardWaiting, st.Waiting, route)
		t.tell(forwardRetrying, st.Retrying, route)
		t.tell(forwardFlying, st.InFlight, route)
		if st.Health.State != forward.Unknown {
			t.tell(forwardUp, bit(st.Health.State == forward.Up), route)
		}
		t.tell(forwardPaused, bit(st.Paused), route)
		t.times(forwarding, quick, times[i], route)
	}
}

// tunnelStates are all states that the way from outside can be in, but none.
var tunnelStates = []tunnel.State{tunnel.Connecting, tunnel.Online, tunnel.Reconnecting, tunnel.Failed, unproved}

// unproved is the state of a public URL that the program has for itself.
const unproved tunnel.State = "unproved"

func (c collector) state(t teller) {
	if c.of.State == nil {
		return
	}
	st := c.of.State()
	t.tell(serving, bit(st.Lease))
	t.tell(tunnelState, bit(st.Tunnel == ""), "none")
	for _, state := range tunnelStates {
		t.tell(tunnelState, bit(st.Tunnel == state), string(state))
	}
	if st.Proved {
		t.send(prometheus.MustNewConstMetric(roundTrip.desc, prometheus.GaugeValue, st.RoundTrip.Seconds()))
	}
	t.tell(sending, int64(st.InFlight))
	t.tell(silent, int64(st.Silent))
	t.tell(lost, int64(st.Lost))
}

func (c collector) api(t teller) {
	if c.of.API == nil {
		return
	}
	st := c.of.API.Stats()
	t.tell(apiCalls, st.Calls)
	for _, kind := range []api.Kind{api.Credentials, api.RateLimited, api.BadRequest, api.Upstream, api.Network, api.Cancelled} {
		t.tell(apiFailures, st.Failures[kind], string(kind))
	}
	t.tell(apiRetries, st.Retries)
	t.tell(apiHeld, st.Held)
	t.times(apiTimes, quick, c.of.API.Latencies())
}

func (c collector) simulator(t teller) {
	if c.of.Simulator == nil {
		return
	}
	st := c.of.Simulator.Stats()
	t.tell(simAccepted, st.Accepted)
	t.tell(simRefused, st.Refused)
	t.tell(simPosted, st.Posted)
	t.tell(simUnanswered, st.Unanswered)
	t.tell(simInbound, st.Inbound)
	t.tell(simPending, st.Pending)
	t.tell(simRetrying, st.Retrying)
}

// teller hands values on.
type teller struct{ to chan<- prometheus.Metric }

func (t teller) send(m prometheus.Metric) { t.to <- m }

func (t teller) tell(m *metric, value int64, labels ...string) {
	is := prometheus.GaugeValue
	if m.kind == counter {
		is = prometheus.CounterValue
	}
	t.send(prometheus.MustNewConstMetric(m.desc, is, float64(value), labels...))
}

// times tells of a histogram in seconds.
func (t teller) times(m *metric, bounds []time.Duration, h *meter.Histogram, labels ...string) {
	upTo, count, sum := h.Cumulative(bounds)
	buckets := make(map[float64]uint64, len(bounds))
	for i, bound := range bounds {
		buckets[bound.Seconds()] = uint64(upTo[i])
	}
	t.send(prometheus.MustNewConstHistogram(m.desc, uint64(count), sum.Seconds(), buckets, labels...))
}

func bit(on bool) int64 {
	if on {
		return 1
	}
	return 0
}
