package plivo

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
	"golang.org/x/text/unicode/norm"
)

// Characters is a text as its reader sees it: a letter with its marks is one character, and so is an
// emoji with all that is joined to it.
type Characters struct {
	Count   int
	Forcing []Character // what is not in GSM-7, each once, in order of first appearance
	Double  []Character // what takes two septets of GSM-7, likewise
}

// Character is a character that stands out of a text.
type Character struct {
	Text    string
	At      int // where it stands first, counted in characters from 1
	Count   int
	Instead string // what GSM-7 has for it
	Known   bool   // Instead stands for it; where that is empty it shows nothing and can go
}

// CharactersOf looks at a text character by character.
func CharactersOf(text string) Characters {
	var c Characters
	forcing, double := map[string]int{}, map[string]int{}
	for rest := text; rest != ""; {
		char := firstCharacter(rest)
		rest = rest[len(char):]
		c.Count++
		switch {
		case !inGSM7(char):
			if note(&c.Forcing, forcing, char, c.Count) {
				last := &c.Forcing[len(c.Forcing)-1]
				last.Instead, last.Known = standIn(char)
			}
		case septets([]rune(char)[0]) > 1:
			note(&c.Double, double, char, c.Count)
		}
	}
	return c
}

// note counts a character and reports whether it is the first of its kind.
func note(list *[]Character, seen map[string]int, char string, at int) bool {
	if i, ok := seen[char]; ok {
		(*list)[i].Count++
		return false
	}
	seen[char] = len(*list)
	*list = append(*list, Character{Text: char, At: at, Count: 1})
	return true
}

// Plain writes a text with the characters of GSM-7 that read like those that are not in it. What shows
// nothing, as a zero-width space, goes where nothing else keeps the text from GSM-7; in any other text it
// may matter. What has no look-alike stays.
func Plain(text string) string {
	if plain := plainly(text, true); inGSM7(plain) {
		return plain
	}
	return plainly(text, false)
}

func plainly(text string, drop bool) string {
	var b strings.Builder
	for rest := text; rest != ""; {
		char := firstCharacter(rest)
		rest = rest[len(char):]
		if !inGSM7(char) {
			if s, ok := standIn(char); ok && (s != "" || drop) {
				char = s
			}
		}
		b.WriteString(char)
	}
	return b.String()
}

// firstCharacter is the first character of a text that is not empty.
func firstCharacter(s string) string {
	if s[0] < utf8.RuneSelf && s[0] != '\r' && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		return s[:1]
	}
	char, _, _, _ := uniseg.FirstGraphemeClusterInString(s, -1)
	return char
}

func inGSM7(s string) bool {
	for _, r := range s {
		if septets(r) == 0 {
			return false
		}
	}
	return true
}

// standIn gives what GSM-7 has for a character, and whether it has anything: its composed form, or its
// parts without the marks that cannot be written.
func standIn(char string) (string, bool) {
	if c := norm.NFC.String(char); inGSM7(c) {
		return c, true
	}
	var b strings.Builder
	for _, r := range char {
		switch alike := lookAlike(r); {
		case septets(r) > 0:
			b.WriteRune(r)
		case alike != "":
			b.WriteString(alike)
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		default:
			return "", false
		}
	}
	return b.String(), true
}
