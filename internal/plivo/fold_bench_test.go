package plivo_test

import (
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// life is the three callbacks of an ordinary message with every parameter that Plivo documents.
func life() []plivo.Observation {
	var os []plivo.Observation
	for i, status := range []string{"queued", "sent", "delivered"} {
		os = append(os, plivo.Observation{
			Report: plivo.NewReport([]signature.Param{
				{Name: "DeliveryReportTime", Value: "2024-08-21 12:58:50.244057"},
				{Name: "ErrorCode", Value: "000"},
				{Name: "From", Value: "14155550100"},
				{Name: "MCC", Value: "310"},
				{Name: "MNC", Value: "004"},
				{Name: "MessageTime", Value: "2024-08-21 12:58:49.244057"},
				{Name: "MessageUUID", Value: "5b40a428-bfc7-4daf-9d06-726c558bf3b8"},
				{Name: "ParentMessageUUID", Value: "5b40a428-bfc7-4daf-9d06-726c558bf3b8"},
				{Name: "PartInfo", Value: ""},
				{Name: "PowerpackUUID", Value: ""},
				{Name: "QueuedTime", Value: "2024-08-21 12:58:49.244057"},
				{Name: "SentTime", Value: "2024-08-21 12:58:49.944057"},
				{Name: "Sequence", Value: string(rune('1' + i))},
				{Name: "Status", Value: status},
				{Name: "To", Value: "14155550123"},
				{Name: "TotalAmount", Value: "0.00250"},
				{Name: "TotalRate", Value: "0.00250"},
				{Name: "Type", Value: "sms"},
				{Name: "Units", Value: "1"},
				{Name: "requester_ip", Value: "192.0.2.1"},
			}),
			Result: signature.Result{
				Outcome: signature.Valid, Scheme: signature.V3, Header: "X-Plivo-Signature-V3", Token: "account",
			},
			ReceivedAt: start.Add(time.Duration(i) * time.Second),
		})
	}
	return os
}

func BenchmarkFold(b *testing.B) {
	os := life()
	var before plivo.Fold
	before.Add(os[0])
	before.Add(os[1])
	kept, err := before.MarshalBinary()
	if err != nil {
		b.Fatal(err)
	}
	b.Run("add+apply+marshal", func(b *testing.B) {
		f := before
		var m plivo.Message
		b.ReportAllocs()
		for b.Loop() {
			f.Add(os[2])
			f.Apply(&m)
			if _, err := f.MarshalBinary(); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("unmarshal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var f plivo.Fold
			if err := f.UnmarshalBinary(kept); err != nil {
				b.Fatal(err)
			}
		}
	})
}
