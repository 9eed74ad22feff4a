package signature

// suspicion is what may look wrong in itself.
type suspicion struct {
	name  string // as in Finding.Hypotheses
	cause Cause
	about string // what looks wrong, in a sentence
}

// suspicions are what a diagnosis looks at where it reproduces nothing.
var suspicions = []suspicion{
	{"header-missing", CauseHeader, "The request has none of Plivo's signature headers."},
	{"header-renamed", CauseHeader, "The signature header has another name, as PHP and CGI write it."},
	{"header-malformed", CauseHeader, "The header's value cannot be a signature: it is cut, too long, quoted or encoded."},
	{"header-v1-alone", CauseHeader, "There is a V1 signature, but none of V2 and V3."},
	{nonceMissing, CauseNonce, "The signature's nonce is missing."},
	{nonceRenamed, CauseNonce, "The nonce's header has another name, as PHP and CGI write it."},
	{"nonce-odd", CauseNonce, "The nonce has characters that Plivo's nonces do not have."},
	{"url-not-absolute", CauseURL, "The URL that is checked has no scheme and host."},
	{"url-private", CauseHost, "The URL that is checked is one that Plivo cannot reach."},
	{"body-cut", CauseParams, "The body is shorter than the request says."},
	{"body-no-form", CauseParams, "The body is no form, as JSON is none."},
	{"value-masked", CauseParams, "A value looks like one of a log, masked or shortened."},
	{paramsAltered, CauseParams, "The V2 signature matches and the V3 one does not: a parameter, the query or the method is another."},
	{"token-missing", CauseToken, "There is no token to check with."},
	{"token-is-auth-id", CauseToken, "The token looks like an auth id."},
	{"token-is-scoped", CauseToken, "The token looks like a scoped token of the API."},
	{"token-is-placeholder", CauseToken, "The token looks like a placeholder."},
	{"token-is-masked", CauseToken, "The token has the dots that stand for one."},
	{"token-odd", CauseToken, "The token has characters that Plivo's tokens do not have."},
	{"token-length", CauseToken, "The token is far from 40 characters."},
}

// The names that more than one place knows.
const (
	nonceMissing  = "nonce-missing"
	nonceRenamed  = "nonce-renamed"
	paramsAltered = "params-altered"
)
