package replay_test

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

const (
	accountToken = "the-token-of-the-account"
	mainToken    = "the-token-of-the-main-account"
	publicURL    = "https://abc.example.com/sms/delivery-report"
	messageUUID  = "5b40a428-bfc7-4daf-9d06-726c558bf3b8"
)

var keys = replay.Keys{
	Account: signature.NewToken("account", accountToken),
	Main:    signature.NewToken("main account", mainToken),
}

var report = []signature.Param{
	{Name: "MessageUUID", Value: messageUUID},
	{Name: "From", Value: "14155550100"},
	{Name: "To", Value: "14155550123"},
	{Name: "Status", Value: "delivered"},
	{Name: "Text", Value: "a+b = c & é"},
	{Name: "ErrorCode", Value: "000"},
	{Name: "PowerpackUUID", Value: ""},
}

func form(params []signature.Param) string {
	var pairs []string
	for _, p := range params {
		pairs = append(pairs, url.QueryEscape(p.Name)+"="+url.QueryEscape(p.Value))
	}
	return strings.Join(pairs, "&")
}

// captured is a callback as it came through a tunnel, signed with these schemes.
func captured(t testing.TB, method, over, contentType, body string, schemes ...signature.Scheme) webhook.Callback {
	t.Helper()
	header := http.Header{
		"Accept":            {"*/*"},
		"Accept-Encoding":   {"gzip", "deflate"},
		"User-Agent":        {"Plivo"},
		"Connection":        {"keep-alive, X-Hop"},
		"X-Hop":             {"by hop"},
		"Keep-Alive":        {"timeout=5"},
		"X-Forwarded-For":   {"192.0.2.7"},
		"X-Forwarded-Proto": {"https"},
		"X-Forwarded-Host":  {"inner.example.net"},
		"Ngrok-Trace-Id":    {"abc"},
		"Content-Length":    {fmt.Sprint(len(body))},
	}
	var params []signature.Param
	if contentType != "" {
		header.Set("Content-Type", contentType)
		params, _ = webhook.ParseParams(method, over, contentType, []byte(body))
	}
	for _, s := range schemes {
		token := keys.Account
		if s == signature.MaV2 || s == signature.MaV3 {
			token = keys.Main
		}
		nonce := "05429567804466091622"
		if s == signature.V3 || s == signature.MaV3 {
			nonce = "12429567804466091633"
		}
		sig, err := signature.Sign(token, s, method, over, nonce, params)
		if err != nil {
			t.Fatal(err)
		}
		header.Set(s.Header(), sig)
		if h := s.NonceHeader(); h != "" {
			header.Set(h, nonce)
		}
	}
	return webhook.Callback{
		ID: 17, ReceivedAt: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), Kind: webhook.DeliveryReport, Method: method,
		URL: over, ReceivedURL: over, Protocol: "HTTP/1.1", RemoteAddr: "192.0.2.7:4242", Header: header, Body: []byte(body),
	}
}

var all4 = []signature.Scheme{signature.V2, signature.MaV2, signature.V3, signature.MaV3}

func capturedReport(t testing.TB) webhook.Callback {
	return captured(t, "POST", publicURL, "application/x-www-form-urlencoded", form(report), all4...)
}

// app is the guide's handler in Go, which checks V2 alone, or one that checks V3. It owes nothing to the
// program's own check.
type app struct {
	trustProxy bool
	v3         bool
}

func (a app) ServeHTTP(w http.ResponseWriter, r *http.Request) { w.WriteHeader(a.answer(w, r)) }

func (a app) answer(w http.ResponseWriter, r *http.Request) int {
	if r.Method != "POST" && r.Method != "GET" {
		return http.StatusMethodNotAllowed
	}
	r.Body = http.MaxBytesReader(w, r.Body, 100<<10)
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return http.StatusRequestEntityTooLarge
		}
		return http.StatusBadRequest
	}
	family := "V2"
	if a.v3 {
		family = "V3"
	}
	given, nonce := r.Header.Get("X-Plivo-Signature-"+family), r.Header.Get("X-Plivo-Signature-"+family+"-Nonce")
	if given == "" || nonce == "" {
		return http.StatusBadRequest
	}
	protocol := "http"
	if forwarded := r.Header.Get("X-Forwarded-Proto"); a.trustProxy && forwarded != "" {
		protocol = forwarded
	}
	base := protocol + "://" + r.Host + r.RequestURI
	if a.v3 {
		path, _, _ := strings.Cut(base, "?")
		base = path + covered(r) + "."
	}
	mac := hmac.New(sha256.New, []byte(accountToken))
	mac.Write([]byte(base + nonce))
	if !hmac.Equal([]byte(given), []byte(base64.StdEncoding.EncodeToString(mac.Sum(nil)))) {
		return http.StatusForbidden
	}
	return http.StatusOK
}

// covered is what V3 makes of query and form.
func covered(r *http.Request) string {
	flat := func(values url.Values, equals, between string) string {
		var pairs []string
		for name, list := range values {
			for _, v := range list {
				pairs = append(pairs, name+equals+v)
			}
		}
		slices.Sort(pairs)
		return strings.Join(pairs, between)
	}
	query, body := flat(r.URL.Query(), "=", "&"), flat(r.PostForm, "", "")
	switch {
	case query == "" && body == "":
		return ""
	case query != "" && body != "":
		return "?" + query + "." + body
	}
	return "?" + query + body
}

// target is a handler that runs, with what it is called in the documentation.
type target struct {
	name string
	url  string
	v3   bool
	node bool
}

// targets starts every handler that can run here.
func targets(t *testing.T, trustProxy bool) []target {
	t.Helper()
	var list []target
	for _, v3 := range []bool{false, true} {
		server := httptest.NewServer(app{trustProxy: trustProxy, v3: v3})
		t.Cleanup(server.Close)
		list = append(list, target{map[bool]string{false: "V2 in Go", true: "V3 in Go"}[v3], server.URL, v3, false})
	}
	for _, script := range []string{"plain.js", "express.js"} {
		if at, ok := node(t, script, trustProxy); ok {
			list = append(list, target{script, at, false, true})
		}
	}
	return list
}

// node runs the handler under Node, or says why it cannot.
func node(t *testing.T, script string, trustProxy bool) (at string, ok bool) {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		t.Logf("%s is left out: there is no node on this machine", script)
		return "", false
	}
	cmd := exec.Command(path, "testdata/express/"+script)
	cmd.Env = append(os.Environ(), "PLIVO_AUTH_TOKEN="+accountToken, "TRUST_PROXY="+map[bool]string{true: "1"}[trustProxy])
	var problems bytes.Buffer
	cmd.Stderr = &problems
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		_ = cmd.Wait()
		if strings.Contains(problems.String(), "Cannot find module 'express'") {
			t.Logf("%s is left out: node has no package express; name its folder by NODE_PATH", script)
			return "", false
		}
		t.Fatalf("%s does not start: %v\n%s", script, err, problems.String())
	}
	port, found := strings.CutPrefix(strings.TrimSpace(line), "listening ")
	if !found {
		t.Fatalf("%s says %q", script, line)
	}
	return "http://127.0.0.1:" + port, true
}
