package config_test

import (
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/config"
)

func TestCredentials(t *testing.T) {
	const id, sub = "MAXXXXXXXXXXXXXXXXXX", "SA0123456789ABCDEFGH"
	for _, c := range []struct {
		name, id, token string
		ok              bool
		err             string
	}{
		{"both", id, token, true, ""},
		{"a subaccount", sub, token, true, ""},
		{"neither", "", "", false, ""},
		{"no token", id, "", false, "PLIVO_AUTH_ID in the environment is set and PLIVO_AUTH_TOKEN is not"},
		{"no id", "", token, false, "PLIVO_AUTH_TOKEN in the environment is set and PLIVO_AUTH_ID is not"},
		{"swapped", token, id, false, "swap the two"},
		{"token twice", token, token, false, "PLIVO_AUTH_ID in the environment looks like a token"},
		{"short", "MAXXXX", token, false, "is no auth id"},
		{"lower case", strings.ToLower(id), token, false, "capital letters"},
		{"another prefix", "XX" + id[2:], token, false, "begins with MA or SA"},
		{"a space", id + " ", token, false, "ends with a space"},
		{"quotes", `"` + id + `"`, token, false, "has quotes around it"},
		{"a newline", id + "\n", token, false, "ends with a line break"},
		{"a path", "../../../../../etc/x", token, false, "is no auth id"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var environ []string
			if c.id != "" {
				environ = append(environ, "PLIVO_AUTH_ID="+c.id)
			}
			if c.token != "" {
				environ = append(environ, "PLIVO_AUTH_TOKEN="+c.token)
			}
			env, err := config.Load(file(t, ""), environ)
			if err != nil {
				t.Fatal(err)
			}
			gotID, gotToken, ok, err := config.Credentials(env)
			if ok != c.ok || (err != nil) != (c.err != "") {
				t.Fatalf("ok %v, error %v, want ok %v and an error = %v", ok, err, c.ok, c.err != "")
			}
			if ok && (gotID != c.id || gotToken.Reveal() != c.token) {
				t.Errorf("%q and %q, want what was set", gotID, gotToken.Reveal())
			}
			if !ok && (gotID != "" || !gotToken.Empty()) {
				t.Errorf("%q and %q without ok", gotID, gotToken.Reveal())
			}
			if err == nil {
				return
			}
			if !strings.Contains(err.Error(), c.err) {
				t.Errorf("%q does not say %q", err, c.err)
			}
			for _, value := range []string{c.id, c.token} {
				if value != "" && strings.Contains(err.Error(), value) {
					t.Errorf("%q repeats a value", err)
				}
			}
		})
	}
}
