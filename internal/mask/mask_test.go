package mask_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"dev.internal/plivoscope/internal/mask"
	"dev.internal/plivoscope/internal/plivo"
)

func newMasker() *mask.Masker { return mask.New(bytes.Repeat([]byte{7}, mask.KeySize)) }

// letters are those of a pseudonym.
func letters(pseudonym string) string { return strings.TrimLeft(pseudonym, " +0123456789•") }

// TestNumbers holds that a number has one pseudonym however it is written, as wide as the number, with no
// more of the number than its country.
func TestNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := rapid.SampledFrom([]string{"1", "44", "49", "91", "352", "977"}).Draw(t, "code")
		rest := rapid.StringMatching(`[2-4][0-9]{8,9}`).Draw(t, "rest")
		m := newMasker()
		digits := code + rest
		forms := []string{digits, "+" + digits, " " + digits, "+" + code + " " + rest[:3] + " " + rest[3:6] + "-" + rest[6:], "+" + code + " (" + rest[:3] + ") " + rest[3:]}
		for _, form := range forms {
			got := m.Number(form)
			if letters(got) != letters(m.Number(digits)) || len(letters(got)) != 6 {
				t.Errorf("%q is %q, %q is %q", form, got, digits, m.Number(digits))
			}
			if strings.HasPrefix(form, "+") != strings.HasPrefix(got, "+") || !strings.HasPrefix(strings.TrimLeft(got, "+ "), plivo.CallingCode(digits)+"•") {
				t.Errorf("%q is %q: the country is %s", form, got, plivo.CallingCode(digits))
			}
			if utf8.RuneCountInString(got) != utf8.RuneCountInString(form) {
				t.Errorf("%q is %q, of another width", form, got)
			}
			if again := m.Number(got); again != got {
				t.Errorf("%q is masked again, to %q", got, again)
			}
			for i := len(code); i+5 <= len(digits); i++ {
				if strings.Contains(got, digits[i:i+5]) {
					t.Errorf("%q is %q", form, got)
				}
			}
			said := m.Sentence("Cannot send to " + form + ": it is wrong.")
			if !strings.Contains(said, letters(got)+": it is wrong.") || strings.Contains(said, rest[3:]) {
				t.Errorf("%q is said as %q", form, said)
			}
			real, err := m.Real("from:" + got)
			if err != nil || !strings.Contains(strings.Map(onlyDigits, real), digits) {
				t.Errorf("%q was %q, %v", got, real, err)
			}
		}
		if k := mask.New(bytes.Repeat([]byte{8}, mask.KeySize)); k.Number(digits) == m.Number(digits) {
			t.Errorf("another key makes %s of %s too", k.Number(digits), digits)
		}
	})
}

func onlyDigits(r rune) rune {
	if r >= '0' && r <= '9' {
		return r
	}
	return -1
}

func TestSenders(t *testing.T) {
	m := newMasker()
	for _, s := range []string{"12345", "123456", "ACME", "PLIVOTEST11", "Łódź", "5"} {
		got := m.Number(s)
		if strings.ContainsAny(got, s) || utf8.RuneCountInString(got) != utf8.RuneCountInString(s) || m.Number(s) != got {
			t.Errorf("%q is %q", s, got)
		}
	}
	if got := m.Number("whatsapp:+14155550123"); got != "whatsapp:"+m.Number("+14155550123") {
		t.Errorf("a number with a word before it is %q", got)
	}
	if m.Number("") != "" || m.Text("") != "" {
		t.Error("what is empty is masked")
	}
	if got := m.Number(strings.Repeat("9", 4000)); utf8.RuneCountInString(got) > 40 {
		t.Errorf("a sender of 4,000 digits is %d wide", utf8.RuneCountInString(got))
	}
}

func TestTexts(t *testing.T) {
	m := newMasker()
	for text, want := range map[string]string{"hello": "▒▒▒ 5 characters", "é": "▒▒▒ 1 character", "▒▒▒ 5 characters": "▒▒▒ 5 characters"} {
		if got := m.Text(text); got != want {
			t.Errorf("%q is %q", text, got)
		}
	}
}

// TestSentencesKeep holds what in a sentence is no number.
func TestSentencesKeep(t *testing.T) {
	m := newMasker()
	for _, s := range []string{
		"http://127.0.0.1:41410/sms/delivery-report",
		"5b40a428-0000-4000-8000-123456789012 and 12345678-1234-4000-8000-000000000000",
		"2026-11-24 00:21:05.123456789 and 2026-11-24T00:21:05Z",
		"panic-20061124-150405.txt",
		"error 30, sequence 3, callback 1234567, 16777216 bytes, 1,234,567",
		"expires 1795000000, or 1795000000123 in milliseconds",
		"nonce 05822938823290342821",
		"MAAAAAAAAAA12345678A token a1234567b",
		"192.168.100.100:4141, +0200, 100 %",
		"14155550123456789",
		"a price of 0.00350000000",
	} {
		if got := m.Sentence(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestSentencesMask(t *testing.T) {
	m := newMasker()
	for _, form := range []string{
		"%s", "from %s.", "(%s)", `"%s"`, "tel:%s", "to=%s&", "/sms/%s/x", "%s, +44 and more", "…%s…", "a %%3D%s", "hi+%s",
	} {
		for _, n := range []string{"+14155550123", "14155550123", "4155550123", "+44 20 7946 0018", "415-555-0123", "(415) 555-0123", "1-415-555-0123", "1 (415) 555-0123"} {
			s := fmt.Sprintf(form, n)
			if form == "hi+%s" && n != "14155550123" {
				continue
			}
			got := m.Sentence(s)
			if strings.Contains(got, "0123") || strings.Contains(got, "0018") || got == s {
				t.Errorf("%q became %q", s, got)
			}
		}
	}
	for _, s := range []string{"+14155550123x5", "+14155550123and more", "+14155550123_", "+1 415-555-0123-x"} {
		if got := m.Sentence(s); strings.Contains(got, "0123") {
			t.Errorf("%q became %q", s, got)
		}
	}
	if got := m.Sentence("%2B14155550123"); got != "%2B"+m.Number("14155550123") {
		t.Errorf("an escaped plus: %q", got)
	}
}

func TestNothingIsMaskedWithoutAMasker(t *testing.T) {
	var m *mask.Masker
	if m.Number("+14155550123") != "+14155550123" || m.Text("a") != "a" || m.Sentence("14155550123") != "14155550123" || m.URL("/?To=1") != "/?To=1" {
		t.Error("a nil Masker masks")
	}
	if s, err := m.Real("+1•••bcdfgh"); s != "+1•••bcdfgh" || err != nil {
		t.Error("a nil Masker knows numbers")
	}
}

func TestAnUnknownPseudonym(t *testing.T) {
	if _, err := newMasker().Real("from:+1••••bcdfgh"); err == nil || !strings.Contains(err.Error(), "+1••••bcdfgh") {
		t.Errorf("error %v", err)
	}
}

// TestAPseudonymOfSeveral holds that a short pseudonym, which more than one sender has, is not taken for any
// of them, and that one number written in several ways is one.
func TestAPseudonymOfSeveral(t *testing.T) {
	m := newMasker()
	by := map[string]int{}
	for c := 'A'; c <= 'Z'; c++ {
		by[m.Number("A"+string(c))]++
	}
	ambiguous := 0
	for c := 'A'; c <= 'Z'; c++ {
		sender := "A" + string(c)
		shown := m.Number(sender)
		got, err := m.Real(shown)
		switch {
		case by[shown] > 1:
			ambiguous++
			if err == nil || !strings.Contains(err.Error(), "several") {
				t.Errorf("%s, shown as %s, is %q, %v", sender, shown, got, err)
			}
		case err != nil || got != sender:
			t.Errorf("%s, shown as %s, is %q, %v", sender, shown, got, err)
		}
	}
	if ambiguous == 0 {
		t.Error("26 senders have 26 pseudonyms of one letter of 21")
	}
	m.Number("+14155550123")
	if got, err := m.Real(m.Number("14155550123")); err != nil || !strings.HasSuffix(got, "14155550123") {
		t.Errorf("%q, %v", got, err)
	}
}
