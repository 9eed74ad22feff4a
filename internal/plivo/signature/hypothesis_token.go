package signature

import (
	"encoding/base64"
	"fmt"
	"iter"
	"strings"
	"unicode"
	"unicode/utf8"
)

// tokenHypotheses suppose that the request was signed with another key. Their words never show any
// part of a key.
var tokenHypotheses = []hypothesis{
	{
		name: "token-other", cause: CauseToken, likely: true,
		about:  "The request was signed with a token that is known, but that signatures are not checked with.",
		advice: otherToken,
		remedy: func(s *search, _, to input) string {
			if !s.c.Local {
				return otherToken
			}
			return "Nothing is wrong with either token: this server takes the callbacks of a simulator, whose token is its own, and the request was signed with " + to.key.String() + ". Sign with the simulator's token; or, to receive what Plivo itself posts for that account, run with it and without --simulator."
		},
		rewrite: func(s *search, in input) iter.Seq[input] {
			return s.withKeys(in, s.others)
		},
		say: sayKey,
	},
	cleaning("token-newline", true, "The token has a newline or a carriage return at an end.",
		"Take the line break off the end of the token where the application reads it: it belongs to the file or to the command that wrote it.", newlineOff),
	cleaning("token-space", true, "The token has a space or a tab at an end, or within.",
		"Take the white space off the token in the .env, or wherever the application reads it from.", spaceOff),
	cleaning("token-quote", true, "The token has quotation marks around it, or at one end.",
		"Take the quotation marks off the token: docker --env-file and some loaders of .env files keep them.", quotesOff),
	cleaning("token-prefix", true, "The token has the name of its variable pasted with it.",
		"Give the value of PLIVO_AUTH_TOKEN alone: its name was pasted with it.", nameOff),
	cleaning("token-bom", true, "The token has a UTF-8 byte order mark before it.",
		"Save the file that the token is read from as UTF-8 without a byte order mark.", markOff),
	cleaning("token-invisible", true, "The token has characters in it that do not show: zero-width ones, no-break spaces, control characters.",
		"Copy the token anew from the Plivo console: characters that do not show came with it.", invisibleOff),
	cleaning("token-first-line", true, "The token has further lines behind the first.",
		"Let the application read the first line of the file alone, or take the others out of it.", lineOff),
	cleaning("token-twice", false, "The token was pasted twice.",
		"Give the token once: it was pasted twice.", secondOff),
	cleaning("token-basic", false, "The token has the auth id before it, as basic authentication writes the two.",
		"Give the auth token alone, without the auth id and the colon before it, and not in base64.", idOff),
	cleaning("token-cleaned", false, "The token has several things around it that do not belong to it.",
		"Copy the token anew from the Plivo console and write it bare into the .env, with nothing around it.", allOff),
	{
		name: "auth-id", cause: CauseToken,
		about:  "The request was signed with an auth id as the key.",
		advice: "Sign with the auth token: the auth id is no secret, and Plivo never signs with it.",
		rewrite: func(s *search, in input) iter.Seq[input] {
			return s.withKeys(in, s.ids)
		},
		say: sayKey,
	},
	cleaning("token-newline-added", false, "The request was signed with the token and a line break or a space behind it.",
		"Read the key without the line break at its end where the request is signed: Plivo's own has none.", lineBreakOn),
	cleaning("token-base64", false, "The request was signed with what the token is the base64 of.",
		"Sign with the auth token as the console shows it, without decoding it.", decoded),
}

const otherToken = "Set this token as the one that signatures are checked with, or send through the account that it belongs to: plain signatures are keyed by the account or subaccount that owns the message, Ma- ones by the main account."

// withKeys gives in with each of these keys, where it still has those that it is checked with.
func (s *search) withKeys(in input, keys []*key) iter.Seq[input] {
	if in.key != nil && in.key.from != nil {
		return none
	}
	return func(yield func(input) bool) {
		for _, k := range keys {
			if in.key = k; !yield(in) {
				return
			}
		}
	}
}

func sayKey(_ *search, from, to input) string {
	if from.key.value == "" {
		return "the key is " + to.key.String()
	}
	return fmt.Sprintf("the key is %s, not %s", to.key, from.key)
}

// cleaned is what may have been meant by a token, and what was done to it: "without the quotation
// marks at both ends".
type cleaned struct{ value, words string }

// cleaning is the hypothesis that the key is what clean makes of a token.
func cleaning(name string, likely bool, about, advice string, clean func(string) []cleaned) hypothesis {
	return hypothesis{
		name: name, cause: CauseToken, likely: likely, about: about, advice: advice,
		rewrite: func(s *search, in input) iter.Seq[input] {
			keys := s.keys
			if in.key != nil {
				keys = []*key{in.key}
			}
			return func(yield func(input) bool) {
				for _, k := range keys {
					for _, c := range clean(k.value) {
						if c.value == "" || c.value == k.value {
							continue
						}
						words := c.words
						if k.words != "" {
							words = k.words + " and " + words
						}
						if in.key = s.key(key{label: k.label, words: words, value: c.value, from: k}); !yield(in) {
							return
						}
					}
				}
			}
		},
		say: func(_ *search, _, to input) string { return "the key is " + to.key.String() },
	}
}

// cleanedForms are the values of keys without what may stand around a token: another token of such a value is the
// same, and no other.
func cleanedForms(keys []*key) map[string]bool {
	forms := map[string]bool{}
	for _, k := range keys {
		for _, clean := range []func(string) []cleaned{newlineOff, spaceOff, quotesOff, nameOff, markOff, invisibleOff, lineOff, secondOff, idOff, allOff} {
			for _, c := range clean(k.value) {
				forms[c.value] = true
			}
		}
	}
	return forms
}

// bared tells of a value that lost something at its ends.
func bared(v, bare, what string) []cleaned {
	if bare == v || bare == "" {
		return nil
	}
	where := "at both ends"
	switch i := strings.Index(v, bare); {
	case i == 0:
		where = "at its end"
	case i+len(bare) == len(v):
		where = "at its start"
	}
	return []cleaned{{bare, "without the " + what + " " + where}}
}

func newlineOff(v string) []cleaned {
	what := "newline"
	switch {
	case strings.Contains(v, "\r\n"):
		what = "carriage return and newline"
	case strings.Contains(v, "\r"):
		what = "carriage return"
	}
	all := bared(v, strings.Trim(v, "\r\n"), what)
	written := v
	for _, s := range []string{`\n`, `\r`} {
		written = strings.TrimSuffix(strings.TrimSuffix(written, s), s)
	}
	return append(all, bared(v, strings.TrimSuffix(written, `\r`), `line break that is written as a backslash and a letter`)...)
}

// lineOff keeps the first line of several.
func lineOff(v string) []cleaned {
	line, rest, _ := strings.Cut(strings.ReplaceAll(strings.Trim(v, "\r\n"), "\r", "\n"), "\n")
	line, rest = strings.TrimSpace(line), strings.TrimSpace(rest)
	if line == "" || rest == "" || rest == line { // twice the same is token-twice
		return nil
	}
	return []cleaned{{line, "without the lines behind its first"}}
}

func spaceOff(v string) []cleaned {
	what := "space"
	if strings.Contains(v, "\t") {
		what = "tab"
	}
	all := bared(v, strings.Trim(v, " \t"), what)
	if bare := strings.Join(strings.Fields(v), ""); bare != v && bare != strings.TrimSpace(v) {
		all = append(all, cleaned{bare, "without the white space in it"})
	}
	return all
}

const quotationMarks = "\"'`“”‘’„«»"

func quotesOff(v string) []cleaned {
	left, right := strings.TrimLeft(v, quotationMarks), strings.TrimRight(v, quotationMarks)
	if left != v && right != v {
		both := bared(v, strings.Trim(v, quotationMarks), "quotation marks")
		return append(both, cleaned{right, "without the last quotation mark"}, cleaned{left, "without the first quotation mark"})
	}
	return append(bared(v, right, "quotation mark"), bared(v, left, "quotation mark")...)
}

// nameOff takes NAME= off, as it stands in a .env, in a shell script or in YAML.
func nameOff(v string) []cleaned {
	line := strings.TrimSpace(v)
	line = strings.TrimSpace(strings.TrimPrefix(strings.TrimPrefix(line, "export "), "set "))
	i := strings.IndexAny(line, "=:")
	if i < 3 || !isName(strings.TrimSpace(line[:i])) {
		return nil
	}
	const words = "without the name of its variable before it"
	rest := strings.TrimSpace(line[i+1:])
	all := []cleaned{{rest, words}}
	if bare := strings.Trim(rest, quotationMarks); bare != rest {
		all = append(all, cleaned{bare, words + " and the quotation marks"})
	}
	return all
}

func isName(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; (c < 'a' || c > 'z') && s[i] != '_' && s[i] != '-' {
			return false
		}
	}
	return strings.ContainsAny(s, "_-") || strings.EqualFold(s, "token")
}

// byteOrderMarks are the mark itself and what it looks like read as Latin-1.
var byteOrderMarks = []string{"\ufeff", "\u00ef\u00bb\u00bf"}

func markOff(v string) []cleaned {
	for _, mark := range byteOrderMarks {
		if bare, found := strings.CutPrefix(v, mark); found {
			return []cleaned{{bare, "without the byte order mark at its start"}}
		}
	}
	return nil
}

// hidden tells what does not show and is neither white space of ASCII nor a byte order mark.
func hidden(r rune) bool {
	return r >= utf8.RuneSelf && unicode.IsSpace(r) || unicode.In(r, unicode.Cf) ||
		unicode.IsControl(r) && !strings.ContainsRune("\t\r\n", r)
}

func invisibleOff(v string) []cleaned {
	bare := strings.Map(func(r rune) rune {
		if hidden(r) {
			return -1
		}
		return r
	}, v)
	if !utf8.ValidString(v) || bare == v {
		return nil
	}
	return []cleaned{{bare, "without the characters in it that do not show"}}
}

func secondOff(v string) []cleaned {
	half := strings.TrimSpace(v[:len(v)/2])
	if half == "" || !strings.HasPrefix(v, half) || !strings.HasSuffix(v, half) {
		return nil
	}
	if between := v[len(half) : len(v)-len(half)]; strings.Trim(between, " \t\r\n,;") != "" {
		return nil
	}
	return []cleaned{{half, "once instead of twice"}}
}

// idOff takes the auth id off, also in the base64 of an Authorization header.
func idOff(v string) []cleaned {
	line := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(v), "Basic "))
	if plain, err := base64.StdEncoding.DecodeString(line); err == nil && utf8.Valid(plain) && strings.Contains(string(plain), ":") {
		line = string(plain)
	}
	if i := strings.IndexByte(line, ':'); i > 0 && !strings.Contains(line[:i], " ") {
		return []cleaned{{line[i+1:], "without the auth id before it"}}
	}
	return nil
}

// allOff takes off whatever surrounds a token, until nothing does.
func allOff(v string) []cleaned {
	bare := v
	for range 8 {
		before := bare
		bare = strings.TrimSpace(strings.Trim(bare, quotationMarks))
		for _, off := range []func(string) []cleaned{newlineOff, markOff, invisibleOff, nameOff, secondOff, lineOff, spaceOff} {
			if list := off(bare); len(list) > 0 {
				bare = list[0].value
			}
		}
		if bare == before {
			break
		}
	}
	if bare == "" || bare == v {
		return nil
	}
	return []cleaned{{bare, "without all that stands around it"}}
}

func lineBreakOn(v string) []cleaned {
	return []cleaned{
		{v + "\n", "with a newline behind it"},
		{v + "\r\n", "with a carriage return and a newline behind it"},
		{v + " ", "with a space behind it"},
	}
}

func decoded(v string) []cleaned {
	plain, err := base64.StdEncoding.DecodeString(v)
	if err != nil {
		if plain, err = base64.RawStdEncoding.DecodeString(v); err != nil {
			return nil
		}
	}
	return []cleaned{{string(plain), "decoded from base64"}}
}
