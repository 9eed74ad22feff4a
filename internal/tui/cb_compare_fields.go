package tui

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// comparedField is a field of both callbacks.
type comparedField struct {
	name     string
	a, b     string // safe to show
	inA, inB bool
}

func (f comparedField) same() bool { return f.inA == f.inB && f.a == f.b }

// requestFieldsOf are what is known of both beside what was sent.
func requestFieldsOf(a, b webhook.Callback) []comparedField {
	var out []comparedField
	add := func(name string, of func(webhook.Callback) string) {
		out = append(out, comparedField{name: name, a: readable(of(a)), b: readable(of(b)), inA: true, inB: true})
	}
	const at = "2006-01-02 15:04:05.000000"
	add("received", func(c webhook.Callback) string { return c.ReceivedAt.UTC().Format(at) })
	add("kind", func(c webhook.Callback) string { return kindWords(c.Kind) })
	add("method", func(c webhook.Callback) string { return c.Method })
	add("URL", func(c webhook.Callback) string { return c.URL })
	add("URL as received", func(c webhook.Callback) string { return c.ReceivedURL })
	add("protocol", func(c webhook.Callback) string { return c.Protocol })
	add("remote address", func(c webhook.Callback) string { return c.RemoteAddr })
	add("signature", func(c webhook.Callback) string {
		words := string(c.Verdict.Outcome)
		for _, more := range []string{string(c.Verdict.Scheme), c.Verdict.Header, c.Verdict.Token, signature.CauseWord(c.Cause)} {
			if more != "" {
				words += ", " + more
			}
		}
		return words
	})
	add("arrival", func(c webhook.Callback) string { return orInOrder(arrivalWords(c.Arrival)) })
	add("answer", func(c webhook.Callback) string { return strconv.Itoa(c.Answer.Status) })
	add("problem", func(c webhook.Callback) string { return orDash(c.Problem) })
	return out
}

func orInOrder(s string) string {
	if s == "" {
		return "in order"
	}
	return s
}

// paramFields pairs parameters by name: the first with the first, the second with the second.
func paramFields(a, b []signature.Param) []comparedField {
	type nth struct {
		name string
		n    int
	}
	places := map[nth]int{}
	var out []comparedField
	seen := map[string]int{}
	for _, p := range a {
		seen[p.Name]++
		places[nth{p.Name, seen[p.Name]}] = len(out)
		out = append(out, comparedField{name: nthName(p.Name, seen[p.Name]), a: readable(p.Value), inA: true})
	}
	seen = map[string]int{}
	for _, p := range b {
		seen[p.Name]++
		if i, ok := places[nth{p.Name, seen[p.Name]}]; ok {
			out[i].b, out[i].inB = readable(p.Value), true
			continue
		}
		out = append(out, comparedField{name: nthName(p.Name, seen[p.Name]), b: readable(p.Value), inB: true})
	}
	return out
}

func nthName(name string, n int) string {
	if n == 1 {
		return brief(name)
	}
	return fmt.Sprintf("%s (%d)", brief(name), n)
}

// headerFields pairs headers as paramFields does, in the order of their names.
func headerFields(a, b http.Header) []comparedField {
	out := paramFields(headerPairs(a), headerPairs(b))
	slices.SortStableFunc(out, func(x, y comparedField) int { return strings.Compare(x.name, y.name) })
	return out
}

func headerPairs(h http.Header) []signature.Param {
	var out []signature.Param
	for name, values := range h {
		for _, v := range values {
			out = append(out, signature.Param{Name: name, Value: v})
		}
	}
	slices.SortStableFunc(out, func(x, y signature.Param) int { return strings.Compare(x.Name, y.Name) })
	return out
}
