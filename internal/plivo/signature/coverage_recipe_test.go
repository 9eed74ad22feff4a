package signature_test

import (
	"crypto/sha1"
	"crypto/sha256"
	"net/url"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
)

func sortedRun(params []signature.Param) string {
	params = slices.Clone(params)
	slices.SortStableFunc(params, func(a, b signature.Param) int { return strings.Compare(a.Name, b.Name) })
	return run(params)
}

func run(params []signature.Param) string {
	var b strings.Builder
	for _, p := range params {
		b.WriteString(p.Name + p.Value)
	}
	return b.String()
}

func joined(params []signature.Param, escape func(string) string) string {
	params = slices.Clone(params)
	slices.SortStableFunc(params, func(a, b signature.Param) int { return strings.Compare(a.Name, b.Name) })
	var list []string
	for _, p := range params {
		list = append(list, p.Name+"="+escape(p.Value))
	}
	return strings.Join(list, "&")
}

func asIs(s string) string { return s }

const (
	bareURL = "https://example.com/sms/delivery-report"
	atV3    = bareURL + "?env=dev."
)

var alteredRecipes = []altered{
	{want: "recipe-v2", base: func(string, []signature.Param) string { return bareURL + nonce }},
	{want: "recipe-v2", scheme: signature.V1, hash: sha256.New, base: func(string, []signature.Param) string { return bareURL + nonce }},
	{want: "recipe-v3", scheme: signature.V2, base: func(_ string, p []signature.Param) string { return atV3 + sortedRun(p) + "." + nonce }},
	{want: "recipe-v3", scheme: signature.V1, base: func(_ string, p []signature.Param) string { return atV3 + sortedRun(p) + "." + nonce }},
	{want: "recipe-v1", base: func(u string, p []signature.Param) string { return u + sortedRun(p) }, hash: sha1.New},
	{want: "recipe-v1", base: func(u string, p []signature.Param) string { return u + sortedRun(p) }},
	{want: "recipe-v1", scheme: signature.V2, base: func(u string, p []signature.Param) string { return u + sortedRun(p) }, hash: sha1.New},
	{want: "hash", words: "SHA-1", base: func(_ string, p []signature.Param) string { return atV3 + sortedRun(p) + "." + nonce }, hash: sha1.New},
	{want: "hash", words: "SHA-1", scheme: signature.V2, base: func(string, []signature.Param) string { return bareURL + nonce }, hash: sha1.New},
	{want: "hash", words: "SHA-256", scheme: signature.V1, base: func(u string, p []signature.Param) string { return u + sortedRun(p) }, hash: sha256.New},
	{want: "params-in-v2", scheme: signature.V2, base: func(_ string, p []signature.Param) string { return bareURL + sortedRun(p) + nonce }},
	{want: "params-in-v2", scheme: signature.V2, base: func(_ string, p []signature.Param) string { return bareURL + nonce + sortedRun(p) }},
	{want: "params-in-v2", base: func(_ string, p []signature.Param) string { return bareURL + sortedRun(p) + nonce }},
	{want: "nonce-elsewhere", words: "before the URL", base: func(_ string, p []signature.Param) string { return nonce + bareURL + sortedRun(p) }},
	{want: "nonce-elsewhere", scheme: signature.V2, words: "before the URL", base: func(string, []signature.Param) string { return nonce + bareURL }},
	{want: "nonce-elsewhere", words: "between", base: func(_ string, p []signature.Param) string { return bareURL + "?env=dev." + nonce + "." + sortedRun(p) }},
	{want: "separator", scheme: signature.V2, words: `"|" stands between URL and nonce`, base: func(string, []signature.Param) string { return bareURL + "|" + nonce }},
	{want: "separator", words: `"/" stands before the nonce, not "."`, base: func(_ string, p []signature.Param) string { return atV3 + sortedRun(p) + "/" + nonce }},
	{want: "separator", scheme: signature.V2, words: `"." stands`, base: func(string, []signature.Param) string { return bareURL + "." + nonce }},
	{want: "separator", scheme: signature.V2, words: `the nonce and ":" stand before the URL`, base: func(string, []signature.Param) string { return nonce + ":" + bareURL }},
	{want: "separator", words: "nothing stands before the nonce", base: func(_ string, p []signature.Param) string { return atV3 + sortedRun(p) + nonce }},
	{want: "separator", words: `"|"`, base: func(_ string, p []signature.Param) string { return atV3 + sortedRun(p) + "|" + nonce }},
	{want: "separator", words: "the parameters are left out", base: func(string, []signature.Param) string { return bareURL + "." + nonce }},
	{want: "whole-url", scheme: signature.V2, base: func(u string, _ []signature.Param) string { return u + nonce }},
	{want: "whole-url", signed: change{url: bareURL + "?b=%20&a=1"}, given: change{url: bareURL + "?b=%20&a=1"}, base: func(u string, p []signature.Param) string { return u + "." + sortedRun(p) + "." + nonce }},
	{want: "raw-body", body: form(report()), words: "after URL and nonce", base: func(string, []signature.Param) string { return bareURL + nonce + form(report()) }},
	{want: "raw-body", body: form(report()), base: func(string, []signature.Param) string { return bareURL + "." + nonce + "." + form(report()) }},
	{want: "raw-body", body: form(report()), base: func(string, []signature.Param) string { return bareURL + form(report()) + nonce }},
	{want: "raw-body", body: form(report()), base: func(string, []signature.Param) string { return bareURL + "?env=dev." + form(report()) + "." + nonce }},
	{want: "raw-body", scheme: signature.V2, body: form(report()), base: func(string, []signature.Param) string { return bareURL + nonce + form(report()) }},
	{want: "order", words: "as they arrived", base: func(_ string, p []signature.Param) string { return atV3 + run(p) + "." + nonce }},
	{want: "order", words: "without regard to capitals", base: func(_ string, p []signature.Param) string {
		slices.SortFunc(p, func(a, b signature.Param) int {
			return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
		})
		return atV3 + run(p) + "." + nonce
	}},
	{
		want: "order", words: "by their value", signed: change{params: append(inbound("x"), media...)}, given: change{params: append(inbound("x"), media...)},
		base: func(_ string, p []signature.Param) string {
			return atV3 + run([]signature.Param{p[0], media[1], media[0], p[5], p[4], p[2], p[1], p[3]}) + "." + nonce
		},
	},
	{want: "order", words: "backwards", base: func(_ string, p []signature.Param) string {
		slices.SortFunc(p, func(a, b signature.Param) int { return strings.Compare(b.Name, a.Name) })
		return atV3 + run(p) + "." + nonce
	}},
	{
		want: "order", words: "by their names alone", signed: change{params: twice}, given: change{params: twice},
		base: func(_ string, p []signature.Param) string { return atV3 + sortedRun(p) + "." + nonce },
	},
	{want: "pairs-joined", words: `as "name=value&name=value"`, base: func(_ string, p []signature.Param) string { return atV3 + joined(p, asIs) + "." + nonce }},
	{want: "pairs-joined", words: "percent-encoded", base: func(_ string, p []signature.Param) string { return atV3 + joined(p, url.QueryEscape) + "." + nonce }},
	{want: "pairs-joined", words: "are signed percent-encoded", base: func(_ string, p []signature.Param) string {
		return atV3 + sortedRun(each(p, url.QueryEscape)) + "." + nonce
	}},
	{want: "json-body", base: func(_ string, p []signature.Param) string { return bareURL + nonce + asJSON(p) }},
	{want: "lonely-marks", signed: change{url: bareURL, params: []signature.Param{}}, given: change{url: bareURL, params: []signature.Param{}}, base: func(u string, _ []signature.Param) string { return u + "?." + nonce }},
	{want: "lonely-marks", signed: change{params: []signature.Param{}}, given: change{params: []signature.Param{}}, base: func(string, []signature.Param) string { return atV3 + "." + nonce }},
	{want: "query-twice", method: "GET", signed: change{url: bareURL + "?b=2&a=1"}, given: change{url: bareURL + "?b=2&a=1"}, base: func(string, []signature.Param) string { return bareURL + "?a=1&a=1&b=2&b=2." + nonce }},
}

var (
	media = []signature.Param{{Name: "Media10", Value: "b"}, {Name: "Media2", Value: "a"}}
	twice = append(report(), signature.Param{Name: "Media0", Value: "z"}, signature.Param{Name: "Media0", Value: "a"})
)
