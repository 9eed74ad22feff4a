package signature

import "strings"

// causePhrases say of each cause what was otherwise than it was signed.
var causePhrases = map[Cause]string{
	CauseToken:  "another token",
	CauseScheme: "http for https, or https for http",
	CauseHost:   "another host in the URL",
	CausePort:   "another port in the URL",
	CausePath:   "another path in the URL",
	CauseSlash:  `a "/" too many or too few in the URL`,
	CauseQuery:  "another query in the URL",
	CauseURL:    "another URL",
	CauseNonce:  "no nonce, or another one",
	CauseMethod: "another method",
	CauseParams: "other parameters",
	CauseHeader: "a signature header that was cut or garbled",
	CauseRecipe: "a signature made in another way than its header says",
}

// CauseWords are what Diagnosis.Cause gave as a phrase, for where nothing else is left of a diagnosis: what was
// otherwise than it was signed. A cause that is none of this program's is given as it is.
func CauseWords(cause string) string {
	parts := strings.Split(cause, "+")
	for i, part := range parts {
		if phrase := causePhrases[Cause(part)]; phrase != "" {
			parts[i] = phrase
		}
	}
	return strings.Join(parts, ", and ")
}
