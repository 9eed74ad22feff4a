package tunnel_test

import (
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// TestCommandTellsWhatIsNotTaken: of a URL that a program has printed, and that cannot be the public one, it is said why.
func TestCommandTellsWhatIsNotTaken(t *testing.T) {
	t.Parallel()
	const said, pattern = "It has printed no public URL yet. ", `url=(\S+)`
	for name, c := range map[string]struct {
		pattern string
		printed string // its lines, with a | between them
		want    string
	}{
		"http":               {"", "http://bore.pub:1234", said + "It printed http://bore.pub:1234, which is not taken: only an https URL is. Its"},
		"this machine":       {"", "to http://localhost:4141 and http://127.0.0.1:4141", said + "Its"},
		"port":               {"", "see https://docs.example.dev/x|https://a.example.dev:99999|or https://b.example.dev/manual", said + `It printed https://a.example.dev:99999, which is not taken: it has the port "99999"; a port is a number from 1 to 65535. Its`},
		"letters for a port": {"", "https://a.example.dev:port/", said + `It printed https://a.example.dev:port/, which is not taken: it cannot be read: invalid port ":port" after host. Its`},
		"path":               {"", "https://a.example.dev/t/7", said + "It printed https://a.example.dev/t/7, which is not taken: it has a path or a query; where that is the tunnel's, --tunnel-pattern says so. Its"},
		"short name":         {"", "https://tunnel/", said + "It printed https://tunnel/, which is not taken: its host is no name that is public. Its"},
		"bidi":               {"", "https://a\u202e.example.dev", said + `It printed https://a\u202e.example.dev, which is not taken: it has characters that no URL has. Its`},
		"in one run":         {"", "target=http://localhost:4141;public=https://a.example.dev:99999", said + `It printed https://a.example.dev:99999, which is not taken: it has the port "99999"; a port is a number from 1 to 65535. Its`},
		"password":           {"", "HTTPS://me:hunter2@b.example.dev", said + "Its last words: “HTTPS://••••@b.example.dev"},
		"website":            {"", "https://github.com/x", said + "Its"},
		"long":               {"", "https://a.example.dev/" + strings.Repeat("x", 3000), strings.Repeat("x", 200) + "…, which is not taken"},
		"token":              {"", "https://a.example.dev:99999/2abcTOKEN", said + "It printed https://a.example.dev:99999/••••, which is not taken"},

		"pattern, password":             {pattern, "url=https://u:hunter2@a.example.dev", said + "It printed https://••••@a.example.dev, which is not taken: it has a user name or password. Its"},
		"pattern, an @ in the password": {pattern, "url=https://u:x@hunter2@a.example.dev", said + "It printed https://••••@a.example.dev, which is not taken: it has a user name or password. Its"},
		"pattern, a / in the password":  {pattern, "url=https://u:hunter2/x@a.example.dev", said + "It printed https://••••@a.example.dev, which is not taken: it cannot be read, and seems to have a password. Its"},
		"pattern, an @ and a / in it":   {pattern, "url=https://u:a@hunter2/x@a.example.dev", said + "It printed https://••••@a.example.dev, which is not taken: it has a user name or password. Its"},
		"pattern, another scheme":       {pattern, "url=wss://u:hunter2@a.example.dev", said + "It printed wss://••••@a.example.dev, which is not taken: it is no http or https URL. Its"},
		"pattern, port":                 {pattern, "url=https://a.example.dev:0", said + `It printed https://a.example.dev:0, which is not taken: it has the port "0"; a port is a number from 1 to 65535. Its`},
		"pattern, scheme":               {pattern, "url=a.example.dev", said + "It printed a.example.dev, which is not taken: it is no http or https URL. Its"},
		"pattern, query":                {pattern, "url=https://a.example.dev?x=1", said + "It printed https://a.example.dev?x=1, which is not taken: it has a query or a fragment. Its"},
		"pattern, no host":              {pattern, "url=https://:443", said + "It printed https://:443, which is not taken: it has no host. Its"},
		"another pattern":               {pattern, "at https://a.example.dev", said + "Its"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var steps []string
			for line := range strings.SplitSeq(c.printed+"|that is all", "|") {
				steps = append(steps, "print="+line)
			}
			tun := parse(t, command(append(steps, "wait")...), tunnel.Settings{Pattern: c.pattern, NgrokToken: config.NewSecret("2abcTOKEN")})
			tunnel.Hurry(tun, patient)
			start(t, tun, here)
			got := ""
			for limit := time.Now().Add(time.Minute); !strings.Contains(got, "that is all"); time.Sleep(time.Millisecond) {
				if got = tun.(interface{ Opening() string }).Opening(); time.Now().After(limit) {
					t.Fatalf("it says %q", got)
				}
			}
			if !strings.Contains(got, c.want) || strings.Contains(got, "hunter2") || strings.Contains(got, "2abcTOKEN") || strings.ContainsRune(got, '\u202e') {
				t.Errorf("it says %q, want %q in it", got, c.want)
			}
		})
	}
}
