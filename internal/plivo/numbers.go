package plivo

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"
)

// phone is a phone number that was read.
type phone struct {
	e164 string
	// What is unlikely, as the end of a sentence that begins with the number; empty for nothing.
	doubt string // about the number
	deaf  string // about its receiving SMS
}

// example is how a number is best written.
const example = "+14155550123"

// errTooLong tells more digits than a number has: in a list of destinations, perhaps several numbers.
var errTooLong = errors.New("is too long")

// readPhone reads a number with its country code, with or without '+', with the punctuation that
// Plivo strips. The error's text is the end of a sentence that begins with the number.
func readPhone(raw string) (phone, error) {
	digits, plus, err := stripped(raw)
	switch {
	case err != nil:
		return phone{}, err
	case digits == "":
		return phone{}, fmt.Errorf("has no digits; write a number as %s", example)
	case strings.HasPrefix(digits, "00"):
		return phone{}, fmt.Errorf("begins with 00; write + and the country code instead, as in %s", example)
	case digits[0] == '0':
		return phone{}, errors.New("is in national format; add + and the country code and leave out the leading 0, " +
			"as in +44 20 7946 0018 for 020 7946 0018")
	case isTestNumber(digits):
		return phone{e164: "+" + digits}, nil
	}
	n, err := phonenumbers.Parse("+"+digits, "")
	if !plus && isNationalUS(digits) {
		if err != nil || !phonenumbers.IsValidNumber(n) {
			return phone{}, fmt.Errorf("has no country code; add + and the country code, which makes it +1%s in the US or Canada", digits)
		}
		return phone{
			e164:  phonenumbers.Format(n, phonenumbers.E164),
			doubt: fmt.Sprintf("is how %s is read; if that is a number of the US or Canada, write +1%s", quoted(raw), digits),
		}, nil
	}
	switch {
	case errors.Is(err, phonenumbers.ErrInvalidCountryCode):
		return phone{}, fmt.Errorf("begins with no country's code; add + and the country code, as in %s", example)
	case len(digits) > maxDigits:
		return phone{}, fmt.Errorf("%w for one number; check its digits, and write it as in %s", errTooLong, example)
	case err != nil:
		return phone{}, tooShort()
	}
	switch phonenumbers.IsPossibleNumberWithReason(n) {
	case phonenumbers.IS_POSSIBLE:
	case phonenumbers.TOO_SHORT:
		return phone{}, tooShort()
	case phonenumbers.TOO_LONG:
		return phone{}, fmt.Errorf("%w for a number of country code +%d; check its digits", errTooLong, n.GetCountryCode())
	case phonenumbers.IS_POSSIBLE_LOCAL_ONLY:
		return phone{}, fmt.Errorf("lacks its area code; write it in full, as in %s", example)
	default:
		return phone{}, fmt.Errorf("has more or fewer digits than the numbers of country code +%d; check them, and write it as in %s",
			n.GetCountryCode(), example)
	}
	kind := phonenumbers.GetNumberType(n)
	p := phone{e164: phonenumbers.Format(n, phonenumbers.E164), deaf: deaf(kind)}
	if kind == phonenumbers.UNKNOWN { // what IsValidNumber says, which looks for the kind too
		p.doubt = fmt.Sprintf("has the right length for country code +%d, but no such number is known to be in use there; check its digits",
			n.GetCountryCode())
	}
	return p, nil
}

// maxDigits is the most that E.164 allows, with the country code.
const maxDigits = 15

func tooShort() error {
	return fmt.Errorf("is too short for a number with its country code; write it in full, as in %s", example)
}

// deaf says of the kind of a number that is in use why it probably takes no SMS.
func deaf(kind phonenumbers.PhoneNumberType) string {
	switch kind {
	case phonenumbers.FIXED_LINE:
		return "is a landline, which mostly cannot receive SMS"
	case phonenumbers.PREMIUM_RATE:
		return "is a premium-rate number, which mostly cannot receive SMS"
	case phonenumbers.SHARED_COST, phonenumbers.UAN:
		return "is a service number, which mostly cannot receive SMS"
	case phonenumbers.VOICEMAIL:
		return "is a voice mailbox, which cannot receive SMS"
	}
	return ""
}

// stripped leaves out what Plivo strips from a number, and white space and invisible marks of any
// kind, which come along when a number is copied. plus says that a '+' came before the first digit.
func stripped(raw string) (digits string, plus bool, err error) {
	var b strings.Builder
	for _, r := range raw {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+':
			plus = plus || b.Len() == 0
		case strings.ContainsRune("-./()", r), unicode.IsSpace(r), unicode.Is(unicode.Cf, r):
		default:
			return "", false, fmt.Errorf("has %s in it, which no phone number has; write one as %s", quoted(string(r)), example)
		}
	}
	return b.String(), plus, nil
}

// isTestNumber reports whether digits is one of +1 500 555 CCCC, the numbers that name their own fate
// on the simulator. 500 numbers are personal numbers that follow their owner; none receives SMS.
func isTestNumber(digits string) bool {
	return len(digits) == len("1500555CCCC") && strings.HasPrefix(digits, "1500555")
}

// isNationalUS reports whether digits are a number of the US or Canada without the 1. With no '+'
// before them, reading their first digits as a country code is mostly wrong, and costly.
func isNationalUS(digits string) bool {
	if len(digits) != 10 {
		return false
	}
	n, err := phonenumbers.Parse("+1"+digits, "")
	return err == nil && phonenumbers.IsValidNumber(n)
}

// checkDestinations gives each good destination once, in the order they came.
func checkDestinations(items []string) ([]string, problems) {
	const field = "to"
	var ps problems
	var to, repeated []string
	times := map[string]int{}
	for _, item := range items {
		for _, raw := range strings.FieldsFunc(item, func(r rune) bool { return strings.ContainsRune(",;<\n\r", r) }) {
			raw = strings.TrimSpace(raw)
			if raw == "" {
				continue
			}
			p, err := readNumber(raw)
			if err != nil {
				several := ""
				if errors.Is(err, errTooLong) {
					several = " Several numbers are set apart with commas."
				}
				ps.fail(field, raw, "Cannot send to %s: it %s.%s", quoted(raw), err, several)
				continue
			}
			times[p.e164]++
			switch times[p.e164] {
			case 1:
				to = append(to, p.e164)
				if doubt := firstOf(p.doubt, p.deaf); doubt != "" {
					ps.warn(field, raw, "%s %s.", p.e164, doubt)
				}
			case 2:
				repeated = append(repeated, p.e164)
			}
		}
	}
	if len(to) == 0 && len(ps) == 0 {
		ps.fail(field, "", "There is no destination; give a number with its country code, as %s.", example)
	}
	if len(repeated) > 0 {
		ps.warn(field, strings.Join(repeated, ", "), "%s given more than once; each gets one message.", list(repeated))
	}
	if len(to) > MaxDestinations {
		ps.fail(field, "", "There are %s destinations, and Plivo takes at most %s in one request; send to the rest separately.",
			thousands(len(to)), thousands(MaxDestinations))
	}
	return to, ps
}

// list names the first few numbers, with the verb.
func list(numbers []string) string {
	const named = 10
	switch {
	case len(numbers) == 1:
		return numbers[0] + " is"
	case len(numbers) > named:
		return fmt.Sprintf("%s and %s more are", strings.Join(numbers[:named], ", "), thousands(len(numbers)-named))
	default:
		last := len(numbers) - 1
		return strings.Join(numbers[:last], ", ") + " and " + numbers[last] + " are"
	}
}
