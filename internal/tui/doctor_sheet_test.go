package tui

import (
	"slices"
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

// TestDoctorSheetShowsWhatFailed holds that what failed, else what warned, is in sight when the checks have ended.
func TestDoctorSheetShowsWhatFailed(t *testing.T) {
	var fine []app.Finding
	for range 40 {
		fine = append(fine, app.Finding{Check: "port", Result: app.CheckOK, What: "it is free"})
	}
	warned := app.Finding{Check: "clock", Result: app.CheckWarning, What: "it is 9 s ahead", Advice: "set the clock"}
	broken := app.Finding{Check: "balance", Result: app.CheckFailed, What: "nothing is left", Advice: "buy credits"}
	for _, size := range [][2]int{{80, 24}, {60, 15}, {120, 36}} {
		for name, c := range map[string]struct {
			findings []app.Finding
			want     []string
			absent   string
		}{
			"a failure at the end":   {slices.Concat(fine, []app.Finding{warned}, fine, []app.Finding{broken}), []string{"✗ balance", "→ buy credits"}, "! clock"},
			"a failure between":      {slices.Concat(fine, []app.Finding{broken}, fine, []app.Finding{broken}), []string{"✗ balance", "→ buy credits", "more lines"}, ""},
			"a warning alone":        {slices.Concat(fine, []app.Finding{warned}, fine), []string{"! clock", "→ set the clock", "more lines"}, ""},
			"nothing":                {fine, []string{"Doctor: everything is in order", "more lines"}, ""},
			"what cannot be seen":    {slices.Concat([]app.Finding{{Check: "sender", Result: app.CheckSkipped, What: "names are not listed", Advice: "see in the console"}}, fine), []string{"Doctor: nothing failed, and not all could be looked at"}, ""},
			"what has no object":     {slices.Concat([]app.Finding{{Check: "terminal", Result: app.CheckSkipped, What: "there is none"}}, fine), []string{"Doctor: everything is in order"}, ""},
			"what is in sight as is": {slices.Concat([]app.Finding{fine[0], broken}, fine), []string{"✓ port            it is free", "✗ balance", "more lines"}, ""},
		} {
			d := staged(t, true, false, size[0], size[1], nil)
			d.core.findings = c.findings
			d.keys("D")
			d.expect(c.want...)
			if c.absent != "" {
				d.absent(c.absent)
			}
			if t.Failed() {
				t.Fatalf("%s at %v", name, size)
			}
		}
	}

	// Who has scrolled stays where they are.
	d := staged(t, true, false, 60, 15, nil)
	d.core.findings = slices.Concat([]app.Finding{warned}, fine, []app.Finding{broken})
	d.hold = true
	d.keys("D", "j", "k")
	d.hold = false
	d.release()
	d.expect("! clock", "Doctor: 1 failed")
	d.absent("✗ balance")
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

// TestDoctorAgain checks everything once more, where the first check-up has ended.
func TestDoctorAgain(t *testing.T) {
	d := staged80(t)
	d.core.findings = []app.Finding{{Check: "balance", Result: app.CheckFailed, What: "nothing is left"}}
	d.hold = true
	d.keys("D")
	d.absent("r check again")
	d.hold = false
	d.release()
	d.expect("Doctor: 1 failed", "r check again")
	d.core.findings = []app.Finding{{Check: "balance", Result: app.CheckOK, What: "10 USD are left"}}
	d.keys("r")
	d.expect("Doctor: everything is in order", "10 USD are left")
	d.absent("nothing is left")
	d.keys("esc")
	d.absent("Doctor:")
}
