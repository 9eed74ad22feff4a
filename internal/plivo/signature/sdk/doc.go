// Package sdk knows what the signature validators of Plivo's official SDKs would compute and answer
// for a request. They disagree about unusual ones, and an application that uses one of them does what
// its SDK does, not what Plivo documents.
//
// A profile is a table of named quirks over one common algorithm, taken from runs of the SDKs (see
// testdata). The package is pure and imports internal/plivo/signature alone.
package sdk
