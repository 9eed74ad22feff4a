package tui

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/tui/grid"
	"dev.internal/plivoscope/internal/webhook"
)

// writeOverview says what came, whether it verifies and how it was answered.
func writeOverview(d *doc, cb webhook.Callback, why cause, now time.Time) {
	th := d.th
	writeOutcome(d, cb)
	why.explain(&d.page)
	if !why.wanted {
		paint, words := signatureWords(th, cb)
		d.field("signature", paint, words)
	}
	paint, words := answerWords(th, cb)
	d.field("answer", paint, words)
	if a := arrivalWords(cb.Arrival); a != "" {
		d.field("arrival", th.warn, "! "+a)
	}
	if cb.Problem != "" {
		d.field("beware", th.warn, "! "+readable(cb.Problem))
	}
	d.blank()
	d.field("received", th.text, cb.ReceivedAt.In(now.Location()).Format("2006-01-02 15:04:05.000000 MST"))
	d.field("kind", th.text, kindMeaning(cb.Kind))
	d.about("URL", cb.URL, func() { d.value("request", th.text, []piece{{readable(cb.Method + " " + cb.URL), plain}}) })
	if cb.ReceivedURL == cb.URL {
		d.field("came to", th.muted, "the same URL")
	} else {
		d.about("URL as received", cb.ReceivedURL, func() {
			_, theirs := differ(readable(cb.URL), readable(cb.ReceivedURL))
			d.value("came to", th.signed, theirs)
		})
	}
	d.about("remote address", cb.RemoteAddr, func() { d.field("from", th.text, readable(orDash(cb.RemoteAddr))) })
	d.field("size", th.text, sizeOfRequest(cb))
	d.about("callback ID", strconv.FormatInt(cb.ID, 10), func() { d.field("callback", th.text, strconv.FormatInt(cb.ID, 10)) })
}

// writeOutcome says which message a callback is of, and what it says about it.
func writeOutcome(d *doc, cb webhook.Callback) {
	th, r := d.th, cb.Report
	uuid := r.MessageUUID()
	if uuid == "" {
		d.field("message", th.muted, "of no message: there is no MessageUUID")
	} else {
		d.about("UUID", uuid, func() { d.value("message", th.text, []piece{{readable(uuid), plain}}) })
	}
	if r.From()+r.To() != "" {
		d.field("numbers", th.text, readable(orDash(r.From()))+" → "+readable(orDash(r.To())))
	}
	if st := r.Status(); st != "" {
		words := statusSign(st) + " " + readable(string(st))
		if n, ok := r.Sequence(); ok {
			words += ", number " + strconv.Itoa(n) + " of this message's callbacks"
		}
		d.field("status", th.status(st), words)
	}
	if code := r.ErrorCode(); plivo.HasError(code) {
		words := statusSign(r.Status()) + " " + remarkOn("ErrorCode", code)
		d.field("error "+brief(code), th.status(r.Status()), words)
		if c, ok := plivo.LookupCode(code); ok {
			d.field("", th.text, "→ "+c.Advice)
		}
	}
	if t := r.Text(); t != "" {
		d.about("text", t, func() { d.field("text", th.text, readable(t)) })
	}
}

// signatureWords say of a callback that is not worth an examination what its check came to.
func signatureWords(th *theme, cb webhook.Callback) (p grid.Paint, words string) {
	v := cb.Verdict
	switch v.Outcome {
	case signature.Valid:
		return th.good, fmt.Sprintf("✓ verifies: %s in %s with the token %q", v.Scheme, brief(v.Header), brief(v.Token))
	case signature.Missing:
		return th.warn, "– none: anybody could have sent it, or something on the way took it out"
	case signature.Invalid:
		return th.bad, "✗ does not verify"
	default:
		if cb.Truncated {
			return th.warn, "· not checked: the body was cut, and with it what was signed"
		}
		return th.muted, "· not checked: there was no token to check with"
	}
}

func answerWords(th *theme, cb webhook.Callback) (grid.Paint, string) {
	a := cb.Answer
	if a.Status == 0 {
		return th.muted, "– not recorded"
	}
	words := strconv.Itoa(a.Status)
	if text := http.StatusText(a.Status); text != "" {
		words += " " + text
	}
	if a.Status != http.StatusOK {
		return th.warn, "✗ " + words
	}
	return th.good, "✓ " + words
}

// answerTime is the time from the request to the decision what to answer.
func answerTime(cb webhook.Callback) (string, bool) {
	if cb.Answer.At.IsZero() || cb.ReceivedAt.IsZero() {
		return "", false
	}
	d := cb.Answer.At.Sub(cb.ReceivedAt)
	switch {
	case d >= 0 && d < 100*time.Microsecond:
		return "less than 0.1 ms", true
	case d >= 0 && d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000), true
	case d >= 0 && d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds()), true
	default:
		return short(d), true
	}
}

func kindMeaning(k webhook.Kind) string {
	switch k {
	case webhook.DeliveryReport:
		return "delivery report: how far an outbound message has come"
	case webhook.Inbound:
		return "inbound: a message that somebody sent to your number"
	default:
		return "other: none of the callbacks that Plivo sends about messages"
	}
}

func sizeOfRequest(cb webhook.Callback) string {
	n := 0
	for _, values := range cb.Header {
		n += len(values)
	}
	words := readable(orDash(cb.Protocol)) + " · body " + sizeWords(bodySize(cb))
	if cb.Truncated {
		words += ", cut"
	}
	return words + " · " + plural(n, "header") + " · " + plural(len(cb.Report.Params), "parameter")
}

// sizeWords is a number of bytes in words.
func sizeWords(n int) string {
	if n < 10<<10 {
		return plural(n, "byte")
	}
	return fmt.Sprintf("%.1f KiB", float64(n)/1024)
}

// causeOf is what is known so far of why a callback does not verify.
func causeOf(cb webhook.Callback, exam app.Examination, known bool, failure error) cause {
	return cause{of: cb, wanted: unverified(cb.Verdict), known: known, exam: exam, failure: failure}
}
