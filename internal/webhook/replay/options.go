package replay

import (
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// Keys sign what is sent: the plain headers with the account's token, the Ma- ones with the main
// account's (the account's own where that is empty).
type Keys struct {
	Account, Main signature.Token
}

// Options say where and how a callback is sent again.
type Options struct {
	// To is an absolute http or https URL, as CheckTarget reads it. Without a path, or with "/" alone, the
	// callback keeps its own path and query; with one it replaces the callback's path. The callback's query
	// follows To's own.
	To string
	// SignURL is what the signatures are made over where the application rebuilds another URL than the one
	// that is asked, as behind a proxy; empty for that one. Like To it may lack a path, and where it lacks a
	// query it has To's. Its scheme and host are told to the application by X-Forwarded-Proto, -Host and
	// -Port, as a proxy does. It has no meaning as captured.
	SignURL string
	Mode    webhook.Mode // empty for Resigned
	Fault   string       // a name of Faults; only with the mode Faulty
	// Families are the schemes to sign with; nil for those that the callback carried, and V2, Ma-V2, V3 and
	// Ma-V3 where it carried none.
	Families []signature.Scheme
	Keys     Keys
	Edits    Edits
	Nonce    func() string // a fresh nonce, asked for once for V2 and then once for V3; nil for a random one
	// Guard is the value of GuardHeader, by which a request that comes back is told; empty for no header.
	Guard string
}

// GuardHeader marks a request as one that this program sent.
const GuardHeader = "X-Plivoscope-Sent"

// Edits change a callback before it is signed.
type Edits struct {
	// Method is empty for its own. From one that has its parameters in the query to one that has them in the
	// body, or back, they move, unless Body is set.
	Method string
	Path   string // path and query, beginning with "/", whatever To's are; empty for its own
	Params []Edit // of the body, of the query for GET and HEAD
	// Header may name Host. What it says of a signature header holds against the signature that is made.
	Header []Edit
	Body   []byte // in place of its own; nil for its own. Params are set into it
}

// Edit sets a parameter or header, in place of every value it had, or removes it.
type Edit struct {
	Name, Value string
	Remove      bool
}

// Request is what goes over the wire, and what is to be known of it.
type Request struct {
	CallbackID int64
	Scenario   string // and Step are the callback's
	Step       int
	Mode       webhook.Mode
	Fault      string
	Method     string
	URL        string // that is asked
	Host       string // the Host header
	Header     map[string][]string
	Body       []byte
	SignedURL  string             // that the signatures were made over; empty as captured
	Signed     []signature.Scheme // families that were signed anew
	Changes    []Change           // against the callback, for a reader
	// Unverified says of a request as captured that it does not hold what its signatures were made over: To
	// has another path or query, or something that they cover was edited.
	Unverified bool
}

// Change is one thing that differs from the callback. Values are cut to some 200 bytes.
type Change struct {
	What          string // "URL", "Host", "header X", "parameter Y", "body", "method"
	Before, After string // empty where there is none
}
