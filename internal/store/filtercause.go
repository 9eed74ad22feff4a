package store

import (
	"fmt"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// causes are the values of sig: that say why a signature does not match.
var causes = []signature.Cause{
	signature.CauseURL, signature.CausePort, signature.CauseToken, signature.CauseParams, signature.CauseNonce,
	signature.CauseMethod, signature.CauseRecipe, signature.CauseScheme, signature.CauseHost, signature.CausePath,
	signature.CauseSlash, signature.CauseQuery, signature.CauseHeader, signature.UnknownCause,
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
		if !slices.Contains(causes, signature.Cause(part)) || part == signature.UnknownCause {
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
	for _, c := range causes {
		if string(c) == v || c.Word() == v {
			all = append(all, string(c))
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
	all := []string{string(signature.Valid), string(signature.Invalid), string(signature.Missing), string(signature.Unchecked)}
	for _, c := range causes {
		all = append(all, string(c))
	}
	return all
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
