package plivo_test

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// report makes a Report of names and values in turn.
func report(pairs ...string) plivo.Report {
	var ps []signature.Param
	for i := 0; i < len(pairs); i += 2 {
		ps = append(ps, signature.Param{Name: pairs[i], Value: pairs[i+1]})
	}
	return plivo.NewReport(ps)
}

func TestReportReadsParametersAsTheyArrived(t *testing.T) {
	r := report("MessageUUID", " 5b40 ", "From", "14155550100", "To", "14155550123", "Type", "sms", "Text", "",
		"Status", "sent", "ErrorCode", "000", "From", "another", "x-new", "kept")
	for name, got := range map[string]string{
		" 5b40 ": r.MessageUUID(), "14155550100": r.From(), "14155550123": r.To(), "sms": r.Type(), "": r.Text(),
		"sent": string(r.Status()), "000": r.ErrorCode(),
	} {
		if got != name {
			t.Errorf("got %q, want %q", got, name)
		}
	}
	if v, ok := r.Get("Text"); v != "" || !ok {
		t.Errorf("an empty parameter is %q, %v; want it to be there", v, ok)
	}
	if v, ok := r.Get("from"); ok {
		t.Errorf("names are case-sensitive, yet from is %q", v)
	}
	if v, ok := r.Get("x-new"); v != "kept" || !ok {
		t.Errorf("an unknown parameter is %q, %v", v, ok)
	}
	var empty plivo.Report
	if _, ok := empty.Get("From"); ok || empty.From() != "" || empty.Status() != "" || empty.Units() != 0 {
		t.Error("an empty report has parameters")
	}
}

func TestReportStatus(t *testing.T) {
	for give, want := range map[string]plivo.Status{
		"delivered": plivo.Delivered, "Delivered": plivo.Delivered, "READ": plivo.Read, "Scheduled": "Scheduled",
		" sent": " sent", "": "",
	} {
		if got := report("Status", give).Status(); got != want {
			t.Errorf("status %q is read as %q, want %q", give, got, want)
		}
	}
}

func TestReportNumbers(t *testing.T) {
	for give, want := range map[string]int{"0": 0, "3": 3, "007": 7, strconv.Itoa(math.MaxInt): math.MaxInt} {
		if n, ok := report("Sequence", give).Sequence(); !ok || n != want {
			t.Errorf("sequence %q is %d, %v; want %d", give, n, ok, want)
		}
		if n := report("Units", give).Units(); n != want {
			t.Errorf("units %q are %d, want %d", give, n, want)
		}
	}
	for _, none := range []string{"", "-1", "+1", " 1", "1.0", "one", "9223372036854775808", "99999999999999999999", "٣"} {
		if n, ok := report("Sequence", none).Sequence(); ok || n != 0 {
			t.Errorf("sequence %q is %d, %v; want none", none, n, ok)
		}
		if n := report("Units", none).Units(); n != 0 {
			t.Errorf("units %q are %d, want 0", none, n)
		}
	}
	if _, ok := report().Sequence(); ok {
		t.Error("an absent sequence is there")
	}
}

func TestReportTimes(t *testing.T) {
	want := time.Date(2021, 7, 13, 13, 4, 6, 799021000, time.UTC)
	for give, want := range map[string]time.Time{
		"2021-07-13 13:04:06.799021":       want,
		"2021-07-13 13:04:06":              want.Truncate(time.Second),
		"2021-07-13 13:04:06.799021+05:30": want.Add(-5*time.Hour - 30*time.Minute),
		"2021-07-13 13:04:06-01:00":        want.Truncate(time.Second).Add(time.Hour),
		"2021-07-13T13:04:06.799021Z":      want,
		"2021-07-13T13:04:06.799021":       want,
	} {
		got, ok := report("SentTime", give).Time("SentTime")
		if !ok || !got.Equal(want) || got.Location() != time.UTC {
			t.Errorf("%q is read as %v, %v; want %v", give, got, ok, want)
		}
	}
	for _, bad := range []string{"", "now", "2021-07-13", "2021-13-13 13:04:06", "2021-07-13_13:04:06", "1626181446", strings.Repeat("1", 60)} {
		if got, ok := report("SentTime", bad).Time("SentTime"); ok {
			t.Errorf("%q is read as %v", bad, got)
		}
	}
	if _, ok := report().Time("QueuedTime"); ok {
		t.Error("an absent time is there")
	}
}

func TestReportTellsInboundFromOutbound(t *testing.T) {
	for _, tt := range []struct {
		r    plivo.Report
		want bool
	}{
		{report("From", "1", "To", "2", "Text", "hi"), true},
		{report("Text", ""), true},
		{report("Media0", "https://media.example.org/a.jpg"), true},
		{report("Status", "received"), true},
		{report("Status", "Received", "Text", "hi"), true},
		{report("Status", "", "Text", "hi"), true},
		{report("Status", "delivered", "Text", "hi"), false},
		{report("Status", "scheduled", "Text", "hi"), false},
		{report("MessageUUID", "5b40"), false},
		{report(), false},
	} {
		if got := tt.r.Inbound(); got != tt.want {
			t.Errorf("%v inbound: %v", tt.r.Params, got)
		}
	}
}

func TestReportLooksUpWithoutAllocating(t *testing.T) {
	r := life()[0].Report
	if n := testing.AllocsPerRun(100, func() {
		_ = r.Status()
		_, _ = r.Sequence()
		_, _ = r.Time("DeliveryReportTime")
		_ = r.Inbound()
	}); n > 0 {
		t.Errorf("reading a report allocates %v times", n)
	}
}

func TestDescribe(t *testing.T) {
	for _, p := range append(life()[0].Report.Params, report("Text", "", "Media0", "", "Media11", "", "ConversationID", "").Params...) {
		s := plivo.Describe(p.Name)
		if !plivo.Known(p.Name) || !strings.HasSuffix(s, ".") {
			t.Errorf("%s is described as %q", p.Name, s)
		}
	}
	for _, name := range []string{"", "Media", "Mediax", "media0", "messageuuid", "Colour"} {
		if plivo.Known(name) || plivo.Describe(name) != "" {
			t.Errorf("%q is known as %q", name, plivo.Describe(name))
		}
	}
}
