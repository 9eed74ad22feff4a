package cli

import (
	"log/slog"
	"os"
	"strconv"
	"strings"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/mask"
	"dev.internal/plivoscope/internal/redact"
)

// newMasker makes the pseudonyms of this user.
func newMasker() *mask.Masker { return mask.New(config.MaskKey(mask.KeySize)) }

// hide masks all that is written from now on, where that was asked for.
func (f *flags) hide(s Streams) {
	if f.mask && s.mask != nil {
		s.mask.Store(newMasker())
	}
}

// asksToMask reports whether a command line asks for masking, also one that cannot be read.
func asksToMask(args []string) bool {
	asked, _ := strconv.ParseBool(os.Getenv(config.Variable("mask")))
	for _, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--mask"); ok && (value == "" || value[0] == '=') {
			on, err := strconv.ParseBool(strings.TrimPrefix(value, "="))
			asked = on || err != nil
		}
	}
	return asked
}

// masker is what masks the output; nil where nothing is masked.
func (s Streams) masker() *mask.Masker {
	if s.mask == nil {
		return nil
	}
	return s.mask.Load()
}

// cleanAttr takes tokens out of the log, and masks it: numbers by their names, and in any text.
func cleanAttr(m *mask.Masker, hide *redact.Tokens) func([]string, slog.Attr) slog.Attr {
	return func(_ []string, a slog.Attr) slog.Attr {
		switch a.Value.Kind() {
		case slog.KindString:
			a.Value = slog.StringValue(m.Param(a.Key, hide.Text(a.Value.String())))
		case slog.KindAny:
			switch v := a.Value.Any().(type) {
			case error:
				a.Value = slog.StringValue(m.Sentence(hide.Text(v.Error())))
			case slog.Level: // which encoding/json would be asked for on every line
				a.Value = slog.StringValue(v.String())
			}
		}
		return a
	}
}
