package archive

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/plivo/snippet"
	"dev.internal/plivoscope/internal/webhook"
)

func beginPytest(o Options) string {
	return aboutTests("#", o, "Run it with pytest FILE, its name beginning with test_, or with python3 FILE.") + `
import base64
import hashlib
import hmac
import os
import re
import secrets
import sys
import urllib.error
import urllib.request

asked = re.match(r"(https?://[^/?#]+)(/[^?#]*)?", os.environ.get("CALLBACK_URL") or "http://localhost:3000")
assert asked, "CALLBACK_URL is no URL as http://localhost:3000"
ORIGIN, PATH = asked.group(1), asked.group(2) or "/"
SIGN_ORIGIN = (os.environ.get("CALLBACK_SIGN_URL") or ORIGIN).rstrip("/")


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


OPENER = urllib.request.build_opener(NoRedirect, urllib.request.ProxyHandler({}))


def sign(token, scheme, callback, path, nonce):
    """Plivo's signature: of the URL without its query, for V3 with all parameters, and of the nonce."""
    base = (SIGN_ORIGIN + path).encode()
    if scheme.endswith("V3"):
        base += callback["covered"] + b"."
    mac = hmac.new(token.encode(), base + nonce.encode(), hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()


def send(callback, token, main_token):
    """Signs a callback, sends it and gives the status of the answer."""
    path = callback["path"] if PATH == "/" else PATH
    headers = {"Content-Type": callback["content_type"]} if callback["content_type"] else {}
    for scheme in callback["schemes"]:
        nonce_header = "X-Plivo-Signature-" + scheme[-2:] + "-Nonce"
        nonce = headers.setdefault(nonce_header, str(10**19 + secrets.randbelow(10**19)))
        key = main_token if scheme.startswith("Ma-") else token
        headers["X-Plivo-Signature-" + scheme] = sign(key, scheme, callback, path, nonce)
    request = urllib.request.Request(
        ORIGIN + path + callback["query"],
        data=callback["body"] or None,
        headers=headers,
        method=callback["method"],
    )
    try:
        with OPENER.open(request, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as refusal:
        return refusal.code


def is_accepted(callback):
    token = os.environ.get("PLIVO_AUTH_TOKEN")
    assert token, "set PLIVO_AUTH_TOKEN to the token that your handler checks with"
    status = send(callback, token, os.environ.get("PLIVO_MAIN_AUTH_TOKEN") or token)
    assert status == 200, f"answered {status}, not 200"


def is_refused_with_a_wrong_signature(callback):
    status = send(callback, "wrong token", "wrong token")
    assert status in (403, 400), f"answered {status}, not 403 or 400"
`
}

func writePytest(c webhook.Callback, _ Options) ([]byte, error) {
	p, err := probeOf(c)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	constant := strings.ToUpper(p.name)
	fmt.Fprintf(&b, "\n\n%s = {\n    'method': %s,\n    'path': %s,\n    'query': %s,\n    'content_type': %s,\n    'body': %s,\n",
		constant, snippet.QuotePython(p.method), snippet.QuotePython(p.path), snippet.QuotePython(p.query),
		snippet.QuotePython(strings.ToValidUTF8(p.contentType, "\ufffd")), bytesPython(string(p.body)))
	fmt.Fprintf(&b, "    # What V3 signs behind the path: it changes with query and body.\n    'covered': %s,\n", bytesPython(p.covered))
	var schemes []string
	for _, s := range p.schemes {
		schemes = append(schemes, "'"+string(s)+"'")
	}
	fmt.Fprintf(&b, "    'schemes': [%s],\n}\n", strings.Join(schemes, ", "))
	fmt.Fprintf(&b, "\n\ndef test_%s_is_accepted():\n    is_accepted(%s)\n", p.name, constant)
	fmt.Fprintf(&b, "\n\ndef test_%s_with_a_wrong_signature_is_refused():\n    is_refused_with_a_wrong_signature(%s)\n", p.name, constant)
	return []byte(b.String()), nil
}

func endPytest(Options) string {
	return `

if __name__ == "__main__":
    failed = 0
    for name, test in [(n, t) for n, t in globals().items() if n.startswith("test_")]:
        try:
            test()
            print("ok  ", name)
        except (AssertionError, OSError) as error:
            failed += 1
            print("FAIL", name + ":", error)
    sys.exit(1 if failed else 0)
`
}

// bytesPython writes bytes: as a text, or by their numbers where they are none.
func bytesPython(s string) string {
	if utf8.ValidString(s) {
		return snippet.QuotePython(s) + ".encode()"
	}
	var b strings.Builder
	b.WriteString("b'")
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'' || c == '\\':
			b.WriteString(`\` + string(rune(c)))
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String() + "'"
}
