package signature

import (
	"slices"
	"strings"
)

// Segment is a stretch of a base string and the part of the request that it comes from; PartRecipe is
// what the scheme itself puts between the others.
type Segment struct {
	Part Part
	Text string
}

// PartQuery is the query within a base string, of a GET with the parameters among it; elsewhere it is
// a part of the URL.
const PartQuery Part = "query"

// Parts lays a base string out: the texts joined are what Base gives, and it fails where Base does.
func Parts(scheme Scheme, method, rawURL, nonce string, params []Param) ([]Segment, error) {
	base, err := Base(scheme, method, rawURL, nonce, params)
	if err != nil {
		return nil, err
	}
	if scheme == V1 {
		return segments(base, cutAt(PartURL, len(rawURL)), rest(PartParams)), nil
	}
	t, err := parseTarget(rawURL)
	if err != nil {
		return nil, err
	}
	origin := cutAt(PartURL, len(t.scheme)+len("://")+len(t.host)+len(t.path))
	if scheme == V2 || scheme == MaV2 {
		return segments(base, origin, rest(PartNonce)), nil
	}
	query := appendQuery(nil, t.query)
	pairs := len(appendPairs(nil, query))
	covered := len(base) - len(".") - len(nonce)
	end := []cut{{PartRecipe, covered + 1}, rest(PartNonce)}
	switch {
	case covered == origin.to:
		return segments(base, append([]cut{origin}, end...)...), nil
	case strings.EqualFold(method, "GET"):
		return segments(base, append([]cut{origin, {PartRecipe, origin.to + 1}, {PartQuery, covered}}, end...)...), nil
	}
	start := origin.to + 1
	between := start + pairs
	if len(query) > 0 && len(params) > 0 {
		between++
	}
	return segments(base, append([]cut{
		origin, {PartRecipe, start}, {PartQuery, start + pairs}, {PartRecipe, between}, {PartParams, covered},
	}, end...)...), nil
}

// cut is where in a base string a segment ends; below zero stands for the end of the string.
type cut struct {
	part Part
	to   int
}

func cutAt(p Part, to int) cut { return cut{p, to} }
func rest(p Part) cut          { return cut{p, -1} }

// segments cuts base up; empty ones are left out.
func segments(base string, cuts ...cut) []Segment {
	all := make([]Segment, 0, len(cuts))
	from := 0
	for _, c := range cuts {
		if c.to < 0 {
			c.to = len(base)
		}
		all = append(all, Segment{c.part, base[from:c.to]})
		from = c.to
	}
	return slices.DeleteFunc(all, func(s Segment) bool { return s.Text == "" })
}
