package siege

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/figures"
)

const (
	smuggledBody = "Text=smuggled"
	smuggled     = "POST {} HTTP/1.1\r\nHost: h\r\nContent-Length: 13\r\n\r\n" + smuggledBody
	inside       = "POST /smuggled HTTP/1.1\r\nHost: h\r\nContent-Length: 13\r\n\r\n" + smuggledBody
	chunkedHead  = "POST {} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
	chunked      = "6\r\nText=a\r\n0\r\n\r\n"
)

// ambiguous are bytes that one reader takes for another number of requests than the next. {} is the path of the case.
// statuses are the answers, and kept the bodies that are in the history afterwards.
var ambiguous = []struct {
	name, sent string
	statuses   string
	kept       []string
}{
	{"both lengths", "POST {} HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked, "200", []string{"Text=a"}},
	{"both lengths, and a request behind the chunks", "POST {} HTTP/1.1\r\nHost: h\r\nContent-Length: 90\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled, "200 200", []string{"", smuggledBody}},
	{"both lengths in HTTP/1.0", "POST {} HTTP/1.0\r\nHost: h\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\nText=a", "200", []string{"Text=a"}},
	{"chunks in HTTP/1.0", "POST {} HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked, "200", []string{""}},
	{"chunked twice", "POST {} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked, "501", nil},
	{"chunked and identity", "POST {} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, identity\r\n\r\n" + chunked, "501", nil},
	{"identity and a length", "POST {} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\nContent-Length: 6\r\n\r\nText=a", "501", nil},
	{"almost chunked", "POST {} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\nContent-Length: 6\r\n\r\nText=a", "501", nil},
	{"chunked with a vertical tab", "POST {} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \vchunked\r\n\r\n" + chunked, "400", nil},
	{"chunked in quotes", "POST {} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \"chunked\"\r\n\r\n" + chunked, "501", nil},
	{"chunked in another case", "POST {} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: CHUNKED\r\n\r\n" + chunked, "200", []string{"Text=a"}},
	{"chunked behind a tab", "POST {} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\tchunked\r\n\r\n" + chunked, "200", []string{"Text=a"}},
	{"a folded chunked", "POST {} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n chunked\r\n\r\n" + chunked, "200", []string{"Text=a"}},
	{"a space before the colon", "POST {} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\nContent-Length: 6\r\n\r\nText=a", "400", nil},
	{"a space before a name", "POST {} HTTP/1.1\r\n Host: h\r\nContent-Length: 6\r\n\r\nText=a", "400", nil},
	{"a name with an underscore", "POST {} HTTP/1.1\r\nHost: h\r\nContent_Length: 60\r\nContent-Length: 6\r\n\r\nText=a", "200", []string{"Text=a"}},
	{"a folded length", "POST {} HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n 6\r\n\r\nText=a", "200", []string{"Text=a"}},
	{"a length in a folded line", "POST {} HTTP/1.1\r\nHost: h\r\nX: y\r\n Content-Length: 60\r\nContent-Length: 6\r\n\r\nText=a", "200", []string{"Text=a"}},
	{"a chunk without a number", chunkedHead + "zz\r\nText=a\r\n0\r\n\r\n", "400", nil},
	{"a chunk of too much", chunkedHead + "fffffffffffffffff\r\nText=a\r\n0\r\n\r\n", "400", nil},
	{"a chunk below zero", chunkedHead + "-6\r\nText=a\r\n0\r\n\r\n", "400", nil},
	{"a chunk with 0x", chunkedHead + "0x6\r\nText=a\r\n0\r\n\r\n", "400", nil},
	{"a chunk behind a space", chunkedHead + " 6\r\nText=a\r\n0\r\n\r\n", "400", nil},
	{"a chunk with an extension", chunkedHead + "6;x=\"y\"\r\nText=a\r\n0;z\r\n\r\n", "200", []string{"Text=a"}},
	{"a chunk that is longer than said", chunkedHead + "5\r\nText=a\r\n0\r\n\r\n", "400", nil},
	{"a chunk that is shorter than said", chunkedHead + "7\r\nText=a\r\n0\r\n\r\n", "400", nil},
	{"chunks with line feeds alone", chunkedHead + "6\nText=a\n0\n\n", "400", nil},
	{"a chunk that ends without a line", chunkedHead + "6\r\nText=a0\r\n\r\n", "400", nil},
	{"a line feed in an extension", chunkedHead + "6;x=\ny\r\nText=a\r\n0\r\n\r\n", "400", nil},
	{"a length among the trailers", chunkedHead + "6\r\nText=a\r\n0\r\nContent-Length: 60\r\n\r\n", "200", []string{"Text=a"}},
	{"a request behind the chunks", chunkedHead + chunked + smuggled, "200 200", []string{"Text=a", smuggledBody}},
	{"a request within the chunks", chunkedHead + fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(inside), inside), "200", []string{inside}},
	{"a request within the body", fmt.Sprintf("POST {} HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s", len(inside), inside), "200", []string{inside}},
	{"a request within a GET's body", fmt.Sprintf("GET {} HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s", len(inside), inside), "200", []string{inside}},
	{"a request behind a GET", "GET {} HTTP/1.1\r\nHost: h\r\n\r\n" + smuggled, "200 200", []string{"", smuggledBody}},
	{"a request behind a refused one", "POST {} HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n" + smuggled, "400", nil},
	{"line feeds alone", "POST {} HTTP/1.1\nHost: h\nContent-Length: 6\n\nText=a", "200", []string{"Text=a"}},
	{"a carriage return alone", "POST {} HTTP/1.1\r\nHost: h\r\nX: a\rContent-Length: 60\r\nContent-Length: 6\r\n\r\nText=a", "400", nil},
	{"a zero byte in a value", "POST {} HTTP/1.1\r\nHost: h\r\nX: a\x00b\r\nContent-Length: 6\r\n\r\nText=a", "400", nil},
	{"a zero byte in a name", "POST {} HTTP/1.1\r\nHost: h\r\nX\x00: b\r\nContent-Length: 6\r\n\r\nText=a", "400", nil},
	{"a header without a colon", "POST {} HTTP/1.1\r\nHost: h\r\nX\r\nContent-Length: 6\r\n\r\nText=a", "400", nil},
	{"a header without a name", "POST {} HTTP/1.1\r\nHost: h\r\n: x\r\nContent-Length: 6\r\n\r\nText=a", "400", nil},
	{"two hosts", "POST {} HTTP/1.1\r\nHost: h\r\nHost: evil\r\nContent-Length: 6\r\n\r\nText=a", "400", nil},
	{"no host", "POST {} HTTP/1.1\r\nContent-Length: 6\r\n\r\nText=a", "400", nil},
	{"an absolute target", "POST http://evil.example{} HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nText=a", "200", []string{"Text=a"}},
	{"an absolute target with a user", "POST http://h@evil.example{} HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nText=a", "200", []string{"Text=a"}},
	{"a space in the target", "POST {} x HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nText=a", "400", nil},
	{"another version", "POST {} HTTP/1.2\r\nHost: h\r\nContent-Length: 6\r\n\r\nText=a", "200", []string{"Text=a"}},
	{"a version to come", "POST {} HTTP/3.0\r\nHost: h\r\nContent-Length: 6\r\n\r\nText=a", "505", nil},
	{"no version", "POST {}\r\n\r\n", "400", nil},
	{"an upgrade", "POST {} HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nContent-Length: 6\r\n\r\nText=a", "200", []string{"Text=a"}},
	{"a wish to go on", "POST {} HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\nText=a", "100 200", []string{"Text=a"}},
	{"another wish", "POST {} HTTP/1.1\r\nHost: h\r\nExpect: 200-ok\r\nContent-Length: 6\r\n\r\nText=a", "417", nil},
	{"a method in lower case", "post {} HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nText=a", "200", []string{"Text=a"}},
	{"another method in a header", "POST {} HTTP/1.1\r\nHost: h\r\nX-HTTP-Method-Override: GET\r\nContent-Length: 6\r\n\r\nText=a", "200", []string{"Text=a"}},
}

// TestSmuggling: of bytes that readers take apart differently, each request that is acknowledged is in the history
// with the body that it came with, and no other is.
func TestSmuggling(t *testing.T) {
	t.Parallel()
	rounds := part(1, 50)
	h := newHouse(t)
	r := h.listen(t)
	callers := r.honestly(t, r.base)
	tries, survived := 0, 0
	for range rounds {
		for i, a := range ambiguous {
			tries++
			answer := halfClosed(t, r, strings.ReplaceAll(a.sent, "{}", fmt.Sprintf("/s%d", i)))
			if got := strings.Join(statuses(answer), " "); got != a.statuses {
				t.Errorf("%s: answered %s, want %s", a.name, got, a.statuses)
				continue
			}
			survived++
		}
	}
	callers.called(t, 20)
	lost := callers.check(t, h)
	found := h.bodies(t)
	for i, a := range ambiguous {
		path := fmt.Sprintf("/s%d", i)
		var want []string
		for range rounds {
			want = append(want, a.kept...)
		}
		if !slices.Equal(found[path], want) {
			t.Errorf("%s: kept are %q, want %q", a.name, found[path], want)
			lost += max(0, len(want)-len(found[path]))
		}
		delete(found, path)
	}
	if len(found) > 0 {
		t.Errorf("smuggled in are %q", found)
	}
	figures.Tell(t, figures.Attack{What: "request smuggling", Tries: tries, Survived: survived, Lost: lost})
}
