// Package sdk knows what the signature validators of Plivo's official SDKs compute and answer for a
// request. They disagree about unusual ones, and an application that uses one of them does what its
// SDK does, not what Plivo documents.
//
// There is one algorithm, [Profile.Base], with some sixty points at which it can take another way. Each
// is a named quirk; a profile is a set of them for each scheme, and the empty set is the recipe of
// internal/plivo/signature. Why an SDK differs for a request is found by taking its quirks away one by
// one: those without which the result is another are named, in words about that request.
//
// The quirks come from runs of the SDKs (the matrix in ../testdata, all of which comes out) and from
// their sources. What an SDK raises is in its own words, as its language's current runtime has them:
// Java 17, Python 3.11, Ruby 2.7. Known to differ still: Node's way with invalid percent encoding next
// to unencoded text in a query, and user information with several @ in Java. A URL without scheme and
// host, which Plivo cannot have been given, is signed by no profile.
//
// The package is pure and imports internal/plivo/signature alone.
package sdk
