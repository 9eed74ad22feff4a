package signature

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strings"
)

// How much of a signature has to be there to prove that the whole of it matches, in characters of 6
// bits: of the request as it was given, and of the thousands that a search tries.
const (
	provesOne = 8
	provesAny = 16
)

// The lengths of signatures in base64: of HMAC-SHA256, and of V1's HMAC-SHA1.
const (
	length    = 44
	lengthOld = 28
)

// wholeLength is how many characters a signature of the scheme has.
func (s Scheme) wholeLength() int {
	if s == V1 {
		return lengthOld
	}
	return length
}

// damage is what befell a signature on its way in a header.
type damage struct {
	name   string
	about  string
	remedy string
}

var (
	headerCut = &damage{
		"header-cut", "The header holds only the beginning, or the end, of the signature.",
		"Find what cuts the header: a field of a database or a log that is too short, a line that was broken and copied in part, a proxy or a test with a limit of its own.",
	}
	headerLonger = &damage{
		"header-longer", "The header holds the signature and something around it.",
		"Find what puts more into the header: text that was copied with it, another header's value, or the name of the header.",
	}
	headerLost = &damage{
		"header-character-lost", "The header lacks one character of the signature.",
		"Copy the header's value anew, by program rather than by hand: one character was lost on the way.",
	}
)

var damages = []*damage{headerCut, headerLonger, headerLost}

// isDamaged tells whether a header's entry, which is no signature as Plivo writes it, may hold what is
// left of one.
func isDamaged(given string) bool {
	const longest = 256
	if len(given) < provesOne || len(given) > longest {
		return false
	}
	if len(given) == length || len(given) == lengthOld {
		_, err := base64.StdEncoding.Strict().DecodeString(given)
		return err != nil || given[len(given)-1] != '='
	}
	return true
}

// leftOf tells what befell the computed signature if given is what is left of it; nil where it is not.
// At least so many characters have to be there.
func leftOf(given string, computed []byte, least int) *damage {
	switch n := len(given); {
	case n < least:
		return nil
	case n >= len(computed):
		if n > len(computed) && strings.Contains(given, string(computed)) {
			return headerLonger
		}
	case bytes.HasPrefix(computed, []byte(given)), bytes.HasSuffix(computed, []byte(given)):
		return headerCut
	case n == len(computed)-1:
		i := lostAt(given, computed)
		if given[i:] == string(computed[i+1:]) {
			return headerLost
		}
	}
	return nil
}

// lostAt is where given first differs from computed, which is longer.
func lostAt(given string, computed []byte) int {
	i := 0
	for i < len(given) && given[i] == computed[i] {
		i++
	}
	return i
}

// words say how the header has to be read, behind "matches if".
func (d *damage) words(given, computed string) string {
	const read = "the header is read whole: "
	switch {
	case d == headerLonger:
		return "the header is read without " + count(len(given)-len(computed), "character that does not belong to it", "characters that do not belong to it")
	case d == headerLost:
		return read + fmt.Sprintf("it lacks its character %d of %d", lostAt(given, []byte(computed))+1, len(computed))
	case strings.HasPrefix(computed, given):
		return read + fmt.Sprintf("it holds the first %d of %d characters", len(given), len(computed))
	default:
		return read + fmt.Sprintf("it holds the last %d of %d characters", len(given), len(computed))
	}
}
