package app

import (
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/forward"
)

// Mode is what the program talks to.
type Mode string

// The two modes.
const (
	Live      Mode = "live"
	Simulator Mode = "simulator"
)

// Status is a snapshot of the running program, cheap enough to take for every frame.
type Status struct {
	Mode          Mode
	AuthID        string
	Account       string // what to call the account on the screen
	ListenURL     string
	PublicURL     string
	CallbackURL   string // where reports of new messages are asked to; empty where nothing could receive them
	Tunnel        TunnelStatus
	APIURL        string
	MetricsURL    string // empty where none are served
	DefaultSender string
	HistoryPath   string
	Ephemeral     bool
	Started       time.Time
	Spends        bool // a send costs money
	InFlight      int  // sends that the API has not answered
	Joined        bool // another process serves: Server and Simulator count nothing then
	ServerPID     int  // the process that serves
	Shared        bool // other commands on this history use that process's server
	Server        webhook.Stats
	API           api.Stats // of this process's calls
	Simulator     simulator.Stats
	Embedded      bool // the simulator runs in this process
	// Clock and Chaos are of the simulator that messages go to, in this process or another one, as they were at
	// SimulatorAt. That is zero where none has told them within some seconds; SimulatorProblem says why, or is empty.
	Clock            simulator.Clock
	Chaos            string // as --chaos takes it; empty for none
	SimulatorAt      time.Time
	SimulatorProblem string
	// SimulatorToken is the made-up auth token of the embedded simulator, which an app that checks signatures
	// has to know; empty where it was given or there is no simulator.
	SimulatorToken string
	Totals         store.Totals
	InboundAnswer  string          // XML that inbound messages are answered with; empty for no reply
	InboundReply   string          // the text that it replies with; empty where it is XML of the user's own
	Attachment     Attachment      // of an application, where one was asked for
	Watch          WatchStatus     // of messages without callbacks; zero where another process watches
	Routes         []forward.Stats // of the forwarding, in the order in which they were given
	HistorySize    int64           // of the history's file in bytes, as of some seconds ago
	Notices        []Notice        // newest last, at most 100
}

// Severity is how much a notice matters.
type Severity string

// The severities.
const (
	Info    Severity = "info"
	Warning Severity = "warning"
	Failure Severity = "error"
)

// Notice is a sentence for the user about something that happened.
type Notice struct {
	At       time.Time
	Severity Severity
	Text     string
	Ends     bool // it tells of TunnelFailure, with which a command without screens ends, and says it then
}

// SendRequest is a draft with what only the simulator understands.
type SendRequest struct {
	Draft plivo.Draft // an empty CallbackURL stands for the server's own delivery-report URL
	Fate  string      // the fate to give it on the simulator; empty for its default
}

// Sent is how a send went: a message for each destination.
type Sent struct {
	IDs   []int64  // rows of the history, in the order of the destinations
	UUIDs []string // empty where that destination was refused
}
