package signature

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Base builds the string that scheme signs: the URL in the scheme's form, the parameters where the
// scheme covers them, and the nonce (ignored by V1). params are those of the body, decoded, in any
// order; a GET's parameters may stand in rawURL, in params or in both. The method matters to V3 alone,
// where GET has a form of its own and every other method has POST's.
//
// It fails for an unknown scheme and for a URL without scheme and host.
func Base(scheme Scheme, method, rawURL, nonce string, params []Param) (string, error) {
	base, err := appendBase(nil, scheme, method, rawURL, nonce, params)
	return string(base), err
}

func appendBase(dst []byte, scheme Scheme, method, rawURL, nonce string, params []Param) ([]byte, error) {
	t, err := parseTarget(rawURL)
	if err != nil {
		return nil, err
	}
	switch scheme {
	case V1:
		return appendV1(dst, rawURL, params), nil
	case V2, MaV2:
		return append(appendOrigin(dst, t), nonce...), nil
	case V3, MaV3:
		dst = appendV3(appendOrigin(dst, t), t.query, strings.EqualFold(method, "GET"), params)
		return append(append(dst, '.'), nonce...), nil
	default:
		return nil, fmt.Errorf("build the base string: there is no signature scheme %q; use V1, V2, Ma-V2, V3 or Ma-V3", string(scheme))
	}
}

func appendV1(dst []byte, rawURL string, params []Param) []byte {
	dst = append(dst, rawURL...)
	return appendRun(dst, sorted(slices.Clone(params)))
}

func appendOrigin(dst []byte, t target) []byte {
	dst = slices.Grow(dst, 1024)
	dst = append(append(dst, t.scheme...), "://"...)
	return append(append(dst, t.host...), t.path...)
}

func appendV3(dst []byte, query string, get bool, params []Param) []byte {
	pairs := appendQuery(make([]Param, 0, len(params)+strings.Count(query, "&")+1), query)
	if get {
		// A pair that stands in both is one pair. A name with two different values keeps both, so
		// that a body cannot change what the signed URL says.
		inURL := sorted(pairs)
		for _, p := range params {
			if _, found := slices.BinarySearchFunc(inURL, p, compare); !found {
				pairs = append(pairs, p)
			}
		}
		if len(pairs) == 0 {
			return dst
		}
		return appendPairs(append(dst, '?'), sorted(pairs))
	}
	n := len(pairs)
	if n == 0 && len(params) == 0 {
		return dst
	}
	dst = appendPairs(append(dst, '?'), sorted(pairs))
	if n > 0 && len(params) > 0 {
		dst = append(dst, '.')
	}
	return appendRun(dst, sorted(append(pairs[n:], params...)))
}

// sorted orders pairs in place by the bytes of their names, those of one name by their values.
func sorted(pairs []Param) []Param {
	slices.SortFunc(pairs, compare)
	return pairs
}

func compare(a, b Param) int {
	if c := cmp.Compare(a.Name, b.Name); c != 0 {
		return c
	}
	return cmp.Compare(a.Value, b.Value)
}

func appendPairs(dst []byte, pairs []Param) []byte {
	for i, p := range pairs {
		if i > 0 {
			dst = append(dst, '&')
		}
		dst = append(append(append(dst, p.Name...), '='), p.Value...)
	}
	return dst
}

func appendRun(dst []byte, pairs []Param) []byte {
	for _, p := range pairs {
		dst = append(append(dst, p.Name...), p.Value...)
	}
	return dst
}
