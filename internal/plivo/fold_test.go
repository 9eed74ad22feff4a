package plivo_test

import (
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"github.com/google/go-cmp/cmp"
)

var (
	valid   = signature.Result{Outcome: signature.Valid, Scheme: signature.V3, Header: "X-Plivo-Signature-V3", Token: "account"}
	invalid = signature.Result{Outcome: signature.Invalid, Scheme: signature.V3, Header: "X-Plivo-Signature-V3"}
	missing = signature.Result{Outcome: signature.Missing}
)

// seen is a callback that verified, received at seconds after start.
func seen(at int, pairs ...string) plivo.Observation {
	return plivo.Observation{Report: report(pairs...), Result: valid, ReceivedAt: start.Add(time.Duration(at) * time.Second)}
}

func with(r signature.Result, o plivo.Observation) plivo.Observation {
	o.Result = r
	return o
}

func fold(os ...plivo.Observation) plivo.Message {
	var f plivo.Fold
	for _, o := range os {
		f.Add(o)
	}
	var m plivo.Message
	f.Apply(&m)
	return m
}

func TestFoldGivesTheWholeMessage(t *testing.T) {
	got := fold(life()...)
	want := plivo.Message{
		Direction: plivo.Outbound, From: "+14155550100", To: "+14155550123", Type: "sms", Status: plivo.Delivered,
		ErrorCode: "000", Units: 1, CreatedAt: start, UpdatedAt: start.Add(2 * time.Second), FinalAt: start.Add(2 * time.Second),
		Callbacks: 3, Signature: valid,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFoldDecidesTheStatus(t *testing.T) {
	early, late := "2024-08-21 12:58:50", "2024-08-21 12:58:51"
	for _, tt := range []struct {
		name   string
		status plivo.Status
		os     []plivo.Observation
	}{
		{"the greatest sequence", "queued", []plivo.Observation{seen(0, "Status", "sent", "Sequence", "1"), seen(1, "Status", "queued", "Sequence", "2")}},
		{"a missing sequence is 0", "queued", []plivo.Observation{seen(0, "Status", "sent"), seen(1, "Status", "queued", "Sequence", "1")}},
		{"then the rank", "sent", []plivo.Observation{seen(0, "Status", "sent", "Sequence", "1"), seen(1, "Status", "queued", "Sequence", "1")}},
		{"an unknown one ranks below", "queued", []plivo.Observation{seen(0, "Status", "queued"), seen(1, "Status", "scheduled")}},
		{"an unknown one by its sequence", "scheduled", []plivo.Observation{seen(0, "Status", "queued", "Sequence", "1"), seen(1, "Status", "scheduled", "Sequence", "2")}},
		{"then the text", "scheduled", []plivo.Observation{seen(0, "Status", "scheduled"), seen(1, "Status", "held")}},
		{"a final one beats a greater sequence", "failed", []plivo.Observation{seen(0, "Status", "failed", "Sequence", "1"), seen(1, "Status", "sent", "Sequence", "9")}},
		{"a final one without sequence", "delivered", []plivo.Observation{seen(0, "Status", "delivered"), seen(1, "Status", "sent", "Sequence", "9")}},
		{"read beats delivered", "read", []plivo.Observation{seen(0, "Status", "delivered", "Sequence", "3"), seen(1, "Status", "read", "Sequence", "4")}},
		{"read beats delivered whatever the sequence", "read", []plivo.Observation{seen(0, "Status", "delivered", "Sequence", "4"), seen(1, "Status", "read", "Sequence", "3")}},
		{"of final ones the smallest sequence", "delivered", []plivo.Observation{seen(0, "Status", "failed", "Sequence", "3"), seen(1, "Status", "delivered", "Sequence", "2")}},
		{"a missing sequence is the smallest", "delivered", []plivo.Observation{seen(0, "Status", "failed", "Sequence", "3"), seen(1, "Status", "delivered")}},
		{"then the earliest report", "delivered", []plivo.Observation{seen(0, "Status", "failed", "Sequence", "3", "DeliveryReportTime", late), seen(1, "Status", "delivered", "Sequence", "3", "DeliveryReportTime", early)}},
		{"no report time is the latest", "delivered", []plivo.Observation{seen(0, "Status", "failed", "Sequence", "3"), seen(1, "Status", "delivered", "Sequence", "3", "DeliveryReportTime", late)}},
		{"then failed before undelivered", "failed", []plivo.Observation{seen(0, "Status", "undelivered"), seen(1, "Status", "failed")}},
		{"then undelivered before delivered", "undelivered", []plivo.Observation{seen(0, "Status", "delivered"), seen(1, "Status", "undelivered")}},
		{"then delivered before the rest", "delivered", []plivo.Observation{seen(0, "Status", "rejected"), seen(1, "Status", "delivered"), seen(2, "Status", "received")}},
		{"success contends with its smallest sequence", "read", []plivo.Observation{seen(0, "Status", "delivered", "Sequence", "2"), seen(1, "Status", "failed", "Sequence", "3"), seen(2, "Status", "read", "Sequence", "4")}},
		{"read alone contends too", "read", []plivo.Observation{seen(0, "Status", "read", "Sequence", "2"), seen(1, "Status", "failed", "Sequence", "3"), seen(2, "Status", "delivered", "Sequence", "4")}},
		{"a failure before success stays", "failed", []plivo.Observation{seen(0, "Status", "delivered", "Sequence", "3"), seen(1, "Status", "failed", "Sequence", "2"), seen(2, "Status", "read", "Sequence", "4")}},
		{"a callback without status says nothing of it", "sent", []plivo.Observation{seen(0, "Status", "sent", "Sequence", "1"), seen(1, "Sequence", "2")}},
		{"upper case", "delivered", []plivo.Observation{seen(0, "Status", "DELIVERED")}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := fold(tt.os...).Status; got != tt.status {
				t.Errorf("status %q, want %q", got, tt.status)
			}
		})
	}
}

func TestFoldTrustsVerifiedCallbacksFirst(t *testing.T) {
	forged := with(invalid, seen(1, "Status", "delivered", "Sequence", "1", "ErrorCode", "000", "From", "666", "Units", "9"))
	m := fold(seen(0, "Status", "sent", "Sequence", "2", "Units", "2"), forged)
	if m.Status != plivo.Sent || m.Unverified || m.ErrorCode != "" || m.Units != 2 || !m.FinalAt.IsZero() {
		t.Errorf("a forged callback made it %+v", m)
	}
	if m.From != "666" {
		t.Errorf("sender %q: nothing better is known than the unverified one", m.From)
	}
	for _, r := range []signature.Result{invalid, missing, {Outcome: signature.Unchecked}} {
		m = fold(with(r, forged))
		if m.Status != plivo.Delivered || !m.Unverified {
			t.Errorf("%s callbacks alone: status %q, unverified %v", r.Outcome, m.Status, m.Unverified)
		}
	}
	m = fold(forged, seen(2, "From", "14155550100"))
	if m.Status != plivo.Delivered || !m.Unverified || m.From != "666" {
		t.Errorf("the verified callback has no status, yet made it %+v", m)
	}
}

func TestFoldKeepsCodeAndUnitsOfTheDecidingCallback(t *testing.T) {
	m := fold(
		seen(0, "Status", "queued", "Sequence", "1", "Units", "3", "Type", "sms", "From", "MYBRAND"),
		seen(1, "Status", "undelivered", "Sequence", "2", "ErrorCode", "30", "Type", "mms"),
		seen(2, "Status", "sent", "Sequence", "3", "ErrorCode", "999", "Units", "2"),
	)
	if m.ErrorCode != "30" || m.Units != 3 || m.Type != "mms" || m.From != "MYBRAND" {
		t.Errorf("code %q, units %d, type %q, from %q; want 30, 3 (the largest known), mms, MYBRAND", m.ErrorCode, m.Units, m.Type, m.From)
	}
	if m.FinalAt != start.Add(time.Second) || m.UpdatedAt != start.Add(2*time.Second) || m.CreatedAt != start {
		t.Errorf("created %v, final %v, updated %v", m.CreatedAt, m.FinalAt, m.UpdatedAt)
	}
	m = fold(seen(5, "Status", "delivered", "Sequence", "3"), seen(4, "Status", "delivered", "Sequence", "3"))
	if m.FinalAt != start.Add(4*time.Second) {
		t.Errorf("final at %v, want the first arrival of the deciding report", m.FinalAt)
	}
}

func TestFoldWritesNumbersInOneWay(t *testing.T) {
	for give, want := range map[string]string{
		"14155550100": "+14155550100", "+14155550100": "+14155550100", "447911123456": "+447911123456", "12345": "12345",
		"12345678": "12345678", "MYBRAND": "MYBRAND", "whatsapp:+14155550100": "whatsapp:+14155550100",
		"0171234567890": "0171234567890", "1234567890123456": "1234567890123456",
	} {
		if got := fold(seen(0, "Status", "sent", "From", give)).From; got != want {
			t.Errorf("sender %q becomes %q, want %q", give, got, want)
		}
	}
}

func TestFoldReadsInboundMessages(t *testing.T) {
	m := fold(seen(0, "From", "14155550123", "To", "14155550100", "Text", "STOP", "Type", "sms"))
	if m.Direction != plivo.Inbound || m.Status != plivo.Received || m.Text != "STOP" || m.FinalAt != start {
		t.Errorf("an inbound message became %+v", m)
	}
	long := strings.Repeat("a", 4095) + "é"
	if got := fold(seen(0, "Text", long)).Text; got != long[:4095] {
		t.Errorf("of a long text %d bytes are kept, want 4095 whole characters", len(got))
	}
	m = fold(seen(0, "Status", "delivered", "Text", "not ours"))
	if m.Direction != plivo.Outbound || m.Text != "" {
		t.Errorf("a delivery report with a Text made %+v", m)
	}
}

func TestFoldLeavesWhatTheSenderKnows(t *testing.T) {
	sent := plivo.Message{
		ID: 7, UUID: "5b40a428", Direction: plivo.Outbound, From: "MYBRAND", To: "+14155550123", Text: "hello", Type: "sms",
		Status: plivo.Queued, Refusal: "none", CallbackURL: "https://example.org/x",
		CreatedAt: start.Add(-time.Second), UpdatedAt: start.Add(time.Hour),
	}
	m := sent
	var f plivo.Fold
	f.Apply(&m)
	if diff := cmp.Diff(sent, m); diff != "" {
		t.Errorf("a fold of nothing changed the message:\n%s", diff)
	}
	f.Add(seen(0, "Status", "sent"))
	f.Add(with(missing, seen(1, "Status", "received", "Text", "forged")))
	f.Apply(&m)
	want := sent
	want.Status, want.Callbacks, want.Signature, want.Anomalies = plivo.Sent, 2, missing, []plivo.Anomaly{plivo.Unsigned}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}

	m = sent
	f = plivo.Fold{}
	f.Add(with(missing, seen(0, "Status", "received", "Text", "forged")))
	f.Apply(&m)
	if m.Text != "hello" || m.Direction != plivo.Outbound {
		t.Errorf("a forged inbound message rewrote one that was sent from here: %+v", m)
	}
}

func TestFoldNamesAnomalies(t *testing.T) {
	for _, tt := range []struct {
		name string
		want []plivo.Anomaly
		os   []plivo.Observation
	}{
		{"none", nil, life()},
		{"delivered and read agree", nil, []plivo.Observation{seen(0, "Status", "delivered"), seen(1, "Status", "read")}},
		{"two ends", []plivo.Anomaly{plivo.Contradiction}, []plivo.Observation{seen(0, "Status", "delivered"), seen(1, "Status", "failed")}},
		{"two ends, one forged", []plivo.Anomaly{plivo.InvalidSigned}, []plivo.Observation{seen(0, "Status", "delivered"), with(invalid, seen(1, "Status", "failed"))}},
		{"two ends, both unsigned", []plivo.Anomaly{plivo.Contradiction, plivo.Unsigned}, []plivo.Observation{with(missing, seen(0, "Status", "read")), with(missing, seen(1, "Status", "failed"))}},
		{"unknown", []plivo.Anomaly{plivo.UnknownStatus}, []plivo.Observation{seen(0, "Status", "scheduled"), seen(1, "Status", "sent")}},
		{"no status", nil, []plivo.Observation{seen(0, "From", "1")}},
		{"all", []plivo.Anomaly{plivo.Contradiction, plivo.UnknownStatus, plivo.Unsigned, plivo.InvalidSigned}, []plivo.Observation{
			with(invalid, seen(0, "Status", "delivered")), with(missing, seen(1, "Status", "failed")), with(missing, seen(2, "Status", "lost")),
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, fold(tt.os...).Anomalies); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestFoldKeepsTheWorstSignature(t *testing.T) {
	sent := seen(0, "Status", "sent")
	unchecked := signature.Result{Outcome: signature.Unchecked}
	v2 := signature.Result{Outcome: signature.Valid, Scheme: signature.V2, Header: "X-Plivo-Signature-V2", Token: "account"}
	for _, tt := range []struct {
		want signature.Result
		rs   []signature.Result
	}{
		{valid, []signature.Result{valid, valid}},
		{v2, []signature.Result{valid, v2}},
		{unchecked, []signature.Result{valid, {}, valid}},
		{missing, []signature.Result{unchecked, missing, valid}},
		{invalid, []signature.Result{missing, invalid, unchecked}},
	} {
		var os []plivo.Observation
		for _, r := range tt.rs {
			os = append(os, with(r, sent))
		}
		if got := fold(os...).Signature; got != tt.want {
			t.Errorf("of %v the worst is %v, want %v", tt.rs, got, tt.want)
		}
	}
}
