package archive

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/plivo/snippet"
	"dev.internal/plivoscope/internal/webhook"
)

func beginJest(o Options) string {
	return aboutTests("//", o, "Run it with npx jest FILE, its name ending in .test.js, or with node --test FILE (Node 18 or later).") + `
const assert = require('node:assert');
const crypto = require('node:crypto');

const test = globalThis.test ?? require('node:test').test;

const asked = /^(https?:\/\/[^/?#]+)(\/[^?#]*)?/.exec(process.env.CALLBACK_URL || 'http://localhost:3000');
assert.ok(asked, 'CALLBACK_URL is no URL as http://localhost:3000');
const [, origin, path = '/'] = asked;
const signOrigin = (process.env.CALLBACK_SIGN_URL || origin).replace(/\/+$/, '');

// sign is Plivo's signature: of the URL without its query, for V3 with all parameters, and of the nonce.
function sign(token, scheme, callback, callbackPath, nonce) {
  const hmac = crypto.createHmac('sha256', token).update(signOrigin + callbackPath);
  if (scheme.endsWith('V3')) {
    hmac.update(callback.covered).update('.');
  }
  return hmac.update(nonce).digest('base64');
}

// send signs a callback, sends it and gives the status of the answer.
async function send(callback, token, mainToken) {
  const callbackPath = path === '/' ? callback.path : path;
  const headers = {};
  if (callback.contentType) {
    headers['Content-Type'] = callback.contentType;
  }
  for (const scheme of callback.schemes) {
    const nonce = String(crypto.randomInt(1e14, 2e14));
    const nonceHeader = 'X-Plivo-Signature-' + scheme.slice(-2) + '-Nonce';
    headers[nonceHeader] ??= nonce;
    headers['X-Plivo-Signature-' + scheme] =
      sign(scheme.startsWith('Ma-') ? mainToken : token, scheme, callback, callbackPath, headers[nonceHeader]);
  }
  const answer = await fetch(origin + callbackPath + callback.query, {
    method: callback.method,
    headers,
    body: callback.body,
    redirect: 'manual',
  });
  await answer.arrayBuffer();
  return answer.status;
}

function check(name, callback) {
  test(name + ' is accepted', async () => {
    const token = process.env.PLIVO_AUTH_TOKEN;
    assert.ok(token, 'set PLIVO_AUTH_TOKEN to the token that your handler checks with');
    assert.strictEqual(await send(callback, token, process.env.PLIVO_MAIN_AUTH_TOKEN || token), 200);
  });
  test(name + ' with a wrong signature is refused', async () => {
    const status = await send(callback, 'wrong token', 'wrong token');
    assert.ok(status === 403 || status === 400, 'answered ' + status + ', not 403 or 400');
  });
}
`
}

func writeJest(c webhook.Callback, _ Options) ([]byte, error) {
	p, err := probeOf(c)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\ncheck('%s', {\n  method: %s,\n  path: %s,\n  query: %s,\n", p.name, snippet.QuoteJS(p.method), snippet.QuoteJS(p.path), snippet.QuoteJS(p.query))
	if p.contentType != "" {
		fmt.Fprintf(&b, "  contentType: %s,\n", snippet.QuoteJS(strings.ToValidUTF8(p.contentType, "\ufffd")))
	}
	if len(p.body) > 0 {
		fmt.Fprintf(&b, "  body: %s,\n", bytesJS(string(p.body)))
	}
	var schemes []string
	for _, s := range p.schemes {
		schemes = append(schemes, "'"+string(s)+"'")
	}
	fmt.Fprintf(&b, "  // What V3 signs behind the path: it changes with query and body.\n  covered: %s,\n  schemes: [%s],\n});\n", bytesJS(p.covered), strings.Join(schemes, ", "))
	return []byte(b.String()), nil
}

// bytesJS writes a text, or a buffer where it is none.
func bytesJS(s string) string {
	if utf8.ValidString(s) {
		return snippet.QuoteJS(s)
	}
	return "Buffer.from('" + base64.StdEncoding.EncodeToString([]byte(s)) + "', 'base64')"
}
