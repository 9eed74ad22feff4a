package mask_test

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzMask: what was masked is not changed by being masked again, and of a number no more than its country is left.
func FuzzMask(f *testing.F) {
	for _, s := range []string{
		"", "+14155550123", " 14155550123", "+44 (20) 7946-0018", "ACME", "whatsapp:+14155550123", "it is +1415555012 now", `{"to":"+14155550123"}`,
		"http://h/?To=%2B14155550123", "+1•••gbcdfg", "\xff1415555", "١٤١٥٥٥٥٠١٢٣", "▒▒▒ 4 characters",
	} {
		f.Add("To", s)
		f.Add("x", s)
	}
	m := newMasker()
	f.Fuzz(func(t *testing.T, name, value string) {
		if utf8.ValidString(value) {
			number := m.Number(value)
			// Where a number stands within something else, all of that is a sender when it is masked again.
			if again := m.Number(number); again != number && m.Sentence(value) == value {
				t.Errorf("%q is %q, and that %q", value, number, again)
			}
			digits := strings.Map(onlyDigits, value)
			if len(digits) >= 8 && len(digits) <= 15 && strings.Contains(number, digits) {
				t.Errorf("%q is %q", value, number)
			}
		}
		said := m.Sentence(value)
		if again := m.Sentence(said); again != said {
			t.Errorf("%q is said as %q, and that as %q", value, said, again)
		}
		_ = m.Param(name, value)
		_ = m.URL(value)
		_ = m.Body([]byte(value), "application/json")
		_ = m.Body([]byte(value), "application/x-www-form-urlencoded")
		if text := m.Text(value); value != "" && len(text) > 40 {
			t.Errorf("a text is shown as %q", text)
		}
	})
}
