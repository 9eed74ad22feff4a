package signature

import (
	"fmt"
	"strconv"
	"strings"
)

// quote puts a name or a value into a sentence; a long one is cut.
func quote(s string) string { return strconv.Quote(clipped(s, 40)) }

// shortened cuts words that hold a whole URL.
func shortened(s string) string { return clipped(s, 240) }

func clipped(s string, most int) string {
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}

// count says how many: "1 parameter", "3,000 parameters".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

// number writes a number with its thousands set apart: "3,000".
func number(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", number(n/1000), n%1000)
}

// verb is "is" for one thing and "are" for more.
func verb(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
