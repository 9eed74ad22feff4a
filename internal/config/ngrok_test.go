package config_test

import (
	"slices"
	"testing"

	"dev.internal/plivoscope/internal/config"
)

func TestNgrokOf(t *testing.T) {
	env, err := config.Load(file(t, "NGROK_AUTHTOKEN=2abc\nNGROK_DOMAIN=me.ngrok-free.app\n"), []string{
		"PLIVOSCOPE_NGROK_SERVER=127.0.0.1:9", "PLIVOSCOPE_NGROK_CA=/a folder/ca.pem", "PLIVOSCOPE_SEED=1",
	})
	if err != nil {
		t.Fatal(err)
	}
	n := config.NgrokOf(env)
	if n.Token.Reveal() != "2abc" || n.Domain != "me.ngrok-free.app" || n.Server != "127.0.0.1:9" || n.CA != "/a folder/ca.pem" {
		t.Errorf("it is %+v", n)
	}
	if got := env.FlagVariables(); !slices.Equal(got, []string{"PLIVOSCOPE_SEED"}) {
		t.Errorf("variables of flags: %v", got)
	}
}
