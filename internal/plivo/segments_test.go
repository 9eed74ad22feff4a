package plivo_test

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/plivo"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const (
	gsmOneSeptet  = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsmTwoSeptets = "\f^{}\\[~]|€"
)

func TestSegmentKnowsTheGSMTables(t *testing.T) {
	for chars, septets := range map[string]int{gsmOneSeptet: 1, gsmTwoSeptets: 2} {
		for _, r := range chars {
			s := plivo.Segment(string(r))
			if s.Encoding != plivo.GSM7 || s.Length != septets || s.Left != 160-septets {
				t.Errorf("Segment(%q) = %s of %d, %d left; want %d septets of GSM-7", r, s.Encoding, s.Length, s.Left, septets)
			}
		}
	}
	in := gsmOneSeptet + gsmTwoSeptets
	for r := range rune(0x3000) {
		if want := strings.ContainsRune(in, r); (plivo.Segment(string(r)).Encoding == plivo.GSM7) != want {
			t.Errorf("%U in GSM-7: want %v", r, want)
		}
	}
}

func TestSegmentCounts(t *testing.T) {
	rep := strings.Repeat
	for _, tt := range []struct {
		name string
		text string
		want plivo.Segmentation
		lens []int // bytes of the parts
	}{
		{"empty", "", plivo.Segmentation{Encoding: "GSM-7", Left: 160}, nil},
		{"one part", rep("a", 160), plivo.Segmentation{Encoding: "GSM-7", Length: 160, Segments: 1}, []int{160}},
		{"two parts", rep("a", 161), plivo.Segmentation{Encoding: "GSM-7", Length: 161, Segments: 2, Left: 145}, []int{153, 8}},
		{"two full parts", rep("a", 306), plivo.Segmentation{Encoding: "GSM-7", Length: 306, Segments: 2}, []int{153, 153}},
		{"escape over the boundary", rep("a", 152) + "{" + rep("b", 10), plivo.Segmentation{Encoding: "GSM-7", Length: 164, Segments: 2, Left: 141}, []int{152, 11}},
		{"escapes alone", rep("]", 80), plivo.Segmentation{Encoding: "GSM-7", Length: 160, Segments: 1}, []int{80}},
		{"escapes in parts", rep("]", 81), plivo.Segmentation{Encoding: "GSM-7", Length: 162, Segments: 2, Left: 143}, []int{76, 5}},
		{"wide one part", rep("ж", 70), plivo.Segmentation{Encoding: "UCS-2", Length: 70, Segments: 1}, []int{140}},
		{"wide two parts", rep("ж", 71), plivo.Segmentation{Encoding: "UCS-2", Length: 71, Segments: 2, Left: 63}, []int{134, 8}},
		{"surrogates one part", rep("😀", 35), plivo.Segmentation{Encoding: "UCS-2", Length: 70, Segments: 1}, []int{140}},
		{"surrogates over the boundary", rep("😀", 36), plivo.Segmentation{Encoding: "UCS-2", Length: 72, Segments: 2, Left: 61}, []int{132, 12}},
		{"escape is one unit of UCS-2", rep("{", 69) + "ж", plivo.Segmentation{Encoding: "UCS-2", Length: 70, Segments: 1}, []int{71}},
		{"most of GSM-7", rep("a", 1600), plivo.Segmentation{Encoding: "GSM-7", Length: 1600, Segments: 11, Left: 83}, []int{153, 153, 153, 153, 153, 153, 153, 153, 153, 153, 70}},
		{"most of UCS-2", rep("ж", 737), plivo.Segmentation{Encoding: "UCS-2", Length: 737, Segments: 11}, []int{134, 134, 134, 134, 134, 134, 134, 134, 134, 134, 134}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := plivo.Segment(tt.text)
			var lens []int
			for _, p := range got.Parts {
				lens = append(lens, len(p))
			}
			if diff := cmp.Diff(tt.lens, lens); diff != "" {
				t.Errorf("bytes of the parts (-want +got):\n%s", diff)
			}
			got.Parts, got.Forced = nil, nil
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestSegmentNamesWhatForcedUCS2(t *testing.T) {
	got := plivo.Segment("“Ça va”… don’t, don’t 😀 \xff\xfe").Forced
	want := []plivo.Forced{
		{Char: "“", Name: "U+201C", Count: 1, Instead: "\""},
		{Char: "”", Name: "U+201D", Count: 1, Instead: "\""},
		{Char: "…", Name: "U+2026", Count: 1, Instead: "..."},
		{Char: "’", Name: "U+2019", Count: 2, Instead: "'"},
		{Char: "😀", Name: "U+1F600", Count: 1},
		{Char: "\ufffd", Name: "U+FFFD", Count: 2},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLookAlikes(t *testing.T) {
	for give, want := range map[string]string{
		"\u00a0": " ", "\u202f": " ", "\t": " ", "–": "-", "—": "-", "‑": "-", "−": "-", "á": "a", "ê": "e", "ő": "o",
		"ç": "c", "Š": "S", "ł": "l", "œ": "oe", "ﬁ": "fi", "Ａ": "A", "²": "2", "½": "1/2", "™": "TM", "Α": "A",
		"`": "'", "•": "*", "´": "'", "ệ": "e", "Ǆ": "DZ", "ж": "", "漢": "", "\u200b": "", "\u0301": "", "\x1b": "",
		"\x00": "", "¯": "", "ﷺ": "",
	} {
		forced := plivo.Segment(give).Forced
		if len(forced) != 1 || forced[0].Instead != want {
			t.Errorf("instead of %q: %+v, want %q", give, forced, want)
		}
	}
}

func TestEveryLookAlikeIsInGSM7(t *testing.T) {
	for r := range rune(0x30000) {
		if !utf8.ValidRune(r) {
			continue
		}
		for _, f := range plivo.Segment(string(r)).Forced {
			if s := plivo.Segment(f.Instead); s.Encoding != plivo.GSM7 {
				t.Errorf("instead of %U: %q, which is not in GSM-7 either", r, f.Instead)
			}
		}
	}
}

func TestPartsAreWithinLimitsAndJoinToTheText(t *testing.T) {
	texts := rapid.OneOf(
		rapid.StringOfN(rapid.SampledFrom([]rune(gsmOneSeptet+gsmTwoSeptets+gsmTwoSeptets)), 0, 700, -1),
		rapid.StringOfN(rapid.SampledFrom([]rune("aж😀{€\ufffd")), 0, 400, -1),
		rapid.StringN(0, 300, -1),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 300), func(b []byte) string { return string(b) }),
	)
	rapid.Check(t, func(t *rapid.T) {
		text := texts.Draw(t, "text")
		s := plivo.Segment(text)
		if strings.Join(s.Parts, "") != text {
			t.Fatalf("the parts %q do not join to the text", s.Parts)
		}
		if len(s.Parts) != s.Segments {
			t.Fatalf("%d parts in %d segments", len(s.Parts), s.Segments)
		}
		alone, part := 160, 153
		if s.Encoding == plivo.UCS2 {
			alone, part = 70, 67
		}
		if fits := s.Length > 0 && s.Length <= alone; fits != (s.Segments == 1) {
			t.Fatalf("length %d of %s in %d segments", s.Length, s.Encoding, s.Segments)
		}
		limit := part
		if s.Segments <= 1 {
			limit = alone
		}
		sum, last := 0, 0
		for i, p := range s.Parts {
			last = units(s.Encoding, p)
			sum += last
			if last > limit || last == 0 {
				t.Fatalf("part %d has %d of %d units", i, last, limit)
			}
			if i < len(s.Parts)-1 && last < limit-1 {
				t.Fatalf("part %d has only %d of %d units", i, last, limit)
			}
		}
		if sum != s.Length || s.Left != limit-last {
			t.Fatalf("length %d, left %d; the parts have %d, the last leaves %d", s.Length, s.Left, sum, limit-last)
		}
	})
}

// units counts by other means than Segment does.
func units(e plivo.Encoding, text string) int {
	if e == plivo.UCS2 {
		return len(utf16.Encode([]rune(text)))
	}
	n := utf8.RuneCountInString(text)
	for _, r := range gsmTwoSeptets {
		n += strings.Count(text, string(r))
	}
	return n
}

func BenchmarkSegment(b *testing.B) {
	for name, text := range map[string]string{
		"gsm":     strings.Repeat("Your code is 1234. ", 85)[:1600],
		"one":     strings.Repeat("Your code is 1234. ", 85)[:1599] + "’",
		"russian": strings.Repeat("Съешь же ещё этих мягких французских булок, да выпей чаю. ", 28),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				plivo.Segment(text)
			}
		})
	}
}
