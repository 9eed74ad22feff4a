package signature

import "strconv"

// quote puts a name or a value into a sentence; a long one is cut.
func quote(s string) string {
	const most = 40
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strconv.Quote(s)
}

// count says how many: "1 parameter", "3 parameters".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// verb is "is" for one thing and "are" for more.
func verb(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}
