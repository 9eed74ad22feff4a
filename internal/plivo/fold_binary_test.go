package plivo_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func marshal(t interface{ Fatal(...any) }, f *plivo.Fold) []byte {
	data, err := f.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestFoldIsKeptWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var f, g plivo.Fold
		for _, o := range observations().Draw(t, "set") {
			f.Add(o)
		}
		data := marshal(t, &f)
		if err := g.UnmarshalBinary(data); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(marshal(t, &g), data) {
			t.Fatal("marshalled again it is something else")
		}
		// The next callback meets the same memory.
		next := observations().Draw(t, "next")[0]
		if a, b := f.Add(next), g.Add(next); a != b {
			t.Fatalf("the next callback arrives as %+v, after keeping as %+v", a, b)
		}
		var m, n plivo.Message
		f.Apply(&m)
		g.Apply(&n)
		if diff := cmp.Diff(m, n); diff != "" {
			t.Fatalf("(-before +after):\n%s", diff)
		}
	})
}

func TestFoldOfNothingIsEmpty(t *testing.T) {
	var f plivo.Fold
	if data := marshal(t, &f); len(data) > 0 {
		t.Errorf("a fold of nothing is kept as %x", data)
	}
	f.Add(life()[0])
	if err := f.UnmarshalBinary(nil); err != nil {
		t.Fatal(err)
	}
	m := plivo.Message{}
	f.Apply(&m)
	if diff := cmp.Diff(plivo.Message{}, m); diff != "" {
		t.Errorf("read from nothing it still says:\n%s", diff)
	}
}

func TestFoldBoundsWhatItKeeps(t *testing.T) {
	huge := strings.Repeat("é", 30_000)
	var f plivo.Fold
	for _, o := range life() {
		for i := range o.Report.Params {
			if o.Report.Params[i].Name != "Status" && o.Report.Params[i].Name != "Sequence" {
				o.Report.Params[i].Value = huge
			}
		}
		o.Result.Token = huge
		f.Add(o)
	}
	f.Add(seen(0, "Status", huge))
	f.Add(seen(0, "Text", huge))
	data := marshal(t, &f)
	if len(data) > 8192 {
		t.Errorf("hostile callbacks are kept in %d bytes", len(data))
	}
	if err := f.UnmarshalBinary(data); err != nil {
		t.Error(err)
	}
}

func TestFoldRefusesDamagedBytes(t *testing.T) {
	var f plivo.Fold
	for _, o := range life() {
		f.Add(o)
	}
	data := marshal(t, &f)
	refused := func(name string, bad []byte) {
		t.Helper()
		if err := f.UnmarshalBinary(bad); err == nil {
			t.Errorf("%s: no error", name)
		}
		if !bytes.Equal(marshal(t, &f), data) {
			t.Fatalf("%s: the fold has changed", name)
		}
	}
	for n := 1; n < len(data); n++ {
		refused("cut short", data[:n])
	}
	refused("too long", append(bytes.Clone(data), 0))
	refused("garbage", []byte("not a fold"))
	newer := bytes.Clone(data)
	newer[0]++
	if err := f.UnmarshalBinary(newer); err == nil || !strings.Contains(err.Error(), "newer version") {
		t.Errorf("of another format: %v", err)
	}
	refused("a count of 2^63 and more", append([]byte{data[0], 0}, bytes.Repeat([]byte{0xff}, 20)...))
}

func FuzzFoldUnmarshal(f *testing.F) {
	var fold plivo.Fold
	for _, o := range life() {
		fold.Add(o)
		f.Add(marshal(f, &fold))
	}
	fold.Add(seen(0, "Text", "hi"))
	fold.Add(with(invalid, seen(1, "Status", "held", "Sequence", "7")))
	f.Add(marshal(f, &fold))
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		data := marshal(f, &fold)
		data[r.IntN(len(data))] ^= byte(1 << r.IntN(8))
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var a plivo.Fold
		if a.UnmarshalBinary(data) != nil {
			return
		}
		// What is accepted works and can be kept again.
		a.Add(life()[2])
		var m, n plivo.Message
		a.Apply(&m)
		var b plivo.Fold
		if err := b.UnmarshalBinary(marshal(t, &a)); err != nil {
			t.Fatalf("what was accepted cannot be kept: %v", err)
		}
		b.Apply(&n)
		if diff := cmp.Diff(m, n); diff != "" {
			t.Fatalf("(-before +after):\n%s", diff)
		}
	})
}
