package config

import (
	"fmt"
	"log/slog"
)

const dots = "••••"

// Secret is a value that prints as dots, whatever prints it. Only Reveal gives it away. The zero
// Secret is empty.
type Secret struct {
	// value is a pointer because fmt, which cannot call the methods of an unexported field, prints a
	// pointer to a string as an address under every verb, and a string as it is.
	value *string
}

// NewSecret hides value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{value: &value}
}

// Reveal gives the value.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Empty reports whether there is no value.
func (s Secret) Empty() bool { return s.Reveal() == "" }

// String shows dots.
func (s Secret) String() string { return dots }

// GoString keeps %#v from showing the value.
func (s Secret) GoString() string { return dots }

// Format keeps every verb of fmt from showing the value.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(dots)) }

// MarshalText keeps encoders from showing the value.
func (s Secret) MarshalText() ([]byte, error) { return []byte(dots), nil }

// MarshalJSON keeps encoders from showing the value.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + dots + `"`), nil }

// LogValue keeps loggers from showing the value.
func (s Secret) LogValue() slog.Value { return slog.StringValue(dots) }
