package signature

import (
	"fmt"
	"log/slog"
)

// Token is an auth token with the label it goes by. Its value never leaves the package: every way of
// printing a Token, also as a field of something else, shows dots.
type Token struct {
	Label string // "account", "main account" or a name of the user's
	// value is a pointer because fmt, which cannot call the methods of an unexported field, prints a
	// pointer to a string as an address under every verb, and a string as it is.
	value *string
}

// NewToken gives value a label. An empty value is allowed and verifies nothing.
func NewToken(label, value string) Token { return Token{Label: label, value: &value} }

// Empty reports whether there is no value to sign with.
func (t Token) Empty() bool { return t.value == nil || *t.value == "" }

// String shows the label and dots.
func (t Token) String() string { return t.Label + " ••••" }

// Format keeps every verb of fmt from showing the value.
func (t Token) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(t.String())) }

// GoString keeps %#v from showing the value.
func (t Token) GoString() string { return t.String() }

// MarshalText keeps encoders from showing the value.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// LogValue keeps loggers from showing the value.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// label is what a verdict calls the token by; it is never empty.
func (t Token) label() string {
	if t.Label == "" {
		return "token"
	}
	return t.Label
}
