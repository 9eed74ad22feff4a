package tui

import (
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// TestWhatWasFoundWhenItCame is said in the detail, in the overview of the callback and on both places of its
// signature, in place of a search that finds nothing; not of an edited request.
func TestWhatWasFoundWhenItCame(t *testing.T) {
	d := staged(t, false, false, 240, 60, nil)
	d.core.signedEarlier(17, signature.Invalid, "slash")
	d.onBad()
	d.keys("enter")
	d.expect("✗ does not verify; when it came, the cause was: a \"/\" too many or too few", "(slash); the token", "earlier simulator's is kept nowhere)")
	d.absent("no change that was tried")
	d.keys("s")
	d.expect("✗ does not verify; when it came, the cause was: a \"/\" too many or too few", "✗ url ─")
	d.absent("no change that was tried")
	d.absent("Ruled out")
	d.absent("What the official SDKs say")
	d.keys("tab", "tab", "?edited=1")
	d.expect("no change that was tried")
	d.absent("when it came")
	d.keys("ctrl+r")
	d.expect("when it came, the cause was")

	d = staged(t, false, false, 120, 40, nil)
	d.core.signedEarlier(203, signature.Invalid, "slash")
	openedAt(203)(d)
	d.expect("✗ does not verify; when it came, the cause was")
	d.keys("shift+tab", "shift+tab", "shift+tab")
	d.expect("✗ does not verify; when it came, the cause was")
	d.absent("no change that was tried")
}

// TestWhatVerifiedIsNotCalledForged opens one that verified when it came, with a token that is gone.
func TestWhatVerifiedIsNotCalledForged(t *testing.T) {
	d := staged(t, false, false, 120, 40, nil)
	d.core.signedEarlier(2, signature.Valid, "")
	d.keys("end", "s")
	d.expect("Signature · callback 2", "· not checked: it verified when it came; the token")
	d.absent("refuses")
	d.absent("does not verify")
	d.absent("Type one below Token")
}
