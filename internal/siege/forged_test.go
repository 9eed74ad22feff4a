package siege

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// capture is a callback as it came, in the parts that a forger changes: who wrote it does not know the token.
type capture struct {
	method, target, body string
	headers              []string
}

// captured is the i-th callback, signed in the given schemes alone.
func captured(t *testing.T, i int, schemes ...signature.Scheme) capture {
	t.Helper()
	req, err := callback(outsideURL+"/sms/delivery-report", i)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		t.Fatal(err)
	}
	c := capture{"POST", "/sms/delivery-report", string(body), []string{"Host: siege.example", "Content-Type: application/x-www-form-urlencoded"}}
	for _, s := range schemes {
		c.headers = append(c.headers, s.Header()+": "+req.Header.Get(s.Header()), s.NonceHeader()+": "+req.Header.Get(s.NonceHeader()))
	}
	return c
}

func (c capture) raw() string {
	return fmt.Sprintf("%s %s HTTP/1.1\r\n%s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", c.method, c.target, strings.Join(c.headers, "\r\n"), len(c.body), c.body)
}

// edit changes all headers whose names have a part.
func edit(part string, change func(name, value string) []string) func(*capture) {
	return func(c *capture) {
		var all []string
		for _, line := range c.headers {
			name, value, _ := strings.Cut(line, ": ")
			if strings.HasSuffix(name, part) {
				all = append(all, change(name, value)...)
				continue
			}
			all = append(all, line)
		}
		c.headers = all
	}
}

const junk = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

// forgeries are what is made of a callback that was captured, signed in V3 alone.
var forgeries = map[string]func(*capture){
	"no signature":          edit("-V3", func(_, _ string) []string { return nil }),
	"an empty signature":    edit("-V3", func(n, _ string) []string { return []string{n + ":"} }),
	"a signature of commas": edit("-V3", func(n, _ string) []string { return []string{n + ": ,, ,"} }),
	"junk":                  edit("-V3", func(n, _ string) []string { return []string{n + ": " + junk} }),
	"a list of junk":        edit("-V3", func(n, _ string) []string { return []string{n + ": " + strings.Repeat(junk+",", 500)} }),
	"junk in many headers":  edit("-V3", func(n, _ string) []string { return strings.Split(strings.Repeat(n+": "+junk+"\n", 300)+"X: y", "\n") }),
	"a signature in two":    edit("-V3", func(n, v string) []string { return []string{n + ": " + v[:20], n + ": " + v[20:]} }),
	"a folded signature":    edit("-V3", func(n, v string) []string { return []string{n + ": " + v[:20] + "\r\n " + v[20:]} }),
	"without padding":       edit("-V3", func(n, v string) []string { return []string{n + ": " + strings.TrimRight(v, "=")} }),
	"in lower case":         edit("-V3", func(n, v string) []string { return []string{n + ": " + strings.ToLower(v)} }),
	"a no-break space":      edit("-V3", func(n, v string) []string { return []string{n + ": " + v + "\u00a0"} }),
	"in the slot of V2": edit("-V3", func(_, v string) []string {
		return []string{"X-Plivo-Signature-V2: " + v, "X-Plivo-Signature-V2-Nonce: 1"}
	}),
	"in the slot of V1":         edit("-V3", func(_, v string) []string { return []string{"X-Plivo-Signature: " + v} }),
	"under a name with a space": edit("-V3", func(n, v string) []string { return []string{n + " : " + v} }),
	"under an underscored name": edit("-V3", func(n, v string) []string { return []string{strings.ReplaceAll(n, "-", "_") + ": " + v} }),
	"no nonce":                  edit("-Nonce", func(_, _ string) []string { return nil }),
	"an empty nonce":            edit("-Nonce", func(n, _ string) []string { return []string{n + ":"} }),
	"another nonce":             edit("-Nonce", func(n, v string) []string { return []string{n + ": 1" + v} }),
	"another nonce before it":   edit("-Nonce", func(n, v string) []string { return []string{n + ": 1", n + ": " + v} }),
	"a nonce in fullwidth":      edit("-Nonce", func(n, v string) []string { return []string{n + ": \uff10" + v[1:]} }),
	"a nonce with a space":      edit("-Nonce", func(n, v string) []string { return []string{n + ": " + v + "\u2003"} }),
	"a list of nonces":          edit("-Nonce", func(n, v string) []string { return []string{n + ": " + v + "," + v} }),
	"another status":            func(c *capture) { c.body = strings.Replace(c.body, "delivered", "failed", 1) },
	"a look-alike status":       func(c *capture) { c.body = strings.Replace(c.body, "delivered", "d%D0%B5livered", 1) },
	"a parameter more":          func(c *capture) { c.body += "&Text=x" },
	"a parameter less":          func(c *capture) { c.body = strings.Replace(c.body, "&Units=1", "", 1) },
	"a parameter twice":         func(c *capture) { c.body += "&Status=delivered" },
	"another status at the end": func(c *capture) { c.body += "&Status=failed" },
	"no body":                   func(c *capture) { c.body = "" },
	"all in the query":          func(c *capture) { c.target += "?" + c.body; c.body = "" },
	"a query more":              func(c *capture) { c.target += "?Status=failed" },
	"a GET":                     func(c *capture) { c.method = "GET" },
	"a GET with the query":      func(c *capture) { c.method = "GET"; c.target += "?" + c.body; c.body = "" },
	"a get":                     func(c *capture) { c.method = "get"; c.target += "?" + c.body; c.body = "" },
	"another path":              func(c *capture) { c.target = "/sms/inbound" },
	"a slash more":              func(c *capture) { c.target += "/" },
	"a double slash":            func(c *capture) { c.target = "/" + c.target },
	"a dot segment":             func(c *capture) { c.target = "/x/.." + c.target },
	"an escape in the path":     func(c *capture) { c.target = "/%73ms/delivery-report" },
	"an escaped slash":          func(c *capture) { c.target = "/sms%2fdelivery-report" },
	"an upper-case path":        func(c *capture) { c.target = strings.ToUpper(c.target) },
	"parameters of the path":    func(c *capture) { c.target += ";x=y" },
	"another body's type":       func(c *capture) { c.headers[1] = "Content-Type: text/plain" },
	"a body as JSON":            func(c *capture) { c.headers[1] = "Content-Type: application/json" },
	"an override of the method and another status": func(c *capture) {
		c.headers = append(c.headers, "X-HTTP-Method-Override: GET")
		c.body = strings.Replace(c.body, "delivered", "failed", 1)
	},
	"a URL of the caller's": func(c *capture) {
		c.headers = append(c.headers, "X-Original-URL: /sms/delivery-report", "X-Rewrite-URL: /sms/delivery-report", "X-Forwarded-Prefix: /sms")
		c.target = "/delivery-report"
	},
}

// sameRequest are changes that signatures do not cover, or that change nothing: these verify.
var sameRequest = map[string]func(*capture){
	"nothing":                  func(*capture) {},
	"another host":             func(c *capture) { c.headers[0] = "Host: evil.example" },
	"a host in upper case":     func(c *capture) { c.headers[0] = "Host: SIEGE.EXAMPLE" },
	"a host with a port":       func(c *capture) { c.headers[0] = "Host: siege.example:8443" },
	"a forwarded host":         func(c *capture) { c.headers = append(c.headers, "X-Forwarded-Host: evil.example") },
	"junk before it in a list": edit("-V3", func(n, v string) []string { return []string{n + ": " + junk + ", " + v} }),
	"junk in a header before":  edit("-V3", func(n, v string) []string { return []string{n + ": " + junk, n + ": " + v} }),
	"a folded list":            edit("-V3", func(n, v string) []string { return []string{n + ": " + junk + ",\r\n " + v} }),
	"an absolute target":       func(c *capture) { c.target = "http://evil.example" + c.target },
	"another order": func(c *capture) {
		pairs := strings.Split(c.body, "&")
		c.body = strings.Join(append(pairs[3:], pairs[:3]...), "&")
	},
}

// TestForgedSignatures: of what is made of captured callbacks without the token nothing verifies through HTTP, where
// callbacks that do not verify are refused.
func TestForgedSignatures(t *testing.T) {
	t.Parallel()
	rounds := part(1, 50)
	h := newHouse(t)
	r := h.tunnelled(t, "--on-invalid", "reject")
	callers := r.honestly(t, outsideURL)
	tries, survived, forged, i := 0, 0, 0, 0
	send := func(change func(*capture), schemes ...signature.Scheme) string {
		i++
		c := captured(t, i, schemes...)
		change(&c)
		// One address each: none is at its limit of what does not verify.
		c.headers = append(c.headers, "X-Forwarded-For: 10.7."+fmt.Sprintf("%d.%d", i/250%250, i%250))
		return strings.Join(statuses(halfClosed(t, r, c.raw())), " ")
	}
	refused := func(name, status string) {
		tries++
		if status != "400" && status != "403" {
			forged++
			t.Errorf("%s: answered %s", name, status)
			return
		}
		survived++
	}
	for range rounds {
		for name, change := range forgeries {
			refused(name, send(change, signature.V3))
			refused("Ma-: "+name, send(func(c *capture) { change(c) }, signature.MaV3))
		}
		// A V3 that fails is not made good by a V2 that does not.
		refused("V2 beside a wrong V3", send(edit("-V3", func(n, _ string) []string { return []string{n + ": " + junk} }), signature.V3, signature.V2))
		refused("V2 for another path", send(func(c *capture) { c.target = "/sms/inbound" }, signature.V2))
		for name, key := range map[string]string{"an empty token": "", "dots": "••••", "the auth id": testAuthID} {
			refused("signed with "+name, send(func(c *capture) {
				c.headers = append(c.headers[:2], signedWith(t, key, c)...)
			}, signature.V3))
		}
		for name, change := range sameRequest {
			tries++
			if status := send(change, signature.V3); status != "200" {
				t.Errorf("what is the same request (%s) is answered %s", name, status)
				continue
			}
			survived++
		}
	}
	callers.called(t, 20)
	lost := callers.check(t, h) + forged
	if found, want := len(h.kept(t, "sig:valid")), len(callers.acknowledged)+rounds*len(sameRequest); found != want {
		t.Errorf("%d callbacks verify, want %d", found, want)
		lost += max(0, found-want)
	}
	figures.Tell(t, figures.Attack{What: "forged signatures", Tries: tries, Survived: survived, Lost: lost})
}

// signedWith gives the headers of a callback that is signed with a key that is no token. The program's own way to sign
// refuses an empty one, so that HMAC is made here.
func signedWith(t *testing.T, key string, c *capture) []string {
	t.Helper()
	const nonce = "05429567804466091622"
	form, err := url.ParseQuery(c.body)
	if err != nil {
		t.Fatal(err)
	}
	var params []signature.Param
	for name, values := range form {
		params = append(params, signature.Param{Name: name, Value: values[0]})
	}
	base, err := signature.Base(signature.V3, "POST", outsideURL+c.target, nonce, params)
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(base))
	given := base64.StdEncoding.EncodeToString(mac.Sum(nil))
	return []string{signature.V3.Header() + ": " + given, signature.V3.NonceHeader() + ": " + nonce}
}
