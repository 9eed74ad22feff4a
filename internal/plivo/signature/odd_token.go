package signature

// OddToken says what of a token is not as Plivo's are, as "looks like an auth id", and what to do, in a sentence
// each; both are empty for one that looks right. Of the token nothing is shown but its length.
func OddToken(t Token) (what, remedy string) {
	if t.Empty() {
		return "", ""
	}
	_, what, remedy = oddToken(*t.value)
	return what, remedy
}
