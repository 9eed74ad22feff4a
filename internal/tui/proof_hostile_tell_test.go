package tui

import (
	"context"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/signature/sdk"
)

// missed asks whether an application is to be given the callback of the oldest message.
func (d *driver) missed() {
	m := &d.core.messages[0]
	m.Status, m.Unverified, m.Provider.Status = plivo.Sent, false, plivo.Delivered
	d.wake()
	d.m.replay.setValue(fieldTarget, "http://localhost/"+m.UUID)
	d.keys("G", "m")
}

// compose writes a message of hostile text in every field.
func (d *driver) compose() {
	d.keys("n")
	for range 5 {
		d.send(paste(d.core.messages[0].Text))
		d.keys("tab")
	}
}

// setFilter applies a filter with the text quoted in it, as a row's own text would be searched.
func (d *driver) setFilter() {
	d.keys("/")
	d.send(paste("uuid:\"" + d.core.messages[0].Text + "\""))
	d.keys("enter")
	d.keys("esc")
}

// moreSDKs adds answers of SDKs to each examination.
type moreSDKs struct {
	*fakeCore
	sdks []sdk.Answer
}

func (c moreSDKs) Examine(ctx context.Context, r signature.Case) (app.Examination, error) {
	e, err := c.fakeCore.Examine(ctx, r)
	e.SDKs = append(e.SDKs, c.sdks...)
	return e, err
}

func (c moreSDKs) ExamineCallback(ctx context.Context, id int64) (app.Examination, error) {
	e, err := c.fakeCore.ExamineCallback(ctx, id)
	e.SDKs = append(e.SDKs, c.sdks...)
	return e, err
}

// agreed holds that a terminal that measures characters one by one, as many do, and an emulated one put the
// end of each line into the same column.
func agreed(t *testing.T, screen *vt.Emulator, name, view string, w int) {
	t.Helper()
	for y, l := range strings.Split(view, "\n") {
		if n := ansi.StringWidthWc(l); n != w {
			t.Fatalf("%s: line %d is %d cells wide character by character, not %d: %q", name, y, n, w, l)
		}
		_, _ = screen.Write([]byte("\r\x1b[2K" + l))
		if x := screen.CursorPosition().X; x != w {
			t.Fatalf("%s: line %d ends in column %d of the emulated terminal, not %d: %q", name, y, x, w, l)
		}
	}
}

// checkTold holds that the beginning of the text, written as escape does, stands behind the name of each
// field.
func checkTold(t *testing.T, all, text string) {
	t.Helper()
	for _, field := range []string{
		"uuid", "from", "to", "text", "status", "code", "refusal", "callbackurl", "sequence", "name", "value",
		"method", "host", "path", "query", "received", "protocol", "remote", "body", "header", "headervalue", "second", "contenttype", "agent", "problem",
		"ruledout", "remains", "detail", "remedy", "given", "signed", "framework", "draftfrom", "draftto", "drafttext", "drafturl",
		"public", "api", "history", "tunnel", "tunnelwhy", "lastfailure", "notice", "error", "quirk", "raises",
		"silence", "said", "saidcode", "saidproblem", "watchproblem", "appid", "appname", "attachwhy", "foreignurl", "checkwhat", "checkadvice",
		"warning", "sentmethod", "sentto", "signedfor", "senthost", "senttype", "what", "was", "is", "askedmethod", "asked", "askedfor", "askedhost", "askedheader", "askedvalue",
		"sf", "registration", "senderpack", "pn", "media", "pack", "entity", "dlttext", "dltkind",
		"failed", "answerprotocol", "answerheader", "answervalue",
	} {
		want := field + beginning(escape.Line(field + "~" + text)[len(field):])
		if !strings.Contains(all, want) {
			i := max(strings.Index(all, field+"~"), 0)
			t.Errorf("%s is not told: no %q in any frame, but %q", field, want, head(all[i:], 80))
		}
	}
}

// beginning is the first characters of an escaped text, up to nine cells.
func beginning(s string) string {
	out := ""
	for s != "" {
		c, n := ansi.FirstGraphemeCluster(s, ansi.GraphemeWidth)
		if ansi.StringWidth(out)+n > 9 || c == " " {
			break
		}
		out += c
		s = s[len(c):]
	}
	return out
}
