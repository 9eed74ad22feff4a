package signature

// Case is a request whose signature does not verify, with all that may help to find out why. Of what
// follows the Request everything may be empty; more of it finds more.
type Case struct {
	Request
	Tokens []Token // that the request is verified with

	Others      []Token  // known, but trusted with nothing here: another account's, a simulator's
	AuthIDs     []string // of the accounts: what is easily put where the token belongs
	ReceivedURL string   // what the request itself asked for, by its Host header
	Body        []byte   // as it was received; nil where it is not known
	KnownURLs   []string // URLs that were registered with Plivo before, the newest first
	OwnURLs     []string // under which the server that received the request is reached now
	Local       bool     // the sender is on this machine, as a simulator is
}

// Cause is a kind of reason for which a signature does not match, in one word.
type Cause string

// The causes.
const (
	CauseToken  Cause = "token"  // another key than the request was signed with
	CauseScheme Cause = "scheme" // http for https, or https for http
	CauseHost   Cause = "host"
	CausePort   Cause = "port"
	CausePath   Cause = "path"
	CauseSlash  Cause = "slash" // at the end of the URL, or doubled in it
	CauseQuery  Cause = "query"
	CauseURL    Cause = "url" // another URL altogether
	CauseNonce  Cause = "nonce"
	CauseMethod Cause = "method"
	CauseParams Cause = "params"
	CauseHeader Cause = "header" // the signature's own: not there, cut off or garbled
	CauseRecipe Cause = "recipe" // not signed the way that the header's family says
)

// Word is the cause as a narrow column shows it: the parts of a URL are one, but for the port.
func (c Cause) Word() string {
	switch c {
	case CauseScheme, CauseHost, CausePath, CauseSlash, CauseQuery:
		return string(CauseURL)
	default:
		return string(c)
	}
}

// Confidence is how sure a finding is.
type Confidence string

// The three degrees of confidence.
const (
	// Certain findings reproduce a signature of the request: chance cannot.
	Certain Confidence = "certain"
	// Likely ones reproduce a signature of a weaker family, which covers less of the request.
	Likely Confidence = "likely"
	// Possible ones reproduce nothing; what was given looks wrong in itself.
	Possible Confidence = "possible"
)

// Part is what of a request a change is about.
type Part string

// The parts of a request that its signature depends on.
const (
	PartToken  Part = "token"
	PartMethod Part = "method"
	PartURL    Part = "url"
	PartNonce  Part = "nonce"
	PartParams Part = "params"
	PartRecipe Part = "recipe"

	// PartSignature is the signature itself, as the header holds it and as it is computed.
	PartSignature Part = "signature"
)

// Change is one part of the request as it was given and as it was signed. Of a token both are words,
// never the value. Of the parameters they are those that differ, a "name=value" each, in lines; a side
// that lacks them is empty.
type Change struct {
	Part          Part
	Given, Signed string
}

// Setting is what to do in one framework, or in one place, about a finding.
type Setting struct {
	Framework string // as "Express"
	Text      string // the setting, as code or in a sentence
}

// Finding is one explanation: the changes that make the signature match, and what to do.
type Finding struct {
	Causes     []Cause  // one to four, the first is the likeliest to act on
	Hypotheses []string // the names of what was supposed, as in Hypotheses and Suspicions, one a cause
	Detail     string   // a predicate behind "the signature", without a full stop: `matches if the URL ends in "/"`
	Remedy     string   // what to do, in whole sentences
	Settings   []Setting
	Confidence Confidence
	Changes    []Change

	// What matches with the changes made; empty where nothing is reproduced.
	Scheme    Scheme
	Header    string
	Token     string // label of the key
	Base      string
	Signature string
}

// Cause joins the causes: "scheme+slash".
func (f Finding) Cause() string {
	s := ""
	for i, c := range f.Causes {
		if i > 0 {
			s += "+"
		}
		s += string(c)
	}
	return s
}

// Diagnosis is why a request does not verify.
type Diagnosis struct {
	Findings []Finding // likeliest first
	RuledOut []string  // what was tried in vain, a few words each; empty where a certain cause was found
	Remains  []string  // what no search can find, a sentence each; empty where a certain cause was found
	Tried    int       // signatures computed
	Cut      bool      // the bound of the work was reached before everything was tried
}

// Explained tells whether a certain cause was found.
func (d Diagnosis) Explained() bool {
	return len(d.Findings) > 0 && d.Findings[0].Confidence == Certain
}

// Cause is that of the first finding, where it reproduces a signature or says that the nonce is not
// there; otherwise "unknown".
func (d Diagnosis) Cause() string {
	if len(d.Findings) > 0 {
		f := d.Findings[0]
		if f.Confidence != Possible || f.Hypotheses[0] == nonceMissing || f.Hypotheses[0] == nonceRenamed {
			return f.Cause()
		}
	}
	return UnknownCause
}

// UnknownCause stands where a diagnosis reproduced nothing.
const UnknownCause = "unknown"

// CauseWord is the word of a narrow column for what Diagnosis.Cause gave: the word of its first cause,
// empty for an unknown one.
func CauseWord(cause string) string {
	for i := range len(cause) {
		if cause[i] == '+' {
			cause = cause[:i]
			break
		}
	}
	if cause == UnknownCause {
		return ""
	}
	return Cause(cause).Word()
}
