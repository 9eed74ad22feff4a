package tui

import (
	"strings"
	"testing"

	"github.com/muesli/termenv"

	"dev.internal/plivoscope/internal/app"
)

func TestDoctorSheet(t *testing.T) {
	d := staged(t, true, false, 80, 24, nil)
	d.core.findings = doctorFindings()
	d.keys(":", "check everything")
	d.expect("D         doctor: check everything")
	d.keys("enter")
	d.expect("Doctor: 1 failed, 1 warning", "✗ balance", "→ run: chmod 600 .env", `\x1b[2JAcme \u202e(standard)`)
	d.keys("pgdown")
	d.expect("✓ signature", "the sender +14155550100")
	d.keys("esc")
	d.absent("Doctor:")

	d.keys("M", "D")
	d.absent("MAXXXXXXXXXXXXXXXXXX")
	d.absent("+14155550100 is")
	d.expect("account ••••, from PLIVO_AUTH_ID")
}

func TestDoctorSheetIsCopied(t *testing.T) {
	core := newStocked()
	core.findings = doctorFindings()
	var copied string
	d := newDriverOn(t, core, 120, 36, Options{Renderer: rendererOf(termenv.Ascii, true), Clipboard: func(s string) error { copied = s; return nil }})
	d.keys("D", "y")
	d.expect("Copied 8 findings.")
	for _, part := range []string{"✗ balance", "→ run: chmod 600 .env\n", `\x1b[2JAcme`, "1 failed, 1 warning\n"} {
		if !strings.Contains(copied, part) {
			t.Errorf("%q is not copied:\n%s", part, copied)
		}
	}
	d.keys("esc", "M", "D", "y")
	if strings.Contains(copied, "MAXXXX") || strings.Contains(copied, "14155550100") {
		t.Errorf("copied masked:\n%s", copied)
	}
}

func TestDoctorSheetWhileItLooks(t *testing.T) {
	d := staged(t, false, false, 80, 24, nil)
	d.core.findings = []app.Finding{{Check: "port", Result: app.CheckOK, What: "callbacks come to http://127.0.0.1:4141"}}
	d.hold = true
	d.keys("D")
	d.expect("Doctor: looking…", "… looking")
	d.hold = false
	d.release()
	d.expect("Doctor: everything is in order", "✓ port")
	d.absent("… looking")

	// Left before it is done, it asks no further and shows nothing later.
	d.hold = true
	d.keys("esc", "D", "esc")
	d.hold = false
	d.release()
	d.absent("Doctor:")
}

func TestDoctorSpoken(t *testing.T) {
	d := newPlain(t)
	d.core.findings = doctorFindings()
	d.press("D")
	d.hears("Doctor: looking", "esc: close.")
	d.hears("env file, warning: .env holds 2 tokens", "To do: run: chmod 600 .env.")
	d.hears("balance, failed: the balance is 0.00 USD.")
	d.hears("The doctor is done: 1 failed, 1 warning.")
	d.press("esc")
	d.hears("Left.")
}
