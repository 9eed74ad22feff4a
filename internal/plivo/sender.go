package plivo

import (
	"slices"
	"strings"
	"unicode"
)

// Lengths of the senders that are no full phone numbers.
const (
	minShortCode, maxShortCode = 3, 7 // digits
	maxAlphanumeric            = 11   // characters
)

func checkSender(ps *problems, raw string, to []string) string {
	const field = "from"
	sender := strings.TrimSpace(raw)
	switch {
	case sender == "":
		ps.fail(field, "", "There is no sender; give a number of your account, a short code or an alphanumeric sender.")
		return ""
	case strings.ContainsFunc(sender, unicode.IsLetter):
		checkAlphanumeric(ps, sender, to)
		return sender
	}
	digits, plus, err := stripped(sender)
	if err == nil && !plus && len(digits) >= minShortCode && len(digits) <= maxShortCode {
		return digits
	}
	p, err := readNumber(sender)
	if err != nil {
		ps.fail(field, sender, "Cannot send from %s: it %s.", quoted(sender), err)
		return sender
	}
	if p.doubt != "" {
		ps.warn(field, sender, "%s %s.", p.e164, p.doubt)
	}
	if slices.Contains(to, p.e164) {
		ps.fail(field, sender, "The sender %s is also a destination; Plivo refuses that, leave one of them out.", p.e164)
	}
	return p.e164
}

func checkAlphanumeric(ps *problems, sender string, to []string) {
	const field = "from"
	var odd []string
	n := 0
	for _, r := range sender {
		n++
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			if q := quoted(string(r)); !slices.Contains(odd, q) && len(odd) < 5 {
				odd = append(odd, q)
			}
		}
	}
	switch {
	case len(odd) > 0:
		ps.fail(field, sender, "The sender %s has %s in it; an alphanumeric sender takes the letters A to Z and digits alone.",
			quoted(sender), strings.Join(odd, ", "))
	case n > maxAlphanumeric:
		ps.fail(field, sender, "The sender %s has %d characters; an alphanumeric sender takes at most %d.",
			quoted(sender), n, maxAlphanumeric)
	default:
		if i := slices.IndexFunc(to, func(n string) bool { return strings.HasPrefix(n, "+1") && !isTestNumber(n[1:]) }); i >= 0 {
			ps.warn(field, sender, "The US and Canada take no alphanumeric sender, so %s will probably not get a message from %s; "+
				"use a number of your account.", to[i], quoted(sender))
		}
	}
}
