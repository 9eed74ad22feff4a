package redact_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/redact"
)

const token = "MzQ5NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OTAx"

func TestText(t *testing.T) {
	stars := strings.Repeat("*", len(token))
	tokens := redact.New(token, "short", "it's a/token with+signs")
	for in, want := range map[string]string{
		"":                          "",
		"nothing in it":             "nothing in it",
		"short":                     "short",
		token:                       stars,
		"a " + token + token + " b": "a " + stars + stars + " b",
		strings.ToLower(token):      stars,
		token[1:]:                   token[1:],
		"é" + token + "\xff\x00":    "é" + stars + "\xff\x00",
		"K" + token:                 "K" + stars, // the Kelvin sign, whose lower case is shorter
		"it's a/token with+signs":   strings.Repeat("*", 23),
		url.QueryEscape("it's a/token with+signs"): strings.Repeat("*", len(url.QueryEscape("it's a/token with+signs"))),
	} {
		if got := tokens.Text(in); got != want {
			t.Errorf("Text(%q) = %q, want %q", in, got, want)
		}
		if got := string(tokens.Bytes([]byte(in))); got != want {
			t.Errorf("Bytes(%q) = %q, want %q", in, got, want)
		}
		if got := tokens.Holds("x", in); got != (in != want) {
			t.Errorf("Holds(%q) = %v", in, got)
		}
	}
}

// TestBase64 hides a token in the header of Basic credentials, wherever it begins in a group of three bytes, and
// leaves at most a character at either end of it.
func TestBase64(t *testing.T) {
	tokens := redact.New(token)
	for _, user := range []string{"", "a", "ab", "abc", "MATESTTESTTESTTEST00"} {
		for _, after := range []string{"", "x", "xy"} {
			for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
				in := "Basic " + encoding.EncodeToString([]byte(user+":"+token+after))
				got := tokens.Text(in)
				if stars := strings.Count(got, "*"); len(got) != len(in) || stars < len(token)*4/3-2 {
					t.Errorf("of %q %q is left", in, got)
				}
			}
		}
	}
}

func TestNoTokens(t *testing.T) {
	for _, tokens := range []*redact.Tokens{nil, redact.New(), redact.New("", "short", " short ")} {
		if tokens != nil {
			t.Error("there are tokens")
		}
		if tokens.Text(token) != token || string(tokens.Bytes([]byte(token))) != token || tokens.Holds(token) {
			t.Error("what is no token is hidden")
		}
	}
}

// TestTyped knows a token without what was typed around it by mistake.
func TestTyped(t *testing.T) {
	if got := redact.New("\"'" + token + " '\"\n").Text("the token " + token); strings.Contains(got, token) {
		t.Errorf("%q is left", got)
	}
}
