package archive

import (
	"fmt"
	"strings"

	"dev.internal/plivoscope/internal/plivo/snippet"
	"dev.internal/plivoscope/internal/webhook"
)

func beginGo(o Options) string {
	return aboutTests("//", o, "Run it with go test -count=1, in a folder of its own, its name ending in _test.go.") + `
package callbacks

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
)

// callback is a request of Plivo's. What V3 signs behind the path stands in covered: it changes with query
// and body.
type callback struct {
	name, method, path, query  string
	contentType, body, covered string
	schemes                    []string
}

var callbacks = []callback{
`
}

func writeGo(c webhook.Callback, _ Options) ([]byte, error) {
	p, err := probeOf(c)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	b.WriteString("\t{\n")
	field := func(name, value string) { fmt.Fprintf(&b, "\t\t%-12s %s,\n", name+":", value) }
	field("name", snippet.QuoteGo(p.name))
	field("method", snippet.QuoteGo(p.method))
	field("path", snippet.QuoteGo(p.path))
	field("query", snippet.QuoteGo(p.query))
	field("contentType", snippet.QuoteGo(p.contentType))
	field("body", snippet.QuoteGo(string(p.body)))
	field("covered", snippet.QuoteGo(p.covered))
	schemes := make([]string, len(p.schemes))
	for i, s := range p.schemes {
		schemes[i] = snippet.QuoteGo(string(s))
	}
	field("schemes", "[]string{"+strings.Join(schemes, ", ")+"}")
	b.WriteString("\t},\n")
	return []byte(b.String()), nil
}

func endGo(Options) string {
	return `}

func TestCallbacks(t *testing.T) {
	token := os.Getenv("PLIVO_AUTH_TOKEN")
	if token == "" {
		t.Fatal("set PLIVO_AUTH_TOKEN to the token that your handler checks with")
	}
	mainToken := os.Getenv("PLIVO_MAIN_AUTH_TOKEN")
	if mainToken == "" {
		mainToken = token
	}
	for _, c := range callbacks {
		t.Run(c.name, func(t *testing.T) {
			if status := send(t, c, token, mainToken); status != http.StatusOK {
				t.Errorf("answered %d, want 200", status)
			}
		})
		t.Run(c.name+"_with_a_wrong_signature", func(t *testing.T) {
			status := send(t, c, "wrong token", "wrong token")
			if status != http.StatusForbidden && status != http.StatusBadRequest {
				t.Errorf("answered %d, want 403 or 400", status)
			}
		})
	}
}

// send signs a callback, sends it and gives the status of the answer.
func send(t *testing.T, c callback, token, mainToken string) int {
	t.Helper()
	asked := os.Getenv("CALLBACK_URL")
	if asked == "" {
		asked = "http://localhost:3000"
	}
	u, err := url.Parse(asked)
	if err != nil || u.Host == "" {
		t.Fatalf("CALLBACK_URL is %q, which is no URL as http://localhost:3000", asked)
	}
	origin, path := u.Scheme+"://"+u.Host, c.path
	if own := u.EscapedPath(); own != "" && own != "/" {
		path = own
	}
	signOrigin := strings.TrimRight(os.Getenv("CALLBACK_SIGN_URL"), "/")
	if signOrigin == "" {
		signOrigin = origin
	}
	r, err := http.NewRequest(c.method, origin+path+c.query, strings.NewReader(c.body))
	if err != nil {
		t.Fatal(err)
	}
	if c.contentType != "" {
		r.Header.Set("Content-Type", c.contentType)
	}
	for _, scheme := range c.schemes {
		nonceHeader := "X-Plivo-Signature-" + scheme[len(scheme)-2:] + "-Nonce"
		if r.Header.Get(nonceHeader) == "" {
			r.Header.Set(nonceHeader, newNonce(t))
		}
		key := token
		if strings.HasPrefix(scheme, "Ma-") {
			key = mainToken
		}
		r.Header.Set("X-Plivo-Signature-"+scheme, sign(key, scheme, c, signOrigin+path, r.Header.Get(nonceHeader)))
	}
	client := &http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

// sign is Plivo's signature: of the URL without its query, for V3 with all parameters, and of the nonce.
func sign(token, scheme string, c callback, signed, nonce string) string {
	mac := hmac.New(sha256.New, []byte(token))
	mac.Write([]byte(signed))
	if strings.HasSuffix(scheme, "V3") {
		mac.Write([]byte(c.covered + "."))
	}
	mac.Write([]byte(nonce))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func newNonce(t *testing.T) string {
	n, err := rand.Int(rand.Reader, big.NewInt(1e18))
	if err != nil {
		t.Fatal(err)
	}
	return n.String()
}
`
}
