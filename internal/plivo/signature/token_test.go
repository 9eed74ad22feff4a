package signature_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

func TestTokenNeverShowsItsValue(t *testing.T) {
	const value = "s3cr3t-value"
	token := signature.NewToken("account", value)
	type holder struct {
		Shown  signature.Token
		hidden signature.Token
		list   []signature.Token
	}
	h := holder{Shown: token, hidden: token, list: []signature.Token{token}}

	var shown []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%b", "%o", "%U", "%t"} {
		shown = append(shown, fmt.Sprintf(verb, token), fmt.Sprintf(verb, &token), fmt.Sprintf(verb, h), fmt.Sprintf(verb, &h))
	}
	for _, v := range []any{token, h, map[string]signature.Token{"k": token}} {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		shown = append(shown, string(text))
	}
	var log bytes.Buffer
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&log, nil), slog.NewTextHandler(&log, nil)} {
		slog.New(handler).Info("token", "token", token, "holder", h)
	}
	shown = append(shown, log.String())

	hex := fmt.Sprintf("%x", value)
	decimal := strings.Trim(fmt.Sprint([]byte(value)), "[]")
	for _, s := range shown {
		for _, form := range []string{value, hex, strings.ToUpper(hex), decimal} {
			if strings.Contains(s, form) {
				t.Errorf("the value shows in %q", s)
			}
		}
	}
	if got := token.String(); !strings.Contains(got, "account") || !strings.Contains(got, "•") {
		t.Errorf("String = %q, want the label and dots", got)
	}
}

func TestTokenEmpty(t *testing.T) {
	if !(signature.Token{}).Empty() || !signature.NewToken("t", "").Empty() || signature.NewToken("t", " ").Empty() {
		t.Error("Empty is to be true of the tokens without a value, and of no other")
	}
}
