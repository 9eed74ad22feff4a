package config_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/config"
)

func TestExtraTokens(t *testing.T) {
	env, err := config.Load(file(t, "PLIVO_AUTH_TOKEN_EU_SHOP=first\nPLIVO_AUTH_TOKEN_GONE=old\nPLIVO_AUTH_TOKEN=own\n"), []string{
		"PLIVO_AUTH_TOKEN_2=second ", "PLIVO_AUTH_TOKEN_GONE=", "PLIVO_AUTH_TOKEN_=nameless", "PLIVO_MAIN_AUTH_TOKEN=main",
	})
	if err != nil {
		t.Fatal(err)
	}
	extra := config.ExtraTokens(env)
	got := map[string]string{}
	for _, e := range extra {
		got[e.Label] = e.Secret.Reveal()
	}
	if diff := cmp.Diff(map[string]string{"2": "second ", "eu-shop": "first"}, got); diff != "" {
		t.Errorf("extra tokens (-want +got):\n%s", diff)
	}
	if len(extra) != 2 || extra[0].Label != "2" {
		t.Errorf("their order is %v", extra)
	}
	if shown := fmt.Sprintf("%+v", extra); shown != "[{Label:2 Secret:••••} {Label:eu-shop Secret:••••}]" {
		t.Errorf("they print as %s", shown)
	}
	if none := config.ExtraTokens(config.Env{}); none != nil {
		t.Errorf("of nothing there are %v", none)
	}
}
