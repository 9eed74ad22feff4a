package replay

import (
	"fmt"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/webhook"
)

// Fault is a way to break a request on purpose, after it was signed (huge-body before), with what a
// correct handler answers.
type Fault struct {
	Name  string
	About string // what it does, in a sentence
	// V2 and V3 are the statuses to expect of a handler that checks the V2 signature alone, and of one that
	// checks V3; the first is the usual one.
	V2, V3 []int
	Note   string // why, where that is not plain; empty otherwise
}

// fault is a Fault with what it does to a draft before and after it is signed.
type fault struct {
	Fault
	before, after func(*draft) error
}

const reusedNonce = "reused-nonce"

var (
	accepted = []int{200}
	refused  = []int{403}
	missing  = []int{400, 403}
	tooLarge = []int{413}
)

const uncovered = "V2 covers no parameters, so only a check of V3 finds it."

var faults = []fault{
	{Fault{"no-signature", "Sends no signature header; the nonces stay.", missing, missing, ""}, nil, noSignature},
	{Fault{"no-nonce", "Sends the signatures without their nonces.", missing, missing, ""}, nil, noNonce},
	{Fault{"wrong-token", "Signs with another auth token.", refused, refused, ""}, wrongToken, nil},
	{Fault{"other-url", "Signs for the same path of another host.", refused, refused, ""}, otherURL, nil},
	{Fault{"trailing-slash", "Signs for the URL with a slash at the end of its path more, or less.", refused, refused, ""}, trailingSlash, nil},
	{Fault{"changed-body", "Changes the value of a parameter after signing.", accepted, refused, uncovered}, nil, changedBody},
	{Fault{
		reusedNonce, "Signs with the nonces that the callback came with.", accepted, accepted,
		"A signature has no time in it and a nonce no register, so any correct handler accepts a nonce again; only one that keeps the nonces it has seen can tell.",
	}, nil, nil},
	{Fault{"truncated-signature", "Cuts the signatures to their first half.", refused, refused, ""}, nil, eachSignature(func(s string) string { return s[:len(s)/2] })},
	{Fault{"swapped-family", "Puts the signatures of V2 under the header of V3 and those of V3 under the one of V2; where the callback has one of them alone, the other's header is there in its place.", []int{403, 400}, []int{403, 400}, ""}, nil, swappedFamily},
	{Fault{"garbage-signature", "Puts text that is no base64 into the signature headers.", refused, refused, ""}, nil, eachSignature(func(s string) string { return strings.Repeat("*?", max(len(s)/2, 1)) })},
	{Fault{
		"lower-case-method", "Writes the method in lower case.",
		[]int{400, 404, 405, 501},
		[]int{400, 404, 405, 501},
		"Methods are case-sensitive: Node refuses the request before any handler sees it, a router finds no route of this method.",
	}, nil, func(d *draft) error {
		lower := strings.ToLower(d.method)
		if lower == d.method {
			return fmt.Errorf("the method %q is in lower case already", cut(d.method))
		}
		d.method = lower
		return nil
	}},
	{Fault{"extra-param", "Adds a parameter after signing.", accepted, refused, uncovered}, nil, extraParam},
	{Fault{"stripped-param", "Removes a parameter after signing.", accepted, refused, uncovered}, nil, strippedParam},
	{Fault{
		"huge-body", fmt.Sprintf("Adds a parameter that makes the body some %d KiB, and signs that.", hugeBody>>10), tooLarge, tooLarge,
		"The signature is right and only the size is wrong: a handler that bounds what it reads refuses it, one that answers 200 reads whatever a stranger sends.",
	}, hugeParam, nil},
	{Fault{
		"wrong-content-type", "Says that the body is of another type than it is.",
		[]int{200, 400, 415},
		[]int{403, 400, 415, 200},
		"The body is not read as a form, so the parameters that V3 covers are missing; a reader of JSON that fails on it answers 400. Under Express 5 req.body is then undefined, and a handler that reads from it all the same answers 500. A handler that reads the parameters whatever the type says finds the signature right, and answers 200.",
	}, nil, wrongContentType},
}

// Faults lists the faults in the order of the documentation.
func Faults() []Fault {
	list := make([]Fault, len(faults))
	for i, f := range faults {
		list[i] = f.Fault
	}
	return list
}

// faultOf is the fault of the options, nil in the other modes.
func faultOf(o Options) (*fault, error) {
	switch o.Mode {
	case "", webhook.Resigned, webhook.AsCaptured:
		if o.Fault != "" {
			return nil, fmt.Errorf("the fault %q goes with the mode %q alone", cut(o.Fault), webhook.Faulty)
		}
		return nil, nil
	case webhook.Faulty:
		if i := slices.IndexFunc(faults, func(f fault) bool { return f.Name == o.Fault }); i >= 0 {
			return &faults[i], nil
		}
		names := make([]string, len(faults))
		for i, f := range faults {
			names[i] = f.Name
		}
		return nil, fmt.Errorf("there is no fault %q; use one of %s", cut(o.Fault), strings.Join(names, ", "))
	}
	return nil, fmt.Errorf("there is no mode %q; use %s, %s or %s", cut(string(o.Mode)), webhook.Resigned, webhook.AsCaptured, webhook.Faulty)
}
