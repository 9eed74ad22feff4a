package plivo_test

import (
	"strconv"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo"
	"github.com/google/go-cmp/cmp"
)

func TestAddTellsWhatWasOddAboutTheArrival(t *testing.T) {
	const duplicate, outOfOrder, afterTerminal = "duplicate", "out of order", "after terminal"
	status := func(status, sequence string) plivo.Observation {
		if sequence == "" {
			return seen(0, "Status", status)
		}
		return seen(0, "Status", status, "Sequence", sequence)
	}
	for _, tt := range []struct {
		name string
		os   []plivo.Observation
		want []string // of each callback
	}{
		{"in order", life(), []string{"", "", ""}},
		{"no sequences", []plivo.Observation{status("queued", ""), status("sent", ""), status("delivered", ""), status("read", "")}, []string{"", "", "", ""}},
		{"twice", []plivo.Observation{status("sent", "2"), status("sent", "2"), seen(9, "Status", "sent", "Sequence", "2", "ErrorCode", "30")}, []string{"", duplicate, ""}},
		{"twice, the second after the end", []plivo.Observation{status("sent", "2"), status("delivered", "3"), status("sent", "2")}, []string{"", "", duplicate + ", " + afterTerminal}},
		{"by sequence", []plivo.Observation{status("sent", "2"), status("queued", "1"), status("queued", "3")}, []string{"", outOfOrder, ""}},
		{"by rank at one sequence", []plivo.Observation{status("sent", "1"), status("queued", "1")}, []string{"", outOfOrder}},
		{"by rank without sequence", []plivo.Observation{status("sent", "2"), status("queued", "")}, []string{"", outOfOrder}},
		{"unknown without sequence", []plivo.Observation{status("sent", "2"), status("held", "")}, []string{"", ""}},
		{"final first", []plivo.Observation{status("delivered", "3"), status("queued", "1"), status("delivered", "3"), status("sent", "2")}, []string{"", outOfOrder + ", " + afterTerminal, duplicate, outOfOrder + ", " + afterTerminal}},
		{"after the end", []plivo.Observation{status("delivered", "3"), status("sent", "4")}, []string{"", afterTerminal}},
		{"another end", []plivo.Observation{status("delivered", "3"), status("failed", "4")}, []string{"", afterTerminal}},
		{"read follows delivered", []plivo.Observation{status("delivered", "3"), status("read", "4")}, []string{"", ""}},
		{"delivered follows read", []plivo.Observation{status("read", "4"), status("delivered", "3")}, []string{"", outOfOrder}},
		{"a forged one marks no true one", []plivo.Observation{with(invalid, status("failed", "99")), status("queued", "1"), status("sent", "2")}, []string{"", "", ""}},
		{"a forged one is marked by true ones", []plivo.Observation{status("delivered", "3"), with(invalid, status("delivered", "3")), with(invalid, status("failed", "2"))}, []string{"", duplicate, outOfOrder + ", " + afterTerminal}},
		{"inbound again", []plivo.Observation{seen(0, "Text", "hi"), seen(1, "Text", "hi")}, []string{"", duplicate}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			var f plivo.Fold
			for _, o := range tt.os {
				a := f.Add(o)
				var words []string
				if a.Duplicate {
					words = append(words, duplicate)
				}
				if a.OutOfOrder {
					words = append(words, outOfOrder)
				}
				if a.AfterTerminal {
					words = append(words, afterTerminal)
				}
				got = append(got, strings.Join(words, ", "))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestDuplicatesAreRememberedThroughAFlood(t *testing.T) {
	var f plivo.Fold
	add := func(sequence int) plivo.Arrival {
		a := f.Add(seen(0, "Status", "sent", "Sequence", strconv.Itoa(sequence)))
		data, err := f.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		if err := f.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		return a
	}
	for i := range 100 {
		if add(i).Duplicate {
			t.Fatalf("callback %d is no duplicate", i)
		}
	}
	for i := 99; i > 68; i-- {
		if !add(i).Duplicate {
			t.Errorf("callback %d, one of the last 31, is a duplicate", i)
		}
	}
	if add(0).Duplicate {
		t.Error("the first of 100 is still remembered: the memory is not bounded")
	}
}
