package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/config"
)

func TestSecretNeverShowsItsValue(t *testing.T) {
	const value = "s3cr3t-value"
	secret := config.NewSecret(value)
	type holder struct {
		Shown  config.Secret
		hidden config.Secret
		list   []config.Secret
	}
	h := holder{Shown: secret, hidden: secret, list: []config.Secret{secret}}
	env, err := config.Load(file(t, "PLIVO_AUTH_TOKEN="+value), nil)
	if err != nil {
		t.Fatal(err)
	}

	var shown []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b", "%o", "%U", "%t"} {
		for _, v := range []any{secret, &secret, h, &h, env, &env} {
			shown = append(shown, fmt.Sprintf(verb, v))
		}
	}
	for _, v := range []any{secret, h, env, map[string]config.Secret{"k": secret}} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		shown = append(shown, string(text))
	}
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(handler).Info("secret", "secret", secret, "holder", h, "env", env)
	}
	shown = append(shown, log.String())

	hex := fmt.Sprintf("%x", value)
	for _, s := range shown {
		for _, form := range []string{value, hex, strings.ToUpper(hex)} {
			if strings.Contains(s, form) {
				t.Errorf("the value shows in %q", s)
			}
		}
	}
	if secret.String() != "••••" || secret.Reveal() != value {
		t.Errorf("String = %q and Reveal = %q, want dots and the value", secret, secret.Reveal())
	}
}

func TestSecretEmpty(t *testing.T) {
	for _, s := range []config.Secret{{}, config.NewSecret("")} {
		if !s.Empty() || s.Reveal() != "" {
			t.Errorf("Empty = %v, Reveal = %q, want an empty secret", s.Empty(), s.Reveal())
		}
	}
	if config.NewSecret(" ").Empty() {
		t.Error("a space is a value, if a bad one")
	}
}
