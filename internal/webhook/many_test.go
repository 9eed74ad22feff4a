package webhook_test

import (
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/webhook"
)

// TestManyParams reads no more parameters than are worth it, in whatever form they come.
func TestManyParams(t *testing.T) {
	const most = 100_000
	part := "--b\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n"
	for _, c := range []struct {
		name, method, url, contentType, first, next, end string
	}{
		{"form", "POST", "/", "application/x-www-form-urlencoded", "a=", "&a=", ""},
		{"query", "GET", "/?a=", "", "", "&a=", ""},
		{"JSON", "POST", "/", "application/json", `{"a":""`, `,"a":""`, "}"},
		{"multipart", "POST", "/", "multipart/form-data; boundary=b", part, part, "--b--"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for n, cut := range map[int]bool{most: false, most + 1: true} {
				url, body := c.url, c.first+strings.Repeat(c.next, n-1)+c.end
				if c.method == "GET" {
					url, body = c.url+body, ""
				}
				params, problem := webhook.ParseParams(c.method, url, c.contentType, []byte(body))
				if len(params) != most || strings.Contains(problem, "more than 100000 parameters") != cut || !cut && problem != "" {
					t.Errorf("of %d parameters %d are read; %q", n, len(params), problem)
				}
			}
		})
	}
}
