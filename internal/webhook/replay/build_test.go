package replay_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

var update = flag.Bool("update", false, "write the golden requests and the generated part of docs/replay.md")

// fixedNonces gives the same nonces to each request.
func fixedNonces() func() string {
	next := []string{"11111111111111111111", "22222222222222222222"}
	return func() string {
		n := next[0]
		next = append(next[1:], n)
		return n
	}
}

func options(edit func(*replay.Options)) replay.Options {
	o := replay.Options{To: "http://localhost:3000", Keys: keys, Nonce: fixedNonces()}
	if edit != nil {
		edit(&o)
	}
	return o
}

func build(t testing.TB, cb webhook.Callback, edit func(*replay.Options)) replay.Request {
	t.Helper()
	r, err := replay.Build(cb, options(edit))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func wire(t testing.TB, r replay.Request) []byte {
	t.Helper()
	b, err := r.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var manyX = regexp.MustCompile("x{200,}")

// TestGoldenBytes holds the bytes of each mode and fault, with what is told of them.
func TestGoldenBytes(t *testing.T) {
	modes := map[string]func(*replay.Options){
		"re-signed":   nil,
		"as-captured": func(o *replay.Options) { o.Mode = webhook.AsCaptured },
		"sign-url":    func(o *replay.Options) { o.SignURL = "https://app.example.com:8443"; o.Guard = "f00d" },
		"edited": func(o *replay.Options) {
			o.To = "http://localhost:3000/hooks?env=dev"
			o.Edits = replay.Edits{
				Params: []replay.Edit{{Name: "Status", Value: "failed"}, {Name: "ErrorCode", Remove: true}, {Name: "New", Value: "a b"}},
				Header: []replay.Edit{{Name: "user-agent", Value: "mine"}, {Name: "Accept", Remove: true}},
			}
		},
		"as-get": func(o *replay.Options) { o.Edits.Method = "GET" },
	}
	for _, f := range replay.Faults() {
		modes["fault-"+f.Name] = func(o *replay.Options) { o.Mode, o.Fault = webhook.Faulty, f.Name }
	}
	for name, edit := range modes {
		t.Run(name, func(t *testing.T) {
			r := build(t, capturedReport(t), edit)
			sent := manyX.ReplaceAllFunc(wire(t, r), func(x []byte) []byte { return []byte("<" + strconv.Itoa(len(x)) + " x>") })
			told, err := json.MarshalIndent(struct {
				SignedURL  string
				Signed     []signature.Scheme
				Unverified bool
				Changes    []replay.Change
			}{r.SignedURL, r.Signed, r.Unverified, r.Changes}, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			told = bytes.ReplaceAll(told, []byte(`\u0026`), []byte("&"))
			golden(t, name, append(append(sent, "\r\n----\n"...), append(told, '\n')...))
		})
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name+".http")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s is not what it was (-was +is):\n%s", path, diff)
	}
}

// TestWhichFamilies are signed.
func TestWhichFamilies(t *testing.T) {
	for _, c := range []struct {
		name string
		came []signature.Scheme
		ask  []signature.Scheme
		want []signature.Scheme
	}{
		{"those it came with", []signature.Scheme{signature.V2}, nil, []signature.Scheme{signature.V2}},
		{"V1 too", []signature.Scheme{signature.V1, signature.MaV3}, nil, []signature.Scheme{signature.MaV3, signature.V1}},
		{"all four where it came with none", nil, nil, all4},
		{"those asked for", all4, []signature.Scheme{signature.V1, signature.V2, signature.V2}, []signature.Scheme{signature.V2, signature.V1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			cb := captured(t, "POST", publicURL, "application/x-www-form-urlencoded", form(report), c.came...)
			r := build(t, cb, func(o *replay.Options) { o.Families = c.ask })
			if diff := cmp.Diff(c.want, r.Signed); diff != "" {
				t.Error(diff)
			}
			v := signature.Verify(signature.Request{Method: r.Method, URL: r.SignedURL, Header: r.Header, Params: report}, []signature.Token{keys.Account, keys.Main})
			if len(v.Checks) != len(c.want) {
				t.Errorf("%d signature headers go, want %d", len(v.Checks), len(c.want))
			}
			for _, check := range v.Checks {
				want := "account"
				if check.Scheme == signature.MaV2 || check.Scheme == signature.MaV3 {
					want = "main account"
				}
				if check.Token != want {
					t.Errorf("%s is signed with %q, want %q", check.Scheme, check.Token, want)
				}
			}
		})
	}
}

// TestMainTokenFallsBack signs the Ma- headers with the account's token where there is no other.
func TestMainTokenFallsBack(t *testing.T) {
	r := build(t, capturedReport(t), func(o *replay.Options) { o.Keys = replay.Keys{Account: keys.Account} })
	v := signature.Verify(signature.Request{Method: r.Method, URL: r.SignedURL, Header: r.Header, Params: report}, []signature.Token{keys.Account})
	for _, c := range v.Checks {
		if c.Token != "account" {
			t.Errorf("%s matches %q", c.Scheme, c.Token)
		}
	}
}

// TestWhereItGoes is about the paths and queries of callback, target and the URL to sign for.
func TestWhereItGoes(t *testing.T) {
	for _, c := range []struct {
		came, to, sign, path string
		url, signed          string
	}{
		{"https://h/p", "http://localhost:3000", "", "", "http://localhost:3000/p", "http://localhost:3000/p"},
		{"https://h/p?a=1", "http://localhost:3000/", "", "", "http://localhost:3000/p?a=1", "http://localhost:3000/p?a=1"},
		{"https://h/p?a=1", "http://localhost:3000?b=2", "", "", "http://localhost:3000/p?b=2&a=1", "http://localhost:3000/p?b=2&a=1"},
		{"https://h/p?a=1", "http://localhost:3000/q", "", "", "http://localhost:3000/q?a=1", "http://localhost:3000/q?a=1"},
		{"https://h/p?a=1", "http://localhost:3000/q?b=2", "", "", "http://localhost:3000/q?b=2&a=1", "http://localhost:3000/q?b=2&a=1"},
		{"https://h", "http://localhost:3000", "", "", "http://localhost:3000/", "http://localhost:3000/"},
		{"https://h?a=1", "http://localhost:3000", "", "", "http://localhost:3000/?a=1", "http://localhost:3000/?a=1"},
		{"https://h/p?", "http://localhost:3000", "", "", "http://localhost:3000/p?", "http://localhost:3000/p?"},
		{"https://h/p#f", ":3000", "", "", "http://localhost:3000/p", "http://localhost:3000/p"},
		{"https://h/p", "localhost:3000", "https://app.example", "", "http://localhost:3000/p", "https://app.example/p"},
		{"https://h/p?a=1", "http://localhost:3000/q?b=2", "https://app.example", "", "http://localhost:3000/q?b=2&a=1", "https://app.example/q?b=2&a=1"},
		{"https://h/p?a=1", "http://localhost:3000/q?b=2", "https://app.example/r", "", "http://localhost:3000/q?b=2&a=1", "https://app.example/r?b=2&a=1"},
		{"https://h/p?a=1", "http://localhost:3000/q?b=2", "https://app.example/r?c=3", "", "http://localhost:3000/q?b=2&a=1", "https://app.example/r?c=3&a=1"},
		{"https://h/p?a=1", "http://localhost:3000/q?b=2", "", "/z?y=1", "http://localhost:3000/z?y=1", "http://localhost:3000/z?y=1"},
		{"https://h/a%zz\"/é//b", "http://[::1]:3000", "", "", "http://[::1]:3000/a%zz\"/é//b", "http://[::1]:3000/a%zz\"/é//b"},
		{"https://h//p", "HTTP://Localhost:80", "", "", "http://Localhost:80//p", "http://Localhost:80//p"},
	} {
		cb := captured(t, "POST", c.came, "", "", signature.V2)
		r, err := replay.Build(cb, replay.Options{To: c.to, SignURL: c.sign, Keys: keys, Edits: replay.Edits{Path: c.path}})
		if err != nil || r.URL != c.url || r.SignedURL != c.signed {
			t.Errorf("%+v\ngives %s signed for %s, %v", c, r.URL, r.SignedURL, err)
			continue
		}
		line, _, _ := strings.Cut(string(wire(t, r)), "\r\n")
		if want := "POST /" + strings.SplitN(c.url, "/", 4)[3] + " HTTP/1.1"; line != want {
			t.Errorf("%s goes as %q, want %q", c.url, line, want)
		}
	}
}

// TestAsCapturedKeepsEverything holds that nothing but connection and forwarding headers differ.
func TestAsCapturedKeepsEverything(t *testing.T) {
	body := "Text=%ff%00\xfe\x00&a"
	cb := captured(t, "POST", "https://abc.example.com:8443/p?x=1", "application/x-www-form-urlencoded", body, all4...)
	cb.Header["X-Many"] = []string{"one", "two"}
	r := build(t, cb, func(o *replay.Options) { o.Mode, o.To = webhook.AsCaptured, "http://127.0.0.1:3000" })
	if string(r.Body) != body || r.Unverified || r.Host != "abc.example.com:8443" || r.SignedURL != "" {
		t.Errorf("it goes as %+v", r)
	}
	want := cb.Header.Clone()
	for _, name := range []string{"Connection", "X-Hop", "Keep-Alive", "Content-Length"} {
		want.Del(name)
	}
	want.Set("X-Forwarded-Host", "abc.example.com:8443")
	want.Set("X-Forwarded-Port", "8443")
	if diff := cmp.Diff(map[string][]string(want), r.Header); diff != "" {
		t.Error(diff)
	}
}

// TestAsCapturedElsewhere is marked as what cannot verify.
func TestAsCapturedElsewhere(t *testing.T) {
	for name, c := range map[string]struct {
		edit       func(*replay.Options)
		unverified bool
	}{
		"the same path":         {func(o *replay.Options) { o.To = "localhost:3000/sms/delivery-report" }, false},
		"another path":          {func(o *replay.Options) { o.To = "localhost:3000/hooks" }, true},
		"another query":         {func(o *replay.Options) { o.To = "localhost:3000?env=dev" }, true},
		"a parameter":           {func(o *replay.Options) { o.Edits.Params = []replay.Edit{{Name: "To", Value: "1"}} }, true},
		"a method of that kind": {func(o *replay.Options) { o.Edits.Method = "PUT" }, false},
		"a header":              {func(o *replay.Options) { o.Edits.Header = []replay.Edit{{Name: "X-Mine", Value: "1"}} }, false},
		"the Host header":       {func(o *replay.Options) { o.Edits.Header = []replay.Edit{{Name: "Host", Value: "h"}} }, true},
		"a nonce": {func(o *replay.Options) {
			o.Edits.Header = []replay.Edit{{Name: signature.V3.NonceHeader(), Value: "1"}}
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			r := build(t, capturedReport(t), func(o *replay.Options) { o.Mode = webhook.AsCaptured; c.edit(o) })
			if r.Unverified != c.unverified {
				t.Errorf("unverified is %t", r.Unverified)
			}
		})
	}
	root := captured(t, "POST", "https://h", "", "", signature.V2)
	if r := build(t, root, func(o *replay.Options) { o.Mode = webhook.AsCaptured }); r.Unverified {
		t.Error("a URL without a path is another one as asked")
	}
}

// TestTruncated goes re-signed with a word about it, and not as captured.
func TestTruncated(t *testing.T) {
	cb := capturedReport(t)
	cb.Truncated = true
	r := build(t, cb, nil)
	if !strings.Contains(changed(r, "body").Before, "more than") {
		t.Errorf("nothing is said about it: %v", r.Changes)
	}
	_, err := replay.Build(cb, replay.Options{To: ":3000", Mode: webhook.AsCaptured})
	if err == nil || !strings.Contains(err.Error(), "callback 17") || !strings.Contains(err.Error(), "re-signed") {
		t.Errorf("as captured: %v", err)
	}
}

func changed(r replay.Request, what string) replay.Change {
	for _, c := range r.Changes {
		if c.What == what {
			return c
		}
	}
	return replay.Change{}
}
