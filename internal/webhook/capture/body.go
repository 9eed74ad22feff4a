package capture

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// readBody takes the body of a raw request out of what follows its header.
func (r *Request) readBody(rest []byte) {
	chunked := false
	for _, coding := range r.Header["Transfer-Encoding"] {
		chunked = chunked || strings.Contains(strings.ToLower(coding), "chunked")
	}
	switch lengths := r.Header["Content-Length"]; {
	case chunked:
		rest = r.dechunk(rest)
	case len(lengths) > 0:
		rest = r.cutToLength(lengths, rest)
	case r.isForm(), r.Header.Get("Content-Type") == "":
		rest = trimLineBreak(rest) // an editor's: a form escapes its own
	}
	r.Body = r.decompress(rest)
}

func (r *Request) isForm() bool {
	return strings.HasPrefix(strings.ToLower(r.Header.Get("Content-Type")), "application/x-www-form-urlencoded")
}

func trimLineBreak(b []byte) []byte {
	return bytes.TrimSuffix(bytes.TrimSuffix(b, []byte{'\n'}), []byte{'\r'})
}

// cutToLength holds the body against Content-Length. Line breaks that an editor added go unmentioned.
func (r *Request) cutToLength(lengths []string, rest []byte) []byte {
	length, err := strconv.ParseUint(lengths[0], 10, 63)
	for _, other := range lengths[1:] {
		if other != lengths[0] {
			r.note("There are several Content-Length headers that differ; all that follows the header is taken as the body.")
			return rest
		}
	}
	have := uint64(len(rest))
	switch {
	case err != nil:
		r.note(fmt.Sprintf("Content-Length is %q, which is no length; all that follows the header is taken as the body.", short(lengths[0])))
		return rest
	case have < length:
		r.note(fmt.Sprintf("The body has %d bytes and Content-Length says %d: it was cut or changed when it was captured.", have, length))
		return rest
	case len(bytes.Trim(rest[length:], "\r\n")) > 0:
		r.note(fmt.Sprintf("The body has %d bytes and Content-Length says %d: what is beyond is passed over.", have, length))
	}
	return rest[:length:length]
}

// dechunk joins the chunks of a body. It is not httputil's reader, which takes no chunk whose line
// breaks an editor turned into LF. Many proxies save the joined body under the header of the chunked
// one: then it stays as it is.
func (r *Request) dechunk(rest []byte) []byte {
	all := rest
	var body []byte
	for first := true; ; first = false {
		line, after := cutLine(rest)
		digits, _, _ := strings.Cut(line, ";")
		size, err := strconv.ParseUint(strings.TrimSpace(digits), 16, 63)
		switch {
		case err != nil && first:
			if len(all) > 0 {
				r.note("Transfer-Encoding says that the body is chunked, but it is not; it is taken as it stands.")
			}
			if r.isForm() {
				all = trimLineBreak(all)
			}
			return all
		case err != nil:
			r.note("The chunked body could be read only in part: the length of a chunk is missing.")
			return body
		case size == 0:
			return body
		case size > uint64(len(after)):
			r.note("The chunked body could be read only in part: it ends within a chunk.")
			return append(body, after...)
		}
		body = append(body, after[:size]...)
		rest = bytes.TrimPrefix(bytes.TrimPrefix(after[size:], []byte{'\r'}), []byte{'\n'})
	}
}

// decompress undoes a Content-Encoding: a proxy compressed the body, for Plivo does not. A body that
// is not what the header says was decompressed by who captured it.
func (r *Request) decompress(body []byte) []byte {
	coding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding")))
	if len(body) == 0 || coding == "" || coding == "identity" {
		return body
	}
	var (
		reader io.Reader
		err    error
	)
	switch coding {
	case "gzip", "x-gzip":
		reader, err = gzip.NewReader(bytes.NewReader(body))
	case "deflate":
		reader, err = zlib.NewReader(bytes.NewReader(body))
	default:
		r.note(fmt.Sprintf("The body is compressed as %q, which is not read here; capture it uncompressed.", short(coding)))
		return body
	}
	if err != nil {
		r.note(fmt.Sprintf("Content-Encoding says that the body is compressed as %s, but it is not; it is taken as it stands.", coding))
		return body
	}
	plain, err := io.ReadAll(io.LimitReader(reader, MaxSize+1))
	if err != nil {
		r.note(fmt.Sprintf("The body compressed as %s could be read only in part: %v.", coding, err))
	}
	if len(plain) > MaxSize {
		r.note(fmt.Sprintf("Decompressed the body is larger than the %d MiB that are read.", MaxSize>>20))
		plain = plain[:MaxSize]
	}
	return plain
}

// short keeps a hostile value from filling a sentence.
func short(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
