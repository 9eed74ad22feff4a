package config_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/config"
)

const token = "NTk2ZWRhODYtOTc4ZC00OTQ3LTliZmQtNGQzNzhm"

// file writes an env file that only its owner can read.
func file(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "settings.env")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoadReadsWhatEditorsWrite(t *testing.T) {
	for _, c := range []struct{ name, text string }{
		{"plain", "PLIVO_AUTH_TOKEN=" + token},
		{"newline", "PLIVO_AUTH_TOKEN=" + token + "\n"},
		{"byte-order mark", "\ufeffPLIVO_AUTH_TOKEN=" + token + "\n"},
		{"CRLF", "PLIVO_AUTH_TOKEN=" + token + "\r\nPLIVO_AUTH_ID=x\r\n"},
		{"byte-order mark, CRLF and a comment", "\ufeff# mine\r\n\r\nPLIVO_AUTH_TOKEN=" + token + "\r\n"},
		{"double quotes", `PLIVO_AUTH_TOKEN="` + token + `"` + "\r\n"},
		{"single quotes", `PLIVO_AUTH_TOKEN='` + token + `'`},
		{"spaces around", "  PLIVO_AUTH_TOKEN =  " + token + "  \n"},
		{"export", "export PLIVO_AUTH_TOKEN=" + token},
		{"a comment behind", "PLIVO_AUTH_TOKEN=" + token + " # from the console"},
		{"a comment behind quotes", `PLIVO_AUTH_TOKEN="` + token + `" # from the console`},
		{"the last one counts", "PLIVO_AUTH_TOKEN=old\nPLIVO_AUTH_TOKEN=" + token},
		{"among an app's own", "PORT=3000\nKEY=\"-----BEGIN\na=b\n-----END\"\nPLIVO_AUTH_TOKEN=" + token},
	} {
		t.Run(c.name, func(t *testing.T) {
			env, err := config.Load(file(t, c.text), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := env.Get("PLIVO_AUTH_TOKEN"); got != token {
				t.Errorf("PLIVO_AUTH_TOKEN = %q, want %q", got, token)
			}
			if got := env.Warnings(); len(got) != 0 {
				t.Errorf("warnings %q, want none", got)
			}
		})
	}
}

func TestEnvironmentWinsOverFile(t *testing.T) {
	path := file(t, "PLIVO_SENDER_ID=14155550100\nPLIVO_API_URL=http://127.0.0.1:1\nNGROK_DOMAIN=a.example\nPLIVOSCOPE_ADDR=127.0.0.1:1\nPLIVOSCOPE_DB=file.db\n")
	env, err := config.Load(path, []string{
		"PLIVO_SENDER_ID=14155550199", "PLIVO_API_URL=", "PLIVOSCOPE_ADDR=127.0.0.1:2", "PLIVOSCOPE_ON_INVALID=reject=a", "PLIVOSCOPE_KEEP=", "=C:=C:\\x", "broken",
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"PLIVO_SENDER_ID": "14155550199",
		"PLIVO_API_URL":   "", // set to nothing on purpose
		"NGROK_DOMAIN":    "a.example",
		"NGROK_AUTHTOKEN": "",
	} {
		if got := env.Get(name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
		if got := env.Secret(name).Reveal(); got != want {
			t.Errorf("the secret %s = %q, want %q", name, got, want)
		}
	}
	for _, c := range []struct {
		flag, value, source string
		ok                  bool
	}{
		{"addr", "127.0.0.1:2", "PLIVOSCOPE_ADDR in the environment", true},
		{"db", "file.db", "PLIVOSCOPE_DB in " + path, true},
		{"on-invalid", "reject=a", "PLIVOSCOPE_ON_INVALID in the environment", true},
		{"keep", "", "PLIVOSCOPE_KEEP in the environment", false},
		{"log-level", "", "PLIVOSCOPE_LOG_LEVEL", false},
	} {
		value, source, ok := env.FlagValue(c.flag)
		if value != c.value || source != c.source || ok != c.ok {
			t.Errorf("--%s = %q, %q, %v, want %q, %q, %v", c.flag, value, source, ok, c.value, c.source, c.ok)
		}
	}
}

func TestTheAppsOwnNamesAreNotRead(t *testing.T) {
	names := []string{"PORT", "BASE_URL", "PATH", "MY_PLIVO_AUTH_ID", "plivo_auth_id"}
	var text string
	for _, n := range names {
		text += n + "=3000\n"
	}
	env, err := config.Load(file(t, text), strings.Split(strings.TrimSpace(text), "\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if got := env.Get(n); got != "" {
			t.Errorf("%s = %q, want it not read", n, got)
		}
	}
}

func TestTheDefaultFile(t *testing.T) {
	t.Chdir(t.TempDir())
	env, err := config.Load("", []string{"PLIVO_SENDER_ID=1"})
	if err != nil || env.Get("PLIVO_SENDER_ID") != "1" {
		t.Fatalf("without a .env: %v, sender %q", err, env.Get("PLIVO_SENDER_ID"))
	}
	if err := os.WriteFile(".env", []byte("PLIVO_AUTH_ID=MA"), 0o600); err != nil {
		t.Fatal(err)
	}
	env, err = config.Load("", nil)
	if err != nil || env.Source("PLIVO_AUTH_ID") != "PLIVO_AUTH_ID in .env" {
		t.Fatalf("with a .env: %v, source %q", err, env.Source("PLIVO_AUTH_ID"))
	}
	if err := os.Remove(".env"); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(".env", 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load("", nil); err == nil || !strings.Contains(err.Error(), ".env: it is a folder") {
		t.Errorf("with a folder .env: %v, want that it is a folder", err)
	}
}

func TestLoadFails(t *testing.T) {
	folder := t.TempDir()
	for _, c := range []struct{ name, path, want string }{
		{"named and missing", filepath.Join(folder, "none.env"), "does not exist"},
		{"a folder", folder, "it is a folder"},
		{"UTF-16", file(t, "\xff\xfeP\x00L\x00"), "UTF-16"},
		{"binary", file(t, "PLIVO\x00"), "UTF-8"},
		{"large", file(t, strings.Repeat("#\n", 40_000)), "larger than 64 KiB"},
		{"no =", file(t, "A=1\n\n# c\n"+token+"\nB=2\n"), "line 4"},
		{"no = at the end", file(t, "A=1\n"+token), "line 2"},
		{"no = behind a quote of two lines", file(t, "A=\"1\n2\"\n"+token+"\n"), "line 3"},
		{"CRLF", file(t, "A=1\r\n"+token+"\r\n"), "line 2"},
		{"a space in a name", file(t, "A B="+token+"\nnot a setting"), "line 2"},
		{"no plain name", file(t, "A=1\nPLIVO-AUTH-TOKEN="+token), "line 2"},
		{"open quote", file(t, "A=1\nPLIVO_AUTH_TOKEN=\""+token+"\nC=3\n"), "line 2 is no setting: a quote"},
		{"open quote that a later one ends", file(t, "PLIVO_AUTH_TOKEN=\""+token+"\nC=\"3\"\n"), "line 1"},
		{"after a quote", file(t, "A=1\nPLIVO_AUTH_TOKEN=\"x\""+token+"\n"), "line 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := config.Load(c.path, nil)
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range []string{c.want, c.path} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if strings.Contains(err.Error(), token[:8]) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%q repeats the file", err)
			}
		})
	}
}

func TestUnreadableFile(t *testing.T) {
	if runtime.GOOS == "windows" || os.Geteuid() == 0 {
		t.Skip("every file can be read here")
	}
	path := file(t, "A=1")
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := config.Load(path, nil); err == nil || !strings.Contains(err.Error(), "permission denied") {
		t.Errorf("%v, want permission denied", err)
	}
}

func TestWarnings(t *testing.T) {
	for _, c := range []struct{ name, entry, want string }{
		{"clean", "PLIVO_AUTH_TOKEN=" + token, ""},
		{"empty", "PLIVO_AUTH_TOKEN=", ""},
		{"trailing space", "PLIVO_AUTH_TOKEN=" + token + " ", "ends with a space"},
		{"leading space", "PLIVO_AUTH_TOKEN= " + token, "begins with a space"},
		{"newline", "PLIVO_AUTH_TOKEN=" + token + "\n", "ends with a line break"},
		{"return", "PLIVO_MAIN_AUTH_TOKEN=" + token + "\r", "ends with a line break"},
		{"quotes", `NGROK_AUTHTOKEN="` + token + `"`, "has quotes around it"},
		{"curly quotes", `PLIVO_AUTH_TOKEN=“` + token + `”`, "has quotes around it"},
		{"one quote", `PLIVO_AUTH_TOKEN="` + token, "has a quote in it"},
		{"inner space", "PLIVO_AUTH_TOKEN=" + token[:9] + " " + token[9:], "has a space or a line break in it"},
		{"zero width", "PLIVO_AUTH_TOKEN=" + token + "\u200b", "cannot be seen"},
		{"byte-order mark", "PLIVO_AUTH_ID=\ufeffMA", "cannot be seen"},
		{"a further token", "PLIVO_AUTH_TOKEN_EU=" + token + " ", "ends with a space"},
		{"a flag with a space", "PLIVOSCOPE_ADDR=127.0.0.1:1 ", "ends with a space"},
		{"a flag with words", `PLIVOSCOPE_TEXT=it's "fine" here`, ""},
		{"not ours", "PLIVO_OTHER= x ", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			env, err := config.Load(file(t, ""), []string{c.entry})
			if err != nil {
				t.Fatal(err)
			}
			name, value, _ := strings.Cut(c.entry, "=")
			if got := env.Get(name); got != value {
				t.Errorf("%s = %q, want it unchanged", name, got)
			}
			warnings := env.Warnings()
			if c.want == "" {
				if len(warnings) != 0 {
					t.Errorf("warnings %q, want none", warnings)
				}
				return
			}
			if len(warnings) != 1 || !strings.Contains(warnings[0], c.want) || !strings.Contains(warnings[0], name+" in the environment") {
				t.Fatalf("warnings %q, want one that says %q of %s", warnings, c.want, name)
			}
			if strings.Contains(warnings[0], token[:8]) {
				t.Errorf("%q repeats the value", warnings[0])
			}
		})
	}
}

func TestWarnsOfQuotedSpacesInTheFile(t *testing.T) {
	path := file(t, `PLIVO_AUTH_TOKEN=" `+token+`"`)
	env, err := config.Load(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if w := env.Warnings(); len(w) != 1 || !strings.Contains(w[0], "PLIVO_AUTH_TOKEN in "+path+" begins with a space") {
		t.Errorf("warnings %q, want one of the space", w)
	}
}

func TestWarnsOfAFileThatOthersCanRead(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("modes say nothing here")
	}
	for _, c := range []struct {
		text string
		mode os.FileMode
		want bool
	}{
		{"PLIVO_AUTH_TOKEN=" + token, 0o644, true},
		{"NGROK_AUTHTOKEN=" + token, 0o640, true},
		{"PLIVO_AUTH_TOKEN_EU=" + token, 0o640, true},
		{"PLIVOSCOPE_TOKEN=" + token, 0o604, true}, // what --token reads
		{"PLIVOSCOPE_TOKEN_FILE=token.txt", 0o644, false},
		{"PLIVO_AUTH_TOKEN=" + token, 0o600, false},
		{"PLIVO_SENDER_ID=14155550100", 0o644, false},
	} {
		path := file(t, c.text)
		if err := os.Chmod(path, c.mode); err != nil {
			t.Fatal(err)
		}
		// What the environment holds says nothing about the file.
		env, err := config.Load(path, []string{"PLIVO_MAIN_AUTH_TOKEN=" + token})
		if err != nil {
			t.Fatal(err)
		}
		warnings := env.Warnings()
		if got := len(warnings) == 1 && strings.Contains(warnings[0], "chmod 600 "+path); got != c.want || len(warnings) > 1 {
			t.Errorf("mode %o, %s: warnings %q, want one = %v", c.mode, c.text[:15], warnings, c.want)
		}
	}
}
