package archive

import (
	"encoding/base64"
	"mime"
	"net/http"
	"strings"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/webhook"
)

// The types of HAR 1.2 as they are written; what starts with an underscore is outside of it. Every field
// that the format wants is there, empty where it does not apply: browsers' tools refuse files without.
type (
	harEntry struct {
		StartedDateTime string      `json:"startedDateTime"`
		Time            float64     `json:"time"` // ms
		Request         harRequest  `json:"request"`
		Response        harResponse `json:"response"`
		Cache           struct{}    `json:"cache"`
		Timings         harTimings  `json:"timings"`
		Comment         string      `json:"comment,omitempty"`
		Own             Line        `json:"_plivoscope"`
	}
	harRequest struct {
		Method      string     `json:"method"`
		URL         string     `json:"url"`
		HTTPVersion string     `json:"httpVersion"`
		Cookies     []struct{} `json:"cookies"`
		Headers     []harPair  `json:"headers"`
		QueryString []harPair  `json:"queryString"`
		PostData    *harPost   `json:"postData,omitempty"`
		HeadersSize int        `json:"headersSize"`
		BodySize    int        `json:"bodySize"`
	}
	harPost struct {
		MimeType string    `json:"mimeType"`
		Params   []harPair `json:"params"`
		Text     string    `json:"text"`
		Encoding string    `json:"encoding,omitempty"` // "base64"; of the format for answers alone
	}
	harResponse struct {
		Status      int        `json:"status"`
		StatusText  string     `json:"statusText"`
		HTTPVersion string     `json:"httpVersion"`
		Cookies     []struct{} `json:"cookies"`
		Headers     []harPair  `json:"headers"`
		Content     harContent `json:"content"`
		RedirectURL string     `json:"redirectURL"`
		HeadersSize int        `json:"headersSize"`
		BodySize    int        `json:"bodySize"`
	}
	harContent struct {
		Size     int    `json:"size"`
		MimeType string `json:"mimeType"`
	}
	harTimings struct {
		Send    float64 `json:"send"`
		Wait    float64 `json:"wait"`
		Receive float64 `json:"receive"`
	}
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
)

func beginHAR(o Options) string {
	creator, _ := Encode(map[string]string{"name": "plivoscope", "version": o.Version}) // strings always encode
	comment := ""
	if o.Masked {
		comment = `"comment":"` + maskedWords + `",`
	}
	return `{"log":{"version":"1.2","creator":` + string(creator) + `,` + comment + `"entries":[` + "\n"
}

func betweenHAR(Options) string { return ",\n" }

func endHAR(Options) string { return "\n]}}\n" }

func writeEntry(c webhook.Callback, o Options) ([]byte, error) {
	e := harEntry{
		StartedDateTime: timeText(c.ReceivedAt),
		Request: harRequest{
			Method: c.Method, URL: c.URL, HTTPVersion: protocolOf(c), Cookies: []struct{}{}, Headers: []harPair{},
			QueryString: []harPair{}, HeadersSize: -1, BodySize: len(c.Body),
		},
		Response: harResponse{
			Status: c.Answer.Status, StatusText: http.StatusText(c.Answer.Status), HTTPVersion: protocolOf(c),
			Cookies: []struct{}{}, Headers: []harPair{}, HeadersSize: -1, BodySize: -1,
		},
		Own: metaOf(c),
	}
	if took := c.Answer.At.Sub(c.ReceivedAt); !c.Answer.At.IsZero() && took > 0 {
		e.Time = float64(took.Microseconds()) / 1000
		e.Timings.Wait = e.Time
	}
	if e.Own.Masked = o.Masked; o.Masked {
		e.Comment = maskedWords
	}
	if host := hostOf(c.ReceivedURL); host != "" {
		e.Request.Headers = append(e.Request.Headers, harPair{"Host", host})
	}
	for _, p := range Pairs(c.Header) {
		e.Request.Headers = append(e.Request.Headers, harPair{p[0], p[1]})
	}
	params, _ := webhook.ParseParams(http.MethodGet, c.URL, "", nil)
	for _, p := range params {
		e.Request.QueryString = append(e.Request.QueryString, harPair(p))
	}
	e.Request.PostData = postOf(c)
	return Encode(e)
}

// postOf is the body; nil for none.
func postOf(c webhook.Callback) *harPost {
	if len(c.Body) == 0 {
		return nil
	}
	contentType := c.Header.Get("Content-Type")
	post := &harPost{MimeType: contentType, Params: []harPair{}, Text: string(c.Body)}
	if !utf8.Valid(c.Body) {
		post.Text, post.Encoding = base64.StdEncoding.EncodeToString(c.Body), "base64"
		return post
	}
	if kind, _, _ := mime.ParseMediaType(contentType); kind == formType {
		params, _ := webhook.ParseParams(http.MethodPost, "", contentType, c.Body)
		for _, p := range params {
			post.Params = append(post.Params, harPair(p))
		}
	}
	return post
}

const formType = "application/x-www-form-urlencoded"

// protocolOf is the version of HTTP as request lines have it.
func protocolOf(c webhook.Callback) string {
	if c.Protocol == "HTTP/1.0" {
		return c.Protocol
	}
	return "HTTP/1.1"
}

// hostOf is the host of a URL with its port, as the Host header has it.
func hostOf(rawURL string) string {
	_, rest, _ := strings.Cut(rawURL, "://")
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return rest[strings.LastIndexByte(rest, '@')+1:]
}
