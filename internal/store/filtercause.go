package store

import (
	"fmt"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// outcomeValues and causeValues are the values of sig:, the second ones saying why a signature does not
// match.
var (
	outcomeValues = []FilterValue{
		{string(signature.Valid), "the signature verifies"},
		{string(signature.Invalid), "it does not match"},
		{string(signature.Missing), "there is none"},
		{string(signature.Unchecked), "no token, or no callback"},
	}
	causeValues = []FilterValue{
		{string(signature.CauseURL), "signed for another URL"},
		{string(signature.CausePort), "the port differs"},
		{string(signature.CauseToken), "signed with another token"},
		{string(signature.CauseParams), "the parameters differ"},
		{string(signature.CauseNonce), "the nonce differs"},
		{string(signature.CauseMethod), "the method differs"},
		{string(signature.CauseRecipe), "signed in another way"},
		{string(signature.CauseScheme), "http for https, or back"},
		{string(signature.CauseHost), "the host differs"},
		{string(signature.CausePath), "the path differs"},
		{string(signature.CauseSlash), "a slash too many or few"},
		{string(signature.CauseQuery), "the query differs"},
		{string(signature.CauseHeader), "the header is damaged"},
		{string(signature.UnknownCause), "no cause was found"},
	}
)

// isCause reports whether a value says why a signature does not match.
func isCause(v string) bool {
	return slices.ContainsFunc(causeValues, func(c FilterValue) bool { return c.Text == v })
}

// firstCause is what messages_cause is over: the one of several causes that a column shows.
const firstCause = "substr(cause, 1, instr(cause || '+', '+') - 1)"

// joined tells whether a value of sig: is several causes at once, as "scheme+slash": then it is exactly
// these.
func joined(v string) bool {
	if !strings.Contains(v, "+") {
		return false
	}
	for part := range strings.SplitSeq(v, "+") {
		if !isCause(part) || part == signature.UnknownCause {
			return false
		}
	}
	return true
}

// causesOf gives the causes that a value of sig: stands for, "url" for all whose word it is; none for an
// outcome.
func causesOf(v string) []string {
	if joined(v) {
		return []string{v}
	}
	var all []string
	for _, c := range causeValues {
		if c.Text == v || signature.Cause(c.Text).Word() == v {
			all = append(all, c.Text)
		}
	}
	return all
}

// sigValue reads an outcome, a cause, or causes joined by plus signs.
func sigValue(v string) (string, error) {
	l := strings.ToLower(v)
	if all := sigValues(); !joined(l) && !slices.Contains(all, l) {
		return "", fmt.Errorf("%q is none of %s, or of the causes joined as scheme+slash", v, strings.Join(all, ", "))
	}
	return l, nil
}

func sigValues() []string {
	var all []string
	for _, v := range slices.Concat(outcomeValues, causeValues) {
		all = append(all, v.Text)
	}
	return all
}

// beginsSig reports whether v is the beginning of a value of sig:, or of several causes joined.
func beginsSig(v string) bool {
	v = strings.ToLower(v)
	last := v[strings.LastIndexByte(v, '+')+1:]
	for _, whole := range sigValues() {
		if strings.HasPrefix(whole, last) && (last == v || joined(v[:len(v)-len(last)]+whole)) {
			return true
		}
	}
	return false
}

// sig is one value of sig: as it is tested row by row.
func sig(v string) condition {
	all := causesOf(v)
	switch {
	case len(all) == 0:
		return condition{"outcome = ?", []any{v}}
	case joined(v):
		return condition{"cause = ?", []any{v}}
	}
	args := make([]any, len(all))
	for i, c := range all {
		args[i] = c
	}
	return condition{firstCause + " IN (?" + strings.Repeat(", ?", len(all)-1) + ")", args}
}
