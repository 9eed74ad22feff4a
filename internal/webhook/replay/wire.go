package replay

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
)

// wire makes the request that net/http sends.
func (r Request) wire(ctx context.Context) (*http.Request, error) {
	scheme, host, target := cutURL(r.URL)
	if host == "" {
		return nil, fmt.Errorf("the URL %q has no scheme and host", cut(r.URL))
	}
	if err := checkTarget(target); err != nil {
		return nil, err
	}
	req := &http.Request{
		Method: r.Method, URL: wireURL(scheme, host, target), Host: r.Host,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: make(http.Header, len(r.Header)+1), Body: http.NoBody, ContentLength: int64(len(r.Body)),
		GetBody: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(r.Body)), nil },
	}
	maps.Copy(req.Header, r.Header)
	if _, named := req.Header["User-Agent"]; !named {
		req.Header["User-Agent"] = []string{""} // net/http would name itself
	}
	if len(r.Body) > 0 {
		req.Body, _ = req.GetBody()
	}
	return req.WithContext(ctx), nil
}

// Bytes gives the request as Sender sends it over HTTP/1.1, byte by byte.
func (r Request) Bytes() ([]byte, error) {
	req, err := r.wire(context.Background())
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := req.Write(&b); err != nil {
		return nil, fmt.Errorf("cannot write the request to %s: %w", cut(r.URL), err)
	}
	return b.Bytes(), nil
}
