package webhook

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// TestReread reads a callback again and checks it as the server does when it comes.
func TestReread(t *testing.T) {
	const url = "https://app.example/own/path"
	token := signature.NewToken("account", "secret")
	params := []signature.Param{{Name: "MessageUUID", Value: "a"}, {Name: "Status", Value: "sent"}}
	sig, err := signature.Sign(token, signature.V3, "POST", url, "1", params)
	if err != nil {
		t.Fatal(err)
	}
	signedOne := func() Callback {
		return Callback{
			Method: http.MethodPost, URL: url, Body: []byte("MessageUUID=a&Status=sent"),
			Header: http.Header{"Content-Type": {formType}, "X-Plivo-Signature-V3": {sig}, "X-Plivo-Signature-V3-Nonce": {"1"}},
		}
	}
	c := signedOne()
	c.Reread()
	c.Check([]signature.Token{token})
	if c.Kind != DeliveryReport || c.Problem != "" || c.Verdict.Outcome != signature.Valid || c.Report.MessageUUID() != "a" {
		t.Errorf("reread as %+v", c)
	}
	c.Check([]signature.Token{signature.NewToken("other", "x")})
	if c.Verdict.Outcome != signature.Invalid {
		t.Errorf("verdict %+v with another token", c.Verdict)
	}

	long := signedOne()
	long.Body = append(long.Body, bytes.Repeat([]byte("&x=1"), MaxBody/4)...)
	long.Reread()
	long.Check([]signature.Token{token})
	if len(long.Body) != MaxBody || !long.Truncated || !strings.Contains(long.Problem, "longer than the 65536 bytes") || long.Verdict.Outcome != signature.Unchecked {
		t.Errorf("a long body: %d bytes, truncated %v, %q, %+v", len(long.Body), long.Truncated, long.Problem, long.Verdict)
	}

	get := Callback{Method: http.MethodGet, URL: "https://app.example/sms/inbound/?Text=hi", Kind: ""}
	get.Reread()
	if text, _ := get.Report.Get("Text"); get.Kind != Inbound || text != "hi" {
		t.Errorf("a GET: %+v", get)
	}
	kept := Callback{Method: http.MethodPost, URL: url, Kind: Other, Body: []byte("MessageUUID=a&Status=sent")}
	kept.Reread()
	if kept.Kind != Other {
		t.Errorf("the kind became %s", kept.Kind)
	}
}
