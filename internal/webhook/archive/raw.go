package archive

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"

	"dev.internal/plivoscope/internal/webhook"
)

// maskedHeader says of a raw request that it was masked.
const maskedHeader = "X-Plivoscope-Masked"

// writeRaw writes a request as a forward proxy saves it: with the whole URL in the request line, which is
// what a signature covers, and the Host header that it came with. Requests follow each other as on a
// connection that stays open, so each has its length: the one that it came with, or chunked where it came
// without any.
func writeRaw(c webhook.Callback, o Options) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s %s\r\n", c.Method, c.URL, protocolOf(c))
	if host := hostOf(c.ReceivedURL); host != "" {
		fmt.Fprintf(&b, "Host: %s\r\n", host)
	}
	length := strconv.Itoa(len(c.Body))
	said := c.Header.Values("Content-Length")
	chunked := len(said) == 0 && (len(c.Body) > 0 || !bodiless[c.Method])
	switch {
	case chunked:
		b.WriteString("Transfer-Encoding: chunked\r\n")
	case len(said) == 1 && said[0] == length, len(said) == 0:
	default:
		said = []string{length} // the body was cut
	}
	for _, p := range Pairs(c.Header) {
		if p[0] != "Content-Length" && p[0] != "Transfer-Encoding" && p[0] != "Host" {
			fmt.Fprintf(&b, "%s: %s\r\n", p[0], p[1])
		}
	}
	if len(said) > 0 {
		fmt.Fprintf(&b, "Content-Length: %s\r\n", said[0])
	}
	if o.Masked {
		fmt.Fprintf(&b, "%s: %s\r\n", maskedHeader, maskedWords)
	}
	b.WriteString("\r\n")
	switch {
	case chunked && len(c.Body) > 0:
		fmt.Fprintf(&b, "%x\r\n%s\r\n0\r\n\r\n", len(c.Body), c.Body)
	case chunked:
		b.WriteString("0\r\n\r\n")
	case len(c.Body) > 0:
		b.Write(c.Body)
		b.WriteString("\r\n") // which servers pass over before a request
	}
	return b.Bytes(), nil
}

// bodiless are the methods whose requests have a body only where they say so.
var bodiless = map[string]bool{http.MethodGet: true, http.MethodHead: true, http.MethodDelete: true, http.MethodOptions: true, http.MethodTrace: true}
