package scenario

import (
	"fmt"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// Families are the signature headers that callbacks carry, for it is not known for sure which ones Plivo writes to
// what. The zero Families are all four.
type Families uint8

// families are the headers, in the order in which they are written.
var families = []struct {
	name   string
	scheme signature.Scheme
	main   bool // with the main account's tokens
}{
	{"v2", signature.V2, false},
	{"ma-v2", signature.MaV2, true},
	{"v3", signature.V3, false},
	{"ma-v3", signature.MaV3, true},
}

const allFamilies Families = 1<<4 - 1

// ParseFamilies reads a comma list of v2, ma-v2, v3 and ma-v3, as in "v2,v3". A list without any is an error, and so
// is one that is there twice.
func ParseFamilies(list string) (Families, error) {
	var f Families
	for _, word := range strings.Split(list, ",") {
		word = strings.ToLower(strings.TrimSpace(word))
		bit := familyNamed(word)
		switch {
		case word == "" && strings.TrimSpace(list) == "":
			return 0, fmt.Errorf("cannot sign with no family of signatures: name one or more of %s, as v2,v3", allFamilies)
		case bit == 0:
			return 0, fmt.Errorf("cannot sign with the family %q: use one or more of %s, as v2,v3", cut(word), allFamilies)
		case f&bit != 0:
			return 0, fmt.Errorf("cannot sign with the family %s twice: name it once", word)
		}
		f |= bit
	}
	return f, nil
}

func familyNamed(name string) Families {
	for i, family := range families {
		if family.name == name {
			return 1 << i
		}
	}
	return 0
}

// String is the list as ParseFamilies reads it.
func (f Families) String() string {
	var names []string
	for i, family := range families {
		if f.has(i) {
			names = append(names, family.name)
		}
	}
	return strings.Join(names, ",")
}

func (f Families) has(i int) bool { return f&allFamilies == 0 || f&(1<<i) != 0 }
