package tui

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// toSignature goes to the signature screen.
func (d *driver) toSignature() { d.keys(d.m.env.keys.examine.Keys()[0]) }

// asked is the request that was last asked about.
func (d *driver) asked() signature.Case {
	d.t.Helper()
	if len(d.core.examined) == 0 {
		d.t.Fatal("no request was asked about")
	}
	return d.core.examined[len(d.core.examined)-1]
}

func TestLineEndsOfAPaste(t *testing.T) {
	for in, want := range map[string]string{
		"a\r\nb\r\n\r\nc": "a\r\nb\r\n\r\nc", // as it is: a capture may mean each of them
		"a\rb\r\rc":       "a\nb\n\nc",
		"a\r\rb\r\r\r\rc": "a\nb\n\nc",
		// Only the head has two characters at each line end.
		"a\r\rb\r\r\r\rc\rd": "a\nb\n\nc\nd",
		"no line end":        "no line end",
	} {
		if got := lineEnds(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// TestParametersWithoutABodyStay edits another field of a capture that has parameters and no body.
func TestParametersWithoutABodyStay(t *testing.T) {
	for name, text := range map[string]string{
		"HAR":       `{"log":{"entries":[{"request":{"method":"POST","url":"https://example.com/cb","headers":[{"name":"X-Plivo-Signature-V3","value":"abc="},{"name":"X-Plivo-Signature-V3-Nonce","value":"1"}],"postData":{"mimeType":"application/x-www-form-urlencoded","params":[{"name":"Status","value":"sent"},{"name":"To","value":"1"}]}}}]}}`,
		"JSON line": `{"method":"POST","url":"https://example.com/cb","headers":[["X-Plivo-Signature-V3","abc="],["X-Plivo-Signature-V3-Nonce","1"],["Content-Type","application/x-www-form-urlencoded"]],"params":[["Status","sent"],["To","1"]]}`,
	} {
		t.Run(name, func(t *testing.T) {
			d := staged(t, false, false, 120, 36, nil)
			d.toSignature()
			d.send(paste(text))
			want := []signature.Param{{Name: "Status", Value: "sent"}, {Name: "To", Value: "1"}}
			d.keys("tab", "tab", "/")
			if c := d.asked(); c.URL != "https://example.com/cb/" || !slices.Equal(c.Params, want) || c.Body != nil {
				t.Errorf("with another URL: %q, %v, body %q", c.URL, c.Params, c.Body)
			}
			d.keys("tab", "X-More: 1", "enter")
			if c := d.asked(); !slices.Equal(c.Params, want) {
				t.Errorf("with another header: %v", c.Params)
			}
			d.keys("shift+tab", "shift+tab", "space")
			if c := d.asked(); c.Method != "GET" || len(c.Params) != 0 {
				t.Errorf("as a GET: %s %v", c.Method, c.Params)
			}
		})
	}
}

// TestAnEditedFieldThatShowedLessSaysSo edits a field whose control bytes cannot be shown.
func TestAnEditedFieldThatShowedLessSaysSo(t *testing.T) {
	d := staged(t, false, false, 180, 36, nil)
	c := d.core.cases[17]
	c.Body = []byte("Status=a\x00b")
	d.core.cases[17] = c
	d.onBad()
	d.keys("s")
	d.expect("not all can be shown")
	d.keys("tab", "tab", "tab", "tab", "x")
	d.expect("! edited from what is shown; ctrl+r")
	d.absent("not all can be shown")
	d.keys("tab")
	d.expect("! edited from what is shown; ctrl+r")
	d.keys("ctrl+r")
	d.expect("not all can be shown")
	d.keys("shift+tab")
	for range 20 {
		d.keys("end", "backspace")
	}
	d.absent("! edited from what is shown")
}

// TestAPasteCountsAsItCame pastes what no input holds: tabs, control bytes, more than is drawn.
func TestAPasteCountsAsItCame(t *testing.T) {
	long := strings.Repeat("Name=some+value&", 4096) // 64 KiB
	for name, text := range map[string]string{"control bytes": "Status=a\x01b&Text=\tc", "long": long + "Last=1"} {
		t.Run(name, func(t *testing.T) {
			d := staged(t, false, false, 180, 36, nil)
			d.onBad()
			d.keys("s", "ctrl+r", "tab", "tab", "tab", "tab", "A=1&")
			d.send(paste(text))
			if got := string(d.asked().Body); got != "A=1&"+text {
				t.Errorf("the body has %d bytes %q, want %d", len(got), head(got, 40), len(text)+4)
			}
			if n := len(d.m.sig.value(fieldBody)); n > fieldBytes {
				t.Errorf("the field draws %d bytes", n)
			}
			d.expect("not all can be shown")
			d.keys("x")
			if n := len(d.asked().Body); n > fieldBytes+1 {
				t.Errorf("an edited body has %d bytes", n)
			}
			d.expect("! edited from what is shown; paste it again for the rest")
		})
	}
	t.Run("in pieces", func(t *testing.T) {
		d := staged(t, false, false, 120, 36, nil)
		d.toSignature()
		d.keys("tab", "tab")
		for range 3 {
			d.send(paste(long))
		}
		if n := len(d.asked().Body); n != 3*len(long) {
			t.Errorf("of three pastes %d bytes are there, want %d", n, 3*len(long))
		}
	})
	t.Run("a token", func(t *testing.T) {
		d := staged(t, false, false, 120, 36, nil)
		d.toSignature()
		d.keys("https://example.com/cb", "tab", "tab", "tab")
		d.send(paste("a\tb"))
		c := d.asked()
		if len(c.Tokens) != 1 || signature.SignBase(c.Tokens[0], signature.V2, "x") != signature.SignBase(signature.NewToken("", "a\tb"), signature.V2, "x") {
			t.Error("the tab in the token was lost")
		}
	})
}

func TestAPasteIsBounded(t *testing.T) {
	d := staged(t, false, false, 120, 36, nil)
	d.toSignature()
	d.keys("tab", "tab")
	d.send(paste(strings.Repeat("x", mostPasted+1)))
	d.expect("Not pasted: the text has", "verify --request")
	if got := d.m.sig.value(fieldBody); got != "" {
		t.Errorf("the field holds %d bytes", len(got))
	}
}

func TestTheCursorIsSeenAfterAPaste(t *testing.T) {
	d := staged(t, false, false, 80, 24, nil)
	d.toSignature()
	d.keys("tab", "tab")
	lines := make([]string, 40)
	for i := range lines {
		lines[i] = fmt.Sprintf("name%d=value", i)
	}
	d.send(paste(strings.Join(lines, "\n")))
	d.expect("name39=value", "↑ more")
}

// TestTheClipboardIsPasted reads the clipboard of the desktop with the key of the inputs.
func TestTheClipboardIsPasted(t *testing.T) {
	body := "Status=delivered&To=14155550123"
	text, failure := captured(t, "https://example.com/cb", "https://example.com/cb", "a-token-of-tests", body), error(nil)
	core := newStocked()
	core.pure = true
	d := newDriverOn(t, core, 120, 36, Options{ReadClipboard: func() (string, error) { return text, failure }})
	for _, focus := range [][]string{nil, {"tab"}, {"tab", "tab", "tab"}, {"tab", "tab", "tab", "tab"}} {
		d.keys("esc")
		d.toSignature()
		d.m.sig.setFocus(fieldSigned)
		d.keys(focus...)
		d.keys("ctrl+v")
		d.expect("pasted request", "✓ verifies")
		d.keys("ctrl+r", "ctrl+r")
	}
	d.m.sig.setFocus(fieldSigned)
	failure = errors.New("exit status 1")
	d.keys("ctrl+v")
	d.expect("exit status 1", "paste with the terminal's own key")

	d = newDriverOn(t, newStocked(), 120, 36, Options{})
	d.toSignature()
	d.keys("ctrl+v")
	d.expect("paste with the terminal's own key")
}

// TestTheSchemeOfACaptureIsFoundOut pastes a raw request, which says no scheme.
func TestTheSchemeOfACaptureIsFoundOut(t *testing.T) {
	for _, c := range []struct {
		host, signed, want, says string
		guessed                  bool
	}{
		{"example.com", "https://example.com/cb", "https://example.com/cb", "✓ verifies", false},
		{"example.com", "http://example.com/cb", "http://example.com/cb", "✓ verifies", false},
		{"127.0.0.1:4141", "http://127.0.0.1:4141/cb", "http://127.0.0.1:4141/cb", "✓ verifies", false},
		{"127.0.0.1:4141", "https://127.0.0.1:4141/cb", "https://127.0.0.1:4141/cb", "✓ verifies", false},
		{"example.com", "http://example.com/cb/", "http://example.com/cb", `matches if the URL ends in "/"`, true},
		{"example.com", "https://other.example.net/elsewhere", "https://example.com/cb", "✗ does not verify", true},
		{"127.0.0.1:4141", "https://other.example.net/elsewhere", "http://127.0.0.1:4141/cb", "✗ does not verify", true},
	} {
		d := pureDriver(t, 120, 36)
		d.toSignature()
		raw := captured(t, "/cb", c.signed, "a-token-of-tests", "Status=sent&To=14155550123")
		d.send(paste(strings.Replace(raw, "Host: example.com", "Host: "+c.host, 1)))
		d.expect(c.says)
		if got := d.m.sig.value(fieldSigned); got != c.want {
			t.Errorf("%s signed for %s is checked over %q, want %q", c.host, c.signed, got, c.want)
		}
		if words := strings.Join(strings.Fields(strings.ReplaceAll(d.screen(), "│", "")), " "); strings.Contains(words, "scheme assumed: the capture names") != c.guessed {
			t.Errorf("%s signed for %s: guessed is not %v:\n%s", c.host, c.signed, c.guessed, d.screen())
		}
		if !c.guessed {
			continue
		}
		d.m.sig.setFocus(fieldSigned)
		d.keys("x")
		d.absent("scheme assumed")
	}
}

// TestAStrangersRequestAsksForItsToken pastes a request of the user's own account on the simulator.
func TestAStrangersRequestAsksForItsToken(t *testing.T) {
	const hint = "only the simulator's made-up token is known"
	d := pureDriver(t, 120, 36)
	raw := captured(t, "https://example.com/cb", "https://example.com/cb", "another-token", "Status=sent")
	d.toSignature()
	d.send(paste(raw))
	d.expect(hint)
	d.keys("shift+tab")
	d.send(paste("another-token"))
	d.expect("✓ verifies")
	d.absent(hint)

	d = staged(t, true, false, 120, 36, nil)
	d.core.pure = true
	d.toSignature()
	d.send(paste(raw))
	d.expect("✗ does not verify")
	d.absent(hint)
}

func TestAProblemOfACaptureIsASentenceOfItsOwn(t *testing.T) {
	d := pureDriver(t, 120, 36)
	d.toSignature()
	d.send(paste("POST https://example.com/cb HTTP/1.1\r\nno colon\r\n\r\n"))
	d.expect("Filled in the pasted request. One line of the header")
}

// BenchmarkKeyAfterALongPaste is a key of a form that holds 64 KiB.
func BenchmarkKeyAfterALongPaste(b *testing.B) {
	for name, text := range map[string]string{
		"body":    strings.Repeat("Name=some+value&", 4096),
		"request": captured(b, "https://example.com/cb", "https://example.com/cb", "a-token", strings.TrimSuffix(strings.Repeat("Name=some+value&", 4096), "&")),
	} {
		b.Run(name, func(b *testing.B) {
			d := staged(b, false, false, 120, 36, nil)
			d.toSignature()
			d.keys("tab", "tab")
			d.send(paste(text))
			d.m.sig.setFocus(fieldSigned)
			d.hold = true
			for b.Loop() {
				d.keys("x")
				d.held = nil
			}
		})
	}
}
