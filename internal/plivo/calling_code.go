package plivo

import (
	"strconv"
	"sync"

	"github.com/nyaruka/phonenumbers"
)

// callingCodes are all country calling codes, none of which begins with another.
var callingCodes = sync.OnceValue(phonenumbers.GetSupportedCallingCodes)

// CallingCode is the country calling code that a number in E.164 begins with, given its digits without
// '+': "44" of "442079460018". It is empty where the digits begin with none.
func CallingCode(digits string) string {
	const longest = 3
	for n := 1; n <= min(longest, len(digits)); n++ {
		code, err := strconv.Atoi(digits[:n])
		if err == nil && digits[0] != '0' && callingCodes()[code] {
			return digits[:n]
		}
	}
	return ""
}
