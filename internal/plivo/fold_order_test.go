package plivo_test

import (
	"fmt"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

var start = time.Date(2024, 8, 21, 12, 58, 49, 244057000, time.UTC)

// observations draws a set in which keys collide often: few values of each kind, and whole repeats.
func observations() *rapid.Generator[[]plivo.Observation] {
	one := rapid.Custom(func(t *rapid.T) plivo.Observation {
		var ps []signature.Param
		maybe := func(name string, values ...string) {
			if v := rapid.SampledFrom(append(values, "\x00absent")).Draw(t, name); v != "\x00absent" {
				ps = append(ps, signature.Param{Name: name, Value: v})
			}
		}
		maybe("Status", "queued", "sent", "delivered", "undelivered", "failed", "read", "received",
			"rejected", "Delivered", "sending", "scheduled", "held", "")
		maybe("Sequence", "0", "1", "2", "3", "9223372036854775807", "99999999999999999999", "-1", "x")
		maybe("ErrorCode", "", "000", "30", "450")
		maybe("Units", "1", "2", "0", "many")
		maybe("From", "14155550100", "+14155550100", "MYBRAND", "")
		maybe("To", "14155550123", "447911123456")
		maybe("Type", "sms", "whatsapp")
		maybe("Text", "hello", "good bye", "")
		maybe("DeliveryReportTime", "2024-08-21 12:58:50.000001", "2024-08-21 12:58:50", "never", "")
		result := rapid.SampledFrom([]signature.Result{
			{Outcome: signature.Valid, Scheme: signature.V3, Header: "X-Plivo-Signature-V3", Token: "account"},
			{Outcome: signature.Valid, Scheme: signature.V2, Header: "X-Plivo-Signature-V2", Token: "account"},
			{Outcome: signature.Invalid, Scheme: signature.V2, Header: "X-Plivo-Signature-V2"},
			{Outcome: signature.Invalid, Scheme: signature.MaV3, Header: "X-Plivo-Signature-Ma-V3"},
			{Outcome: signature.Missing},
			{Outcome: signature.Unchecked},
			{},
		}).Draw(t, "result")
		at := start.Add(time.Duration(rapid.IntRange(0, 4).Draw(t, "at")) * time.Millisecond)
		return plivo.Observation{Report: plivo.NewReport(ps), Result: result, ReceivedAt: at}
	})
	return rapid.Custom(func(t *rapid.T) []plivo.Observation {
		os := rapid.SliceOfN(one, 1, 12).Draw(t, "observations")
		for range rapid.IntRange(0, 3).Draw(t, "repeats") {
			os = append(os, rapid.SampledFrom(os).Draw(t, "repeat"))
		}
		return os
	})
}

// rows draws the message that the callbacks find: none yet, or one that was sent from here.
func rows() *rapid.Generator[plivo.Message] {
	return rapid.SampledFrom([]plivo.Message{
		{},
		{
			ID: 7, UUID: "5b40a428", Direction: plivo.Outbound, From: "+14155550100", To: "+14155550123",
			Text: "sent from here", Status: plivo.Queued, CallbackURL: "https://example.org/sms/delivery-report",
			CreatedAt: start.Add(2 * time.Millisecond), UpdatedAt: start.Add(3 * time.Millisecond),
		},
	})
}

func TestAnyOrderGivesTheSameMessage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		os := observations().Draw(t, "set")
		row := rows().Draw(t, "row")

		want := row
		var f plivo.Fold
		for _, o := range os {
			f.Add(o)
		}
		f.Apply(&want)

		got := row
		f = plivo.Fold{}
		for i, o := range rapid.Permutation(os).Draw(t, "order") {
			f.Add(o)
			if rapid.Bool().Draw(t, "keep") {
				data, err := f.MarshalBinary()
				if err != nil {
					t.Fatalf("MarshalBinary after %d: %v", i+1, err)
				}
				f = plivo.Fold{}
				if err := f.UnmarshalBinary(data); err != nil {
					t.Fatalf("UnmarshalBinary after %d: %v", i+1, err)
				}
			}
			// A history applies after each callback or after several: neither may show.
			if i == len(os)-1 || rapid.Bool().Draw(t, "apply") {
				f.Apply(&got)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("another order gave another message (-first +second):\n%s", diff)
		}
	})
}

func TestUnverifiedCallbacksNeverChangeAVerifiedStatus(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		os := observations().Draw(t, "set")
		var all, verified plivo.Fold
		for _, o := range os {
			all.Add(o)
			if o.Result.Outcome == signature.Valid {
				verified.Add(o)
			}
		}
		var got, want plivo.Message
		all.Apply(&got)
		verified.Apply(&want)
		if want.Status == "" {
			if got.Status != "" && !got.Unverified {
				t.Fatalf("status %q rests on no verified callback but is not marked so", got.Status)
			}
			return
		}
		type decided struct {
			Status     plivo.Status
			Unverified bool
			Code       string
			Units      int
			Text       string
			Final      time.Time
		}
		of := func(m plivo.Message) decided {
			return decided{m.Status, m.Unverified, m.ErrorCode, m.Units, m.Text, m.FinalAt}
		}
		if diff := cmp.Diff(of(want), of(got)); diff != "" {
			t.Fatalf("an unverified callback changed what the verified ones say:\n%s", diff)
		}
	})
}

func TestFoldKeepsAConstantSize(t *testing.T) {
	size := func(n int) int {
		var f plivo.Fold
		for i := range n {
			f.Add(plivo.Observation{
				Report: plivo.NewReport([]signature.Param{
					{Name: "Status", Value: fmt.Sprintf("state-%06d", i%1000)},
					{Name: "Sequence", Value: fmt.Sprint(100_000 + i)},
					{Name: "ErrorCode", Value: "30"},
				}),
				Result:     signature.Result{Outcome: signature.Valid},
				ReceivedAt: start,
			})
		}
		data, err := f.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		return len(data)
	}
	few, many := size(100), size(10_000)
	if many > few+4 {
		t.Errorf("100 callbacks are kept in %d bytes, 10,000 in %d: want no growth but the counter's", few, many)
	}
}
