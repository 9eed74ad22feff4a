package mask

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/plivo"
)

// KeySize is the length of a key in bytes.
const KeySize = 32

// Masker makes the pseudonyms of one key. It may be used by several goroutines.
type Masker struct {
	key []byte

	mu   sync.Mutex
	made map[string]string // letters by what they stand for
	seen map[string]string // number by its pseudonym, without '+' and dots; empty for one of several
}

// most bounds what a Masker remembers: of a longer run the hash is computed again, and a pseudonym of long
// ago is not known any more.
const most = 50_000

// New makes a Masker. The same key always makes the same pseudonyms.
func New(key []byte) *Masker {
	return &Masker{key: key, made: map[string]string{}, seen: map[string]string{}}
}

// Letters of a pseudonym: no vowels, so that no words come out.
const (
	letters  = "bcdfghjklmnpqrstvwxyz"
	lettersN = 6
)

// dot stands for a digit that is hidden. A pseudonym has at least one, and no more than mostDots.
const (
	dot      = "•"
	mostDots = 20
)

var pseudonymForm = regexp.MustCompile(`^ ?\+?[0-9]{0,3}•+[` + letters + `]{0,6}$`)

// maxShortCode is the most digits of a sender that is no full number.
const maxShortCode = 7

// Number is the pseudonym of a phone number, a short code or an alphanumeric sender. Of a number it keeps
// '+' and the country calling code.
func (m *Masker) Number(s string) string {
	if m == nil || strings.TrimSpace(s) == "" || pseudonymForm.MatchString(s) {
		return s
	}
	trimmed := strings.TrimSpace(s)
	digits, ok := digitsOf(trimmed)
	if !ok {
		if said := m.Sentence(s); said != s {
			return said // a number within, as in whatsapp:+14155550123
		}
		return m.pseudonym("", "sender "+trimmed, s, trimmed)
	}
	lead := ""
	if strings.HasPrefix(s, " ") {
		lead = " " // a plus that was decoded as a blank
	}
	plus := strings.HasPrefix(trimmed, "+")
	if plus {
		lead += "+"
	}
	if plus || len(digits) > maxShortCode {
		lead += plivo.CallingCode(digits)
	}
	return m.pseudonym(lead, "number "+digits, s, trimmed)
}

// digitsOf are the digits of a number as people write it; ok is whether there is nothing else in it.
func digitsOf(s string) (digits string, ok bool) {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r >= '0' && r <= '9':
			b.WriteRune(r)
		case r == '+' && i == 0, strings.ContainsRune(" -().\u00a0", r):
		default:
			return "", false
		}
	}
	return b.String(), b.Len() > 0
}

// pseudonym puts the letters of id behind lead, in as many cells as the original has where these are enough.
func (m *Masker) pseudonym(lead, id, original, number string) string {
	cells := utf8.RuneCountInString(original) - len(lead)
	n := max(min(lettersN, cells-1), 0)
	hash := m.hash(id)[:n]
	m.remember(strings.TrimLeft(lead, " +")+hash, number)
	return lead + strings.Repeat(dot, max(min(cells-n, mostDots), 1)) + hash
}

// remember notes which number a pseudonym stands for. Short ones may stand for several.
func (m *Masker) remember(known, number string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.seen) >= most {
		clear(m.seen)
	}
	if was, ok := m.seen[known]; ok && !sameNumber(was, number) {
		number = ""
	}
	m.seen[known] = number
}

func sameNumber(a, b string) bool {
	digitsA, okA := digitsOf(a)
	digitsB, okB := digitsOf(b)
	return a == b || okA && okB && digitsA == digitsB
}

// hash gives the letters that stand for id.
func (m *Masker) hash(id string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	if made, ok := m.made[id]; ok {
		return made
	}
	mac := hmac.New(sha256.New, m.key)
	mac.Write([]byte(id))
	sum := mac.Sum(nil)
	out := make([]byte, lettersN)
	for i := range out {
		out[i] = letters[(int(sum[2*i])<<8|int(sum[2*i+1]))%len(letters)]
	}
	if len(m.made) >= most {
		clear(m.made)
	}
	m.made[id] = string(out)
	return string(out)
}

var shownPseudonym = regexp.MustCompile(`\+?[0-9]{0,3}•+[` + letters + `]{0,6}`)

// Real puts the numbers in place of the pseudonyms in a text that the user wrote. It fails for a
// pseudonym that this Masker did not make, or made long ago, and for one that it made of several numbers.
func (m *Masker) Real(s string) (string, error) {
	if m == nil || !strings.Contains(s, dot) {
		return s, nil
	}
	var err error
	out := shownPseudonym.ReplaceAllStringFunc(s, func(p string) string {
		m.mu.Lock()
		defer m.mu.Unlock()
		number, ok := m.seen[strings.ReplaceAll(strings.TrimPrefix(p, "+"), dot, "")]
		switch {
		case err != nil:
		case ok && number == "":
			err = fmt.Errorf("several numbers that were shown have the pseudonym %s; write the number itself", p)
		case !ok:
			err = fmt.Errorf("no number that was shown has the pseudonym %s; copy it from the list, or write the number itself", p)
		}
		return number
	})
	return out, err
}

var textForm = regexp.MustCompile(`^▒▒▒ [0-9]+ characters?$`)

// Text stands for a text by its length, in code points. What is empty stays so.
func (m *Masker) Text(s string) string {
	if m == nil || s == "" || textForm.MatchString(s) {
		return s
	}
	n := utf8.RuneCountInString(s)
	if n == 1 {
		return "▒▒▒ 1 character"
	}
	return fmt.Sprintf("▒▒▒ %d characters", n)
}

// wordRune reports whether a rune is part of a word, of which a number is never the end or the beginning.
func wordRune(r rune) bool {
	return r == '_' || r == '•' || r == '▒' || unicode.IsLetter(r) || unicode.IsDigit(r)
}
