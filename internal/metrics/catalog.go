package metrics

import (
	"fmt"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// prefix begins the name of every metric that is not of the process or of Go.
const prefix = "plivoscope_"

type kind string

const (
	counter   kind = "counter"
	gauge     kind = "gauge"
	histogram kind = "histogram"
)

// metric is what the catalog says of one.
type metric struct {
	part   string // of the page that tells of it
	name   string
	kind   kind
	labels []string
	help   string // a sentence without its full stop, the meaning of the labels' values included

	desc *prometheus.Desc
}

// The parts of the catalog, in their order.
const (
	ofCallbacks  = "Callbacks"
	ofMessages   = "Messages"
	ofHistory    = "History"
	ofForwarding = "Forwarding"
	ofWay        = "Tunnel and process"
	ofAPI        = "Plivo's API"
	ofSimulator  = "Simulator"
)

var catalog []*metric

func define(part, name string, k kind, help string, labels ...string) *metric {
	m := &metric{part: part, name: prefix + name, kind: k, labels: labels, help: help}
	m.desc = prometheus.NewDesc(m.name, help, labels, nil)
	catalog = append(catalog, m)
	return m
}

var (
	received     = define(ofCallbacks, "callbacks_received_total", counter, "Requests that came to the callback server, without those to /health; each ends as stored, refused or dropped")
	stored       = define(ofCallbacks, "callbacks_stored_total", counter, "Callbacks that are on disk, by kind: delivery_report, inbound, other", "kind")
	refused      = define(ofCallbacks, "callbacks_refused_total", counter, "Requests that were not stored for what they are or for a limit, by reason: not_allowed (403, --allow), rate_limited (429, no valid signature), crowded (503, no valid signature: too many of these waited to be stored), body_incomplete (400 or 408), protocol (400, HTTP/2)", "reason")
	dropped      = define(ofCallbacks, "callbacks_dropped_total", counter, "Callbacks answered 503 because storing them failed: Plivo sends them again")
	rejected     = define(ofCallbacks, "callbacks_rejected_total", counter, "Callbacks that are stored and were answered 4xx all the same, by reason: too_large (413), invalid (403) and unsigned (400) with --on-invalid reject, application (its own answer, with --forward-answer)", "reason")
	signatures   = define(ofCallbacks, "signatures_total", counter, "Signatures that were checked, by verdict: valid, invalid, unsigned, not_checked (no public URL or no token to check with)", "verdict")
	acknowledged = define(ofCallbacks, "acknowledgement_seconds", histogram, "Time of a stored callback from its head read to its answer written")
	connections  = define(ofCallbacks, "connections_open", gauge, "Connections to the callback server")
	turnedAway   = define(ofCallbacks, "connections_refused_total", counter, "Connections that were closed because too many were open: a new one, or the one that waited longest for its caller")

	statuses  = define(ofMessages, "message_status_total", counter, "Delivery reports that verified and repeat no earlier one, by the status that they give the message: queued, sent, delivered, undelivered, failed, read, received, rejected, other", "status")
	codes     = define(ofMessages, "error_codes_total", counter, "Of these the ones with an error code, by code: those that plivoscope knows, other", "code")
	delivered = define(ofMessages, "delivery_seconds", histogram, "Time from when an outbound message was known here (it was being sent, or its first callback came) to the verified callback that says it was delivered; a message of which nothing was known before that is left out")
	sending   = define(ofMessages, "sends_in_flight", gauge, "Messages that are being sent and that the API has not answered")
	silent    = define(ofMessages, "messages_silent", gauge, "Messages of which a callback is missed")
	lost      = define(ofMessages, "messages_lost", gauge, "Of these the ones of which Plivo knows the final status when it is asked")

	commits       = define(ofHistory, "commit_seconds", histogram, "Time of a transaction of the history, from the wait for the lock to the disk; one holds up to 512 callbacks")
	queueLength   = define(ofHistory, "history_queue_length", gauge, "What waits to be written, by queue: callbacks, attempts", "queue")
	queueCapacity = define(ofHistory, "history_queue_capacity", gauge, "How much can wait in the queue of callbacks before one is answered 503")
	unstored      = define(ofHistory, "history_failures_total", counter, "Callbacks that the history did not take, by reason: queue_full, disk_full, locked, closed, read_only, damaged, taken_away, too_slow, other", "reason")
	size          = define(ofHistory, "history_size_bytes", gauge, "Size of the history's file and its write-ahead log, looked at every two seconds")
	kept          = define(ofHistory, "history_callbacks", gauge, "Callbacks that the history holds, by verdict as in plivoscope_signatures_total", "verdict")
	messages      = define(ofHistory, "history_messages", gauge, "Messages that the history holds")

	forwarded       = define(ofForwarding, "forward_callbacks_total", counter, "Callbacks of a route that wait no more, by result: forwarded (answered for good), dropped (no valid signature), skipped (too old at the start), unsent (cut, gone or in a loop), unanswered (answered 504, so that Plivo sends them again)", "route", "result")
	forwardRefused  = define(ofForwarding, "forward_refused_total", counter, "Of those that were forwarded the ones that the application answered with anything but 2xx", "route")
	forwardRetries  = define(ofForwarding, "forward_retries_total", counter, "Attempts beyond the first of a callback", "route")
	forwardWaiting  = define(ofForwarding, "forward_queue_length", gauge, "Callbacks that wait to be forwarded, or for an answer for good", "route")
	forwardRetrying = define(ofForwarding, "forward_retrying", gauge, "Of these the ones that were tried without success", "route")
	forwardFlying   = define(ofForwarding, "forward_in_flight", gauge, "Requests that are on their way to the application", "route")
	forwardUp       = define(ofForwarding, "forward_up", gauge, "1 where the application gave an answer for good to the last attempt, 0 where not; absent before the first", "route")
	forwardPaused   = define(ofForwarding, "forward_paused", gauge, "1 while forwarding is paused", "route")
	forwarding      = define(ofForwarding, "forward_seconds", histogram, "Time of an attempt to forward that was answered, from its beginning to the answer's last byte", "route")

	build       = define(ofWay, "build_info", gauge, "1; version is the program's, mode is live or simulator", "version", "mode")
	serving     = define(ofWay, "lease_held", gauge, "1 while other commands on the history use this process's server")
	tunnelState = define(ofWay, "tunnel_state", gauge, "1 for the state that the way from outside is in, 0 for the others: none (neither a tunnel nor --public-url), connecting, online, reconnecting, failed, unproved (--public-url that no probe came back through)", "state")
	roundTrip   = define(ofWay, "tunnel_round_trip_seconds", gauge, "Time that the last probe through the public URL took; absent before the first came back")

	apiCalls    = define(ofAPI, "api_calls_total", counter, "Calls of Plivo's API, or of the simulator's, that have ended, each try by itself")
	apiFailures = define(ofAPI, "api_failures_total", counter, "Calls that failed, by kind: credentials, rate_limited, bad_request, upstream, network, cancelled", "kind")
	apiRetries  = define(ofAPI, "api_retries_total", counter, "Calls that were tried again")
	apiHeld     = define(ofAPI, "api_held_total", counter, "Calls that had to wait for a limit")
	apiTimes    = define(ofAPI, "api_seconds", histogram, "Time of a call that got an answer, whatever it was")

	simAccepted   = define(ofSimulator, "simulator_accepted_total", counter, "Messages that the simulator of this process took")
	simRefused    = define(ofSimulator, "simulator_refused_total", counter, "Requests that it answered with an error")
	simPosted     = define(ofSimulator, "simulator_posted_total", counter, "Delivery reports that it posted, those sent again included")
	simUnanswered = define(ofSimulator, "simulator_unanswered_total", counter, "Of these the ones that were not answered 200")
	simInbound    = define(ofSimulator, "simulator_inbound_total", counter, "Inbound messages that it posted")
	simPending    = define(ofSimulator, "simulator_pending", gauge, "Messages and retries of it that still have something to post")
	simRetrying   = define(ofSimulator, "simulator_retrying", gauge, "Of these the delivery reports that wait to be posted again")
)

// The bounds of histograms.
var (
	quick = []time.Duration{
		500 * time.Microsecond, time.Millisecond, 2 * time.Millisecond, 5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond,
		50 * time.Millisecond, 100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second,
	}
	slow = []time.Duration{
		100 * time.Millisecond, 200 * time.Millisecond, 500 * time.Millisecond, time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 20 * time.Second,
		time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour,
	}
)

// Page is the table of all metrics, for docs/metrics.md.
func Page() string {
	var b strings.Builder
	part := ""
	for _, m := range catalog {
		if m.part != part {
			if part != "" {
				b.WriteString("\n")
			}
			part = m.part
			fmt.Fprintf(&b, "### %s\n\n| metric | type | labels | meaning |\n|---|---|---|---|\n", part)
		}
		labels := "`" + strings.Join(m.labels, "`, `") + "`"
		if len(m.labels) == 0 {
			labels = ""
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", m.name, m.kind, labels, m.help)
	}
	return b.String()
}
