package app

import (
	"fmt"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// Came is what was found of the signature of a callback when it came. The zero value is of an examination that finds
// as much now.
type Came struct {
	Outcome signature.Outcome // Valid, or with a Cause why not
	Cause   string            // as signature.Diagnosis.Cause; empty where it was valid
	lost    Lost
	gone    bool // what it was signed with; else another finding says what is the matter now
}

// Lost is why what a signature was made with may not be at hand any more.
type Lost int

// The reasons.
const (
	// Changed is that tokens and URLs may be others by now.
	Changed Lost = iota
	// EarlierSimulator is that a simulator makes up a new token for each run.
	EarlierSimulator
	// OthersGiven is that it is checked with tokens that were given for it.
	OthersGiven
)

// WhenItCame adds what was found when a callback came, where this examination of it finds less: it was valid then, or
// had a cause that is not found now. One that was valid is not called invalid for want of its token, unless others
// were given.
func (e Examination) WhenItCame(c webhook.Callback, lost Lost) Examination {
	if e.Verdict.Outcome == signature.Valid {
		return e
	}
	unknown := e.Diagnosis.Cause() == signature.UnknownCause
	switch was := c.Verdict.Outcome; {
	case was == signature.Valid:
		e.Came = Came{Outcome: was, lost: lost, gone: unknown}
	case unknown && c.Cause != "" && c.Cause != signature.UnknownCause:
		e.Came = Came{Outcome: was, Cause: c.Cause, lost: lost, gone: true}
	default:
		return e
	}
	if e.Came.gone {
		e.Diagnosis = signature.Diagnosis{} // its guesses are about what is known
		if lost == OthersGiven {
			return e
		}
		e.SDKs = nil // they were asked with another token
		if e.Came.Outcome == signature.Valid {
			e.Verdict.Outcome = signature.Unchecked
		}
	}
	return e
}

// Gone tells whether it cannot be examined any more, because what it was signed with is not here.
func (c Came) Gone() bool { return c.gone }

// Found says what was found then, without a full stop; empty where as much is found now.
func (c Came) Found() string {
	switch {
	case c.Outcome == signature.Valid:
		return "it verified when it came"
	case c.Cause != "":
		return fmt.Sprintf("when it came, the cause was: %s (%s)", signature.CauseWords(c.Cause), c.Cause)
	}
	return ""
}

// Words say what was found then, and why that cannot be found again, as a sentence without its full stop; empty where
// as much is found now.
func (c Came) Words() string {
	words := c.Found()
	if !c.gone {
		return words
	}
	again := "examined"
	if c.Outcome == signature.Valid {
		again = "checked"
	}
	switch {
	case c.lost == OthersGiven:
		return words + "; it was signed with another token than those given"
	case c.lost == EarlierSimulator:
		words += "; the token it was signed with is not here any more (an earlier simulator's is kept nowhere)"
	case c.Cause != "":
		words += "; the token it was signed with, or the URL, is not known here any more"
	default:
		words += "; the token it was signed with is not here any more"
	}
	return words + ", so it cannot be " + again + " again"
}
