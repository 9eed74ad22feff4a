package signature_test

import (
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// singles shows every supposition about token, URL, nonce and method.
var singles = []covered{
	{name: "token-other", seen: func(c *signature.Case) {
		c.Tokens, c.Others = c.Tokens[:1], []signature.Token{main, c.Tokens[1]}
	}},
	{name: "token-newline", seen: tokenAs(func(t string) string { return t + "\n" })},
	{name: "token-newline", seen: tokenAs(func(t string) string { return t + "\r" })},
	{name: "token-newline", seen: tokenAs(func(t string) string { return t + "\r\n" })},
	{name: "token-newline", seen: tokenAs(func(t string) string { return t + `\n` })},
	{name: "token-space", seen: tokenAs(func(t string) string { return t + " " })},
	{name: "token-space", seen: tokenAs(func(t string) string { return "\t" + t })},
	{name: "token-space", seen: tokenAs(func(t string) string { return " " + t + "  " })},
	{name: "token-space", seen: tokenAs(func(t string) string { return t[:9] + " " + t[9:] })},
	{name: "token-quote", seen: tokenAs(func(t string) string { return `"` + t + `"` })},
	{name: "token-quote", seen: tokenAs(func(t string) string { return "'" + t + "'" })},
	{name: "token-quote", seen: tokenAs(func(t string) string { return t + `"` })},
	{name: "token-quote", seen: tokenAs(func(t string) string { return "'" + t })},
	{name: "token-quote", seen: tokenAs(func(t string) string { return "“" + t + "”" })},
	{name: "token-prefix", seen: tokenAs(func(t string) string { return "PLIVO_AUTH_TOKEN=" + t })},
	{name: "token-prefix", seen: tokenAs(func(t string) string { return "export PLIVO_AUTH_TOKEN='" + t + "'" })},
	{name: "token-prefix", seen: tokenAs(func(t string) string { return "auth_token: " + t })},
	{name: "token-bom", seen: tokenAs(func(t string) string { return "\ufeff" + t })},
	{name: "token-invisible", seen: tokenAs(func(t string) string { return t[:5] + "\u200b" + t[5:] + "\u00a0" })},
	{name: "token-first-line", seen: tokenAs(func(t string) string { return t + "\nand more" })},
	{name: "token-first-line", seen: tokenAs(func(t string) string { return t + "\r\n# of the shop\r\n" })},
	{name: "token-twice", seen: tokenAs(func(t string) string { return t + t })},
	{name: "token-twice", seen: tokenAs(func(t string) string { return t + "\n" + t })},
	{name: "token-basic", seen: tokenAs(func(t string) string { return "MAXXXXXXXXXXXXXXXXXX:" + t })},
	{name: "token-basic", seen: tokenAs(func(t string) string {
		return "Basic TUFYWFhYWFhYWFhYWFhYWFhYWFg6" + "TnpBeE1qTTBOVFkzT0Rrd01USXpORFUyTnpnNU1ERXlNelExTmpjNA=="
	})},
	{name: "token-cleaned", seen: tokenAs(func(t string) string { return "\ufeff PLIVO_AUTH_TOKEN=\"" + t + "\u200b\"\r\n" })},
	{name: "auth-id", sent: func(s *signing) { s.token = "MAXXXXXXXXXXXXXXXXXX" }, seen: all(tokenAs(strings.ToLower), func(c *signature.Case) {
		c.AuthIDs = []string{"SAXXXXXXXXXXXXXXXXXX", "MAXXXXXXXXXXXXXXXXXX"}
	})},
	{name: "token-newline-added", sent: func(s *signing) { s.token += "\n" }, seen: tokenAs(func(t string) string { return t })},
	{name: "token-base64", sent: func(s *signing) { s.token = "70123456789012345678901234567 8" }, seen: func(c *signature.Case) {
		c.Tokens = []signature.Token{signature.NewToken("account", "NzAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1NjcgOA==")}
	}},

	{name: "scheme-https", seen: urlAs("https:", "http:")},
	{name: "scheme-https", seen: all(urlAs("https:", "http:"), with("X-Forwarded-Proto", "https"))},
	{name: "scheme-https", seen: all(urlAs("https:", "http:"), with("X-Forwarded-Ssl", "on"))},
	{name: "scheme-https", seen: all(urlAs("https:", "http:"), with("Forwarded", "for=192.0.2.1;proto=https"))},
	{name: "scheme-https", seen: all(urlAs("https:", "http:"), func(c *signature.Case) { c.Header["x-forwarded-proto"] = []string{"https"} })},
	{name: "scheme-http", sent: sentTo("https:", "http:"), seen: urlAs("http:", "https:")},
	{name: "scheme-https", schemes: inV1, seen: urlAs("https:", "http:")},
	{name: "port-dropped", sent: sentTo(":8443", ""), seen: urlAs("example.com", "example.com:3000")},
	{name: "port-dropped", sent: sentTo("example.com:8443", "[2001:db8::1]"), seen: urlAs("::1]", "::1]:443")},
	{name: "port-added", seen: all(urlAs(":8443", ""), received("http://example.com:8443/sms/delivery-report?env=dev&n=1"))},
	{name: "port-added", seen: all(urlAs(":8443", ""), known("https://example.com:8443/sms/inbound"))},
	{name: "port-added", seen: all(urlAs(":8443", ""), with("X-Forwarded-Port", "8443"))},
	{name: "port-added", seen: all(urlAs(":8443", ""), with("X-Forwarded-Host", "example.com:8443"))},
	{name: "port-added", seen: all(urlAs(":8443", ":3000"), with("X-Forwarded-Port", "8443"))},
	{name: "port-default-added", sent: sentTo(":8443", ":443"), seen: urlAs(":443", "")},
	{name: "port-default-added", sent: sentTo("https://example.com:8443", "http://example.com:80"), seen: urlAs(":80", "")},
	{name: "port-common", seen: urlAs(":8443", "")},
	{name: "port-common", sent: sentTo(":8443", ":3000"), seen: urlAs(":3000", ":8080")},
	{name: "slash-added", sent: sentTo("report?", "report/?"), seen: urlAs("report/?", "report?")},
	{name: "slash-added", sent: sentTo("report?env=dev&n=1", "report/"), seen: urlAs("report/", "report")},
	{name: "slash-added", sent: sentTo("/sms/delivery-report?env=dev&n=1", "/"), seen: urlAs(":8443/", ":8443")},
	{name: "slash-removed", seen: urlAs("report?", "report/?")},
	{name: "slash-removed", sent: sentTo("/sms/delivery-report?env=dev&n=1", ""), seen: urlAs(":8443", ":8443/")},
	{name: "slashes-collapsed", seen: urlAs("/sms/", "//sms//")},
	{name: "slash-doubled", sent: sentTo("/sms/", "//sms/"), seen: urlAs("//sms/", "/sms/")},
	{name: "slash-doubled", sent: sentTo("/sms/", "/sms//"), seen: urlAs("/sms//", "/sms/")},
	{name: "query-dropped", schemes: inV3, sent: sentTo("?env=dev&n=1", ""), seen: urlAs("report", "report?trace=1")},
	{name: "query-dropped", schemes: inV1, sent: sentTo("?env=dev&n=1", ""), seen: urlAs("report", "report?trace=1")},
	{name: "query-added", schemes: inV3, seen: all(urlAs("?env=dev&n=1", ""), received("http://example.com:8443/sms/delivery-report?env=dev&n=1"))},
	{name: "query-added", schemes: inV3, seen: all(urlAs("?env=dev&n=1", ""), known("https://old.example.com/sms/delivery-report?env=dev&n=1"))},
	{name: "query-added", schemes: inV3, seen: all(urlAs("?env=dev&n=1", ""), with("X-Original-Url", "/sms/delivery-report?env=dev&n=1"))},
	{name: "query-replaced", schemes: inV3, seen: all(urlAs("?env=dev&n=1", "?route=sms"), received("http://example.com:8443/sms/delivery-report?env=dev&n=1"))},
	{name: "fragment-dropped", schemes: inV1, seen: urlAs("n=1", "n=1#top")},
	{name: "fragment-added", schemes: inV1, sent: sentTo("n=1", "n=1#top"), seen: all(urlAs("#top", ""), known("https://example.com/#top"))},
	{name: "path-decoded", sent: sentTo("/sms/", "/sm\u00e9s/"), seen: urlAs("\u00e9", "%C3%A9")},
	{name: "path-decoded", sent: sentTo("/sms/", "/a b/"), seen: urlAs("a b", "a%20b")},
	{name: "path-encoded", sent: sentTo("/sms/", "/sm%C3%A9s/"), seen: urlAs("%C3%A9", "\u00e9")},
	{name: "path-encoded", sent: sentTo("/sms/", "/sm%c3%a9s/"), seen: urlAs("%c3%a9", "\u00e9")},
	{name: "path-encoded", sent: sentTo("/sms/", "/sm%C3%A9s/"), seen: urlAs("%C3%A9", "%c3%a9")},
	{name: "path-encoded", sent: sentTo("/sms/", "/a%20b/"), seen: urlAs("%20", " ")},
	{name: "path-encoded", sent: sentTo("/sms/", "/a%40b%3A/"), seen: urlAs("a%40b%3A", "a@b:")},
	{name: "path-encoded", sent: sentTo("/sms/", "/a%2520b/"), seen: urlAs("%2520", "%20")},
	{name: "url-plus-as-space", sent: sentTo("/sms/", "/a%20b/"), seen: urlAs("a%20b", "a+b")},
	{name: "url-plus-as-space", sent: sentTo("/sms/", "/a b/"), seen: urlAs("a b", "a+b")},
	{name: "url-plus-as-space", schemes: inV3, sent: sentTo("env=dev", "env=a+b"), seen: urlAs("a+b", "a%2Bb")},
	{name: "url-plus-literal", sent: sentTo("/sms/", "/a+b/"), seen: urlAs("a+b", "a%20b")},
	{name: "url-plus-literal", sent: sentTo("/sms/", "/a+b/"), seen: urlAs("a+b", "a b")},
	{name: "url-plus-literal", schemes: inV3, sent: sentTo("env=dev", "env=a%2Bb"), seen: urlAs("a%2Bb", "a+b")},
	{name: "host-lowercased", seen: urlAs("example.com", "Example.COM")},
	{name: "host-uppercased", sent: sentTo("example.com", "EXAMPLE.COM"), seen: urlAs("EXAMPLE.COM", "example.com")},
	{name: "user-kept", sent: func(s *signing) {
		s.url = strings.Replace(s.url, "://", "://me:secret@", 1)
		s.make = func(s signing) string {
			origin, _, _ := strings.Cut(s.url, "?")
			if s.scheme == signature.MaV2 {
				return mac(s.token, origin+s.nonce)
			}
			return mac(s.token, origin+"?env=dev&n=1."+runOf(s.params)+"."+s.nonce)
		}
	}},
	{name: "user-dropped", schemes: inV1, seen: urlAs("://", "://me:secret@")},
	{name: "host-received", seen: all(urlAs("example.com", "app.internal"), received("http://example.com:8443/x"))},
	{name: "host-forwarded", seen: all(urlAs("example.com", "app.internal"), with("X-Forwarded-Host", "example.com:8443"))},
	{name: "host-forwarded", seen: all(urlAs("example.com", "app.internal"), with("X-Forwarded-Host", "example.com, proxy.internal"))},
	{name: "host-forwarded", seen: all(urlAs("example.com", "app.internal"), with("X-Forwarded-Host", "cdn.internal, example.com"))},
	{name: "host-forwarded", seen: all(urlAs("example.com:8443", "app.internal"), with("X-Forwarded-Host", "example.com", "X-Forwarded-Port", "8443"))},
	{name: "host-forwarded", seen: all(urlAs("example.com", "app.internal"), with("Forwarded", `for=192.0.2.60;host="example.com:8443"`))},
	{name: "host-forwarded", seen: all(urlAs("example.com", "app.internal"), with("X-Original-Host", "example.com:8443"))},
	{name: "url-forwarded", seen: all(urlAs("https://example.com:8443", "http://127.0.0.1:3000"), with("X-Forwarded-Proto", "https", "X-Forwarded-Host", "example.com", "X-Forwarded-Port", "8443"))},
	{name: "url-forwarded", sent: sentTo(":8443", ""), seen: all(urlAs("https://example.com", "http://127.0.0.1:3000"), with("X-Forwarded-Proto", "https", "X-Forwarded-Host", "example.com", "X-Forwarded-Port", "443"))},
	{name: "url-forwarded", seen: all(urlAs("https://example.com:8443", "http://127.0.0.1:3000"), with("Forwarded", "proto=https;host=\"example.com:8443\""))},
	{name: "url-forwarded", seen: all(urlAs("https://example.com:8443/sms", "http://127.0.0.1:3000"), with("X-Forwarded-Proto", "https", "X-Forwarded-Host", "example.com:8443", "X-Forwarded-Prefix", "/sms"))},
	{name: "path-forwarded", seen: all(urlAs("/sms/delivery-report", "/index.php"), with("X-Original-Url", "/sms/delivery-report?env=dev&n=1"))},
	{name: "path-forwarded", seen: all(urlAs("/sms/delivery-report", "/index.php"), with("X-Rewrite-Url", "/sms/delivery-report?env=dev&n=1"))},
	{name: "path-forwarded", seen: all(urlAs("/sms/delivery-report", "/index.php"), with("X-Forwarded-Uri", "/sms/delivery-report"))},
	{name: "www-added", sent: sentTo("example", "www.example"), seen: urlAs("www.", "")},
	{name: "www-removed", seen: urlAs("example", "www.example")},
	{name: "known-origin", seen: all(urlAs("example.com:8443", "new.example.net"), known("https://new.example.net", "https://example.com:8443/sms/inbound"))},
	{name: "known-url", seen: all(urlAs("example.com:8443/sms/delivery-report", "new.example.net/cb"), known("https://new.example.net", sentURL))},
	{name: "url-received", seen: all(urlAs("example.com:8443/sms/delivery-report", "new.example.net/cb"), received(strings.Replace(sentURL, "https", "http", 1)))},
	{name: "prefix-added", seen: all(urlAs("/sms/", "/"), known("https://old.example.net/sms/inbound"))},
	{name: "prefix-added", sent: sentTo("/sms/", "/api/v1/sms/"), seen: all(urlAs("/api/v1", ""), known("https://old.example.net/api/v1"))},
	{name: "prefix-added", seen: all(urlAs("/sms/", "/"), with("X-Forwarded-Prefix", "/sms"))},
	{name: "prefix-added", also: []string{"url-received"}, seen: all(urlAs("/sms/", "/"), received(strings.Replace(sentURL, "https", "http", 1)))},
	{name: "prefix-removed", seen: urlAs("/sms/", "/app/sms/")},
	{name: "prefix-removed", seen: urlAs("/sms/", "/app/v2/sms/")},
	{name: "host-loopback", sent: sentTo("example.com", "localhost"), seen: urlAs("localhost", "127.0.0.1")},
	{name: "host-loopback", sent: sentTo("example.com", "127.0.0.1"), seen: urlAs("127.0.0.1", "[::1]")},

	{name: "nonce-other-version", seen: func(c *signature.Case) {
		for _, h := range []string{signature.V3.NonceHeader(), signature.V2.NonceHeader()} {
			if values, ok := c.Header[h]; ok {
				c.Header[h] = []string{"11111111111111111111"}
				with(otherNonceHeader(h), values[0])(c)
				return
			}
		}
	}},
	{name: "nonce-other-version", seen: func(c *signature.Case) {
		for _, h := range []string{signature.V3.NonceHeader(), signature.V2.NonceHeader()} {
			if values, ok := c.Header[h]; ok {
				delete(c.Header, h)
				with("X-Plivo-Signature-Nonce", values[0])(c)
				return
			}
		}
	}},
	{name: "nonce-repeated", seen: nonceAs(func(n string) []string { return []string{"1", n, "2"} })},
	{name: "nonce-repeated", sent: func(s *signing) { s.nonce = "12,34" }, seen: nonceAs(func(string) []string { return []string{"12", "34"} })},
	{name: "nonce-repeated", sent: func(s *signing) { s.nonce = "12, 34" }, seen: nonceAs(func(string) []string { return []string{"12", "34"} })},
	{name: "nonce-repeated", seen: nonceAs(func(n string) []string { return []string{"1, " + n} })},
	{name: "nonce-as-sent", sent: func(s *signing) { s.nonce = " 12 " }},
	{name: "nonce-empty", sent: func(s *signing) { s.nonce = "" }, seen: nonceAs(func(string) []string { return []string{"123"} })},
	{name: "nonce-empty", sent: func(s *signing) { s.nonce = "" }, seen: nonceAs(func(string) []string { return nil })},

	{name: "method-get", schemes: inV3, sent: func(s *signing) { s.method = "GET" }, seen: func(c *signature.Case) { c.Method = "POST" }},
	{name: "method-post", schemes: inV3, seen: func(c *signature.Case) { c.Method = "GET" }},
	{name: "method-post", schemes: inV3, sent: func(s *signing) { s.url, s.params = "https://h/cb", s.params[:2] }, seen: func(c *signature.Case) {
		c.Method, c.URL, c.Params = "GET", "https://h/cb?To=14155550123&MessageUUID=5b40a428-bfc7-4daf-9d06-726c558bf3b8", nil
	}},
}

func received(url string) func(*signature.Case) {
	return func(c *signature.Case) { c.ReceivedURL = url }
}

func otherNonceHeader(h string) string {
	if h == signature.V3.NonceHeader() {
		return signature.V2.NonceHeader()
	}
	return signature.V3.NonceHeader()
}

// nonceAs has the nonce's header seen with other values.
func nonceAs(f func(string) []string) func(*signature.Case) {
	return func(c *signature.Case) {
		for _, h := range []string{signature.V3.NonceHeader(), signature.V2.NonceHeader()} {
			if values, ok := c.Header[h]; ok {
				c.Header[h] = f(values[0])
			}
		}
	}
}

// runOf is what V3 makes of the parameters of a POST.
func runOf(params []signature.Param) string {
	sorted := append([]signature.Param(nil), params...)
	for i := range sorted {
		for j := i; j > 0 && sorted[j].Name < sorted[j-1].Name; j-- {
			sorted[j], sorted[j-1] = sorted[j-1], sorted[j]
		}
	}
	text := ""
	for _, p := range sorted {
		text += p.Name + p.Value
	}
	return text
}

func TestCoverageOfURLTokenNonce(t *testing.T) { checkSingles(t, singles) }
