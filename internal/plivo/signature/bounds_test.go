package signature

import (
	"fmt"
	"strings"
	"testing"
)

// TestSearchIsBounded ends the search of a large request by its work, and that of a small one with
// much evidence by the signatures.
func TestSearchIsBounded(t *testing.T) {
	var many []Param
	for i := range 3000 {
		many = append(many, Param{fmt.Sprintf("Media%d", i), "v"})
	}
	for _, c := range []struct {
		name   string
		params []Param
	}{
		{"parameters", many},
		{"bytes", []Param{{"Text", strings.Repeat("x", 64<<10)}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := posted("", c.params...)
			s := newSearch(&k)
			if _, _, ok := s.explain(byTier(Verify(k.Request, k.Tokens).Checks)); ok {
				t.Fatal("it is explained")
			}
			const bound = 6 << 20
			if !s.cut || s.work < bound || s.work > bound*5/4 || s.tried >= 2000 {
				t.Errorf("it ended after %d signatures by work of %d, want of some %d; cut %t", s.tried, s.work, bound, s.cut)
			}
			if d := Diagnose(k); !d.Cut || d.Tried != s.tried {
				t.Errorf("it is said to have ended after %d signatures, cut %t", d.Tried, d.Cut)
			}
		})
	}
}

// TestEvidenceIsBounded takes a few values of a kind, however many headers hold some.
func TestEvidenceIsBounded(t *testing.T) {
	k := posted("")
	var forwarded, nonces, signatures []string
	for i := range 50 {
		forwarded = append(forwarded, fmt.Sprintf("host%d.example", i))
		nonces = append(nonces, fmt.Sprint("n", i))
		signatures = append(signatures, k.Header[V3.Header()][0][:40]+fmt.Sprintf("%03d=", i))
		k.Header[fmt.Sprintf("X-%d-Nonce", i)] = []string{fmt.Sprint("m", i)}
		k.KnownURLs = append(k.KnownURLs, fmt.Sprintf("https://known%d.example/", i))
	}
	k.Header["X-Forwarded-Host"] = forwarded
	k.Header["Forwarded"] = []string{"host=" + strings.Join(forwarded, ";host=")}
	k.Header[V3.NonceHeader()] = nonces
	k.Header[V3.Header()] = signatures
	s := newSearch(&k)
	s.aim(Verify(k.Request, k.Tokens).Checks)
	for what, n := range map[string][2]int{
		"hosts": {len(s.evidence.hosts), 8}, "nonces": {len(s.evidence.nonces), 8},
		"known URLs": {len(s.evidence.known), 12}, "signatures": {len(s.targets), 8},
	} {
		if n[0] != n[1] {
			t.Errorf("%d %s are taken, want %d", n[0], what, n[1])
		}
	}
}

// TestChangeOfParams has what was given on the one side and what was signed on the other.
func TestChangeOfParams(t *testing.T) {
	from := input{params: []Param{{"Status", "sent"}, {"Text", "a b"}, {"env", "dev"}}}
	to := input{params: []Param{{"Status", "sent"}, {"Text", "a+b"}, {"Units", ""}}}
	got := changes(from, to)
	want := Change{PartParams, "Text=a b\nenv=dev", "Text=a+b\nUnits="}
	if len(got) != 1 || got[0] != want {
		t.Errorf("it is %+v, want %+v", got, want)
	}
}
