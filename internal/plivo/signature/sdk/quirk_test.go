package sdk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/signature/sdk"
)

// shown is a request for which quirks of some SDKs matter, and one beside it, else the same, for which
// they do not. The nonce is N.
type shown struct {
	sdks   string // all of which sign base and have the line
	scheme signature.Scheme
	method string // POST where it is empty
	url    string
	params string // "a=1&b=2", taken literally
	base   string // or what is raised, behind "!"
	line   string // besides what is raised

	near       string // the URL for which they do not matter; url where it is empty
	nearParams string // its parameters, params where it is empty
	nearMethod string
}

var show = []shown{
	{sdks: "ruby", scheme: "V2", url: "https://h:8443/cb", base: "https://h/cbN", line: "drops :8443", near: "https://h/cb"},
	{sdks: "ruby java dotnet java@servlet", scheme: "V3", url: "https://h:8443/cb", params: "a=1", base: "https://h/cb?a1.N", line: "drops :8443", near: "https://h/cb"},
	{sdks: "ruby dotnet", scheme: "V2", url: "https://h:443/cb", base: "https://h/cbN", line: "drops :443", near: "https://h/cb"},
	{sdks: "dotnet", scheme: "V2", url: "http://h:80/cb", base: "http://h/cbN", line: "drops :80", near: "http://h:443/cb"},
	{sdks: "java dotnet php java@servlet", scheme: "V2", url: "https://h:08443/cb", base: "https://h:8443/cbN", line: "reads as a number the port :08443", near: "https://h:8443/cb"},
	{sdks: "php", scheme: "V3", url: "https://h:08443/cb", params: "a=1", base: "https://h:8443/cb?a1.N", line: "reads as a number the port :08443", near: "https://h:8443/cb"},
	{sdks: "node", scheme: "V2", url: "https://h:/cb", base: "https://h/cbN", line: "drops the :", near: "https://h:1/cb"},
	{sdks: "node", scheme: "V3", url: "https://h:/cb", params: "a=1", base: "https://h/cb?a1.N", line: "drops the :", near: "https://h:1/cb"},

	{sdks: "go", scheme: "V2", url: "https://h/my%20cb", base: "https://h/my cbN", line: "signs the decoded path /my cb", near: "https://h/my+cb?a=%20"},
	{sdks: "go java dotnet java@servlet", scheme: "V3", url: "https://h/my%20cb", params: "a=1", base: "https://h/my cb?a1.N", line: "signs the decoded path /my cb", near: "https://h/mycb"},
	{sdks: "dotnet", scheme: "V3", url: "https://h/my+cb", params: "a=1", base: "https://h/my cb?a1.N", line: "reads + in the path as a space", near: "https://h/my-cb"},
	{sdks: "java java@servlet", scheme: "V3", url: "https://h/my+cb", params: "a=1", base: "https://h/my cb?a1.N", line: "signs the decoded path /my cb", near: "https://h/my-cb"},
	{sdks: "ruby", scheme: "V3", url: "https://h/my+cb", params: "a=1", base: "https://h/my%20cb?a1.N", line: "writes + in the path as %20", near: "https://h/my-cb"},
	{sdks: "ruby", scheme: "V3", url: "https://h/cb?n=a+b+c", params: "a=1", base: "https://h/cb?n=a b+c.a1.N", line: "reads the first + alone as a space", near: "https://h/cb?n=a+b"},

	{sdks: "python python@4.59.0", scheme: "V2", url: "https://h/cb;v=1", base: "https://h/cbN", line: "drops ;v=1", near: "https://h/a;v=1/cb"},
	{sdks: "python python@4.59.0", scheme: "V3", url: "https://h/cb;v=1", params: "a=1", base: "https://h/cb?a1.N", line: "drops ;v=1", near: "https://h/a;v=1/cb"},
	{sdks: "python python@4.59.0", scheme: "V2", url: "https://u:p@h/cb", base: "https://u:p@h/cbN", line: "keeps the user information", near: "https://h/cb"},
	{sdks: "python python@4.59.0", scheme: "V3", url: "https://u:p@h/cb", params: "a=1", base: "https://u:p@h/cb?a1.N", line: "keeps the user information", near: "https://h/cb"},
	{sdks: "node", scheme: "V2", url: "https://h/cb?to=a@b.example", base: "https://b.exampleN", line: "takes an @ further on for the end of user information", near: "https://u@h/cb"},
	{sdks: "node", scheme: "V3", url: "https://h/cb@b", params: "a=1", base: "https://b?a1.N", line: "takes an @ further on for the end of user information", near: "https://u@h/cb"},
	{sdks: "node", scheme: "V2", url: "https://h/cb@", base: "https:/N", line: "takes an @ further on for the end of user information", near: "https://h/cb"},
	{sdks: "node", scheme: "V2", url: "https://[::1]:8443/cb", base: "https://[/:1]:8443N", line: "tears the address [::1] apart", near: "https://127.0.0.1:8443/cb"},
	{sdks: "node", scheme: "V3", url: "https://[::1]/cb", params: "a=1", base: "https://[/:1]?a1.N", line: "tears the address [::1] apart", near: "https://127.0.0.1:8443/cb"},
	{sdks: "ruby", scheme: "V2", url: "https://[::1]:8443/cb", base: "https://[::1]/cbN", line: "drops :8443", near: "https://[::1]/cb"},
	{sdks: "node php", scheme: "V2", url: "HTTPS://h/cb", base: "HTTPS://h/cbN", line: "keeps HTTPS", near: "https://h/cb"},
	{sdks: "node php", scheme: "V3", url: "HTTPS://h/cb", params: "a=1", base: "HTTPS://h/cb?a1.N", line: "keeps HTTPS", near: "https://h/cb"},
	{sdks: "dotnet", scheme: "V2", url: "https://EXAMPLE.com/cb", base: "https://example.com/cbN", line: "lower-cases EXAMPLE.com", near: "https://example.com/cb"},
	{sdks: "dotnet", scheme: "V3", url: "https://EXAMPLE.com/cb", params: "a=1", base: "https://example.com/cb?a1.N", line: "lower-cases EXAMPLE.com", near: "https://example.com/cb"},
	{sdks: "dotnet", scheme: "V2", url: "https://h/a/../b", base: "https://h/bN", line: "resolves the path to /b", near: "https://h/a/..b"},
	{sdks: "dotnet", scheme: "V3", url: "https://h/a/../b", params: "a=1", base: "https://h/b?a1.N", line: "resolves the path to /b", near: "https://h/a/..b"},
	{sdks: "dotnet", scheme: "V2", url: "https://h/a/./b", base: "https://h/a/N", line: "resolves the path to /a/b, looks for the path in the URL in vain", near: "https://h/a/b"},
	{sdks: "dotnet", scheme: "V2", url: "https://h/é", base: "https://h/%C3%AN", line: "encodes the path as /%C3%A9, looks for the path in the URL in vain", near: "https://h/%C3%A9"},
	{sdks: "dotnet", scheme: "V3", url: "https://h", params: "a=1", base: "https://h/?a1.N", line: "adds /", near: "https://h/"},

	{sdks: "node", scheme: "V2", url: "https://bücher.example/cb", base: "https://bÃ¼cher.example/cbN", line: "double-encodes ü", near: "https://xn--bcher-kva.example/cb"},
	{sdks: "php", scheme: "V2", url: "https://bücher.example/cb", base: "https://bÃ¼cher.example/cbN", line: "double-encodes ü", near: "https://xn--bcher-kva.example/cb"},
	{sdks: "node", scheme: "V3", url: "https://bücher.example/cb", params: "a=1", base: "https://bÃ¼cher.example/cb?a1.N", line: "double-encodes ü", near: "https://xn--bcher-kva.example/cb"},
	{sdks: "php", scheme: "V3", url: "https://bücher.example/cb", params: "a=1", base: "https://bÃ\u0083Â¼cher.example/cb?a1.N", line: "double-encodes ü", near: "https://xn--bcher-kva.example/cb"},
	{sdks: "php python@4.59.0", scheme: "V3", url: "https://h/cb", params: "Text=é", base: "https://h/cb?TextÃ©.N", line: "double-encodes é", nearParams: "Text=e"},

	{sdks: "python python@4.59.0", scheme: "V2", url: "https://bücher.example/cb", base: "!UnicodeDecodeError: 'ascii' codec can't decode byte 0xc3 in position 9: ordinal not in range(128)", near: "https://xn--bcher-kva.example/cb"},
	{sdks: "python python@4.59.0", scheme: "V3", url: "https://h/é", base: "!UnicodeDecodeError: 'ascii' codec can't decode byte 0xc3 in position 10: ordinal not in range(128)", near: "https://h/%C3%A9"},
	{sdks: "python python@4.59.0", scheme: "V3", url: "https://h/cb?n=x%F0%9F%98%80%C3%A9y", base: "!UnicodeEncodeError: 'ascii' codec can't encode characters in position 1-2: ordinal not in range(128)", near: "https://h/cb?n=%20x"},
	{sdks: "python python@4.59.0", scheme: "V3", url: "https://h/cb?%F0%9F%98%80=1", base: `!UnicodeEncodeError: 'ascii' codec can't encode character '\U0001f600' in position 0: ordinal not in range(128)`, near: "https://h/cb?n=1"},
	{sdks: "python python@4.59.0", scheme: "V3", url: "https://h/cb?a=1&n=%C4%80", base: `!UnicodeEncodeError: 'ascii' codec can't encode character '\u0100' in position 0: ordinal not in range(128)`, near: "https://h/cb?n=1"},
	{sdks: "python python@4.59.0", scheme: "V3", url: "HTTPS://h/cb", base: "!plivo.exceptions.ValidationError: ['uri should match format … (actual value: HTTPS://h/cb)']", near: "https://h/cb"},
	{sdks: "ruby", scheme: "V2", url: "https://b😀/#{x}\\", base: `!URI::InvalidURIError: URI must be ascii only "https://b\u{1F600}/\#{x}\\"`, near: "https://xn--b-yp2s/"},
	{sdks: "ruby", scheme: "V3", url: "https://bücher.example/cb", base: `!URI::InvalidURIError: URI must be ascii only "https://b\u00FCcher.example/cb"`, near: "https://xn--bcher-kva.example/cb", nearParams: "a=1"},
	{sdks: "ruby", scheme: "V2", url: "https://h/my cb", base: `!URI::InvalidURIError: bad URI(is not URI?): "https://h/my cb"`, near: "https://h/my%20cb"},
	{sdks: "ruby", scheme: "V3", url: "https://h/100%", base: `!URI::InvalidURIError: bad URI(is not URI?): "https://h/100%"`, near: "https://h/100%25", nearParams: "a=1"},
	{sdks: "go", scheme: "V2", url: "https://h/100%", base: `!panic: parse "https://h/100%": invalid URL escape "%"`, near: "https://h/100"},
	{sdks: "go", scheme: "V3", url: "https://h:x/", base: `!panic: parse "https://h:x/": invalid port ":x" after host`, near: "https://h:1/"},
	{sdks: "java java@servlet", scheme: "V2", url: "foo://h/cb", base: "!java.net.MalformedURLException: unknown protocol: foo", near: "http://h/cb"},
	{sdks: "java java@servlet", scheme: "V3", url: "https://h:80a/cb", base: `!java.net.MalformedURLException: Error at index 2 in: "80a"`, near: "https://h/cb", nearParams: "a=1", params: "a=1"},
	{sdks: "java java@servlet", scheme: "V3", url: "https://h/a%zz", params: "a=1", base: `!java.lang.IllegalArgumentException: URLDecoder: Illegal hex characters in escape (%) pattern - Error at index 0 in: "zz"`, line: "signs the decoded path /a%zz", near: "https://h/azz"},
	{sdks: "dotnet", scheme: "V2", url: "https://h:99999/cb", base: "!System.UriFormatException: Invalid URI: Invalid port specified.", near: "https://h:9999/cb"},
	{sdks: "dotnet", scheme: "V3", url: "https://h x/cb", base: "!System.UriFormatException: Invalid URI: The hostname could not be parsed.", near: "https://hx/cb"},
	{sdks: "python php ruby java python@4.59.0 java@servlet", scheme: "V1", url: "https://h/cb", base: "!it has no validator for V1 signatures", line: "has no validator of this scheme"},
	{sdks: "dotnet", scheme: "V1", url: "https://h/cb", base: "!its validator of V1 signatures answers false to every request", line: "answers false to every request"},

	{sdks: "java java@servlet", scheme: "V3", url: "https://h/cb?n=a+", params: "a=1", base: "https://h/cb?n=a.a1.N", line: "trims the space at the end of the URL", near: "https://h/cb?n=+a"},
	{sdks: "php", scheme: "V3", url: "https://h/cb?n=a%20b+%3D%2B", params: "a=1", base: "https://h/cb?n=a%20b+%3D%2B.a1.N", line: "leaves the query encoded", near: "https://h/cb?n=ab"},
	{sdks: "php", scheme: "V3", url: "https://h/cb?n=a=b", params: "a=1", base: "https://h/cb?n=a.a1.N", line: "cuts n=a=b to n=a", near: "https://h/cb?n=ab"},
	{sdks: "php java java@servlet", scheme: "V3", url: "https://h/cb?a=1&&b=2", params: "a=1", base: "https://h/cb?=&a=1&b=2.a1.N", line: "counts the nothing beside an & as a parameter", near: "https://h/cb?a=1&b=2"},
	{sdks: "php", scheme: "V3", url: "https://h/cb?a=1&", params: "a=1", base: "https://h/cb?=&a=1.a1.N", line: "counts the nothing beside an & as a parameter", near: "https://h/cb?a=1"},
	{sdks: "dotnet ruby", scheme: "V3", url: "https://h/cb?flag&n=1", params: "a=1", base: "https://h/cb?n=1.a1.N", line: "omits flag", near: "https://h/cb?flag=&n=1"},
	{sdks: "ruby dotnet", scheme: "V3", url: "https://h/cb?flag", params: "a=1", base: "https://h/cb?.a1.N", near: "https://h/cb?flag="},
	{sdks: "dotnet ruby", scheme: "V3", url: "https://h/cb?n=a%26b%3D", params: "a=1", base: "https://h/cb?b=&n=a.a1.N", line: "decodes the query before splitting it", near: "https://h/cb?n=a%25b"},
	{sdks: "java java@servlet", scheme: "V3", url: "https://h/cb?n=a%26b", params: "a=1", base: "https://h/cb?b=&n=a.a1.N", line: "decodes the query before splitting it", near: "https://h/cb?n=a%25b"},
	{sdks: "go", scheme: "V3", url: "https://h/cb?a=1;b=2&c=%zz&d=4", params: "a=1", base: "https://h/cb?d=4.a1.N", line: "drops a=1;b=2", near: "https://h/cb?d=4"},
	{sdks: "go", scheme: "V3", url: "https://h/cb?a=2&a=1", params: "a=1", base: "https://h/cb?a=2.a1.N", line: "keeps the first a", near: "https://h/cb?a=1"},
	{sdks: "ruby", scheme: "V3", url: "https://h/cb?a=2&a=1", params: "a=1", base: "https://h/cb?a=1.a1.N", line: "keeps the last a", near: "https://h/cb?a=1"},
	{sdks: "dotnet", scheme: "V3", url: "https://h/cb?a=2&a=1", params: "a=1", base: "https://h/cb?a=2.a1.N", line: "keeps one a", near: "https://h/cb?a=1"},
	{sdks: "java java@servlet", scheme: "V3", url: "https://h/cb?a=2&a=1", params: "a=1", base: "!java.lang.IllegalStateException: Duplicate key a (attempted merging values 2 and 1)", near: "https://h/cb?a=1"},
	{sdks: "node", scheme: "V3", url: "https://h/cb?" + strings.Repeat("a=1&", 1000) + "b=2", base: "https://h/cb?" + strings.Repeat("a=1&", 999) + "a=1.N", line: "reads 1,000 parameters of the query", near: "https://h/cb?" + strings.Repeat("a=1&", 999) + "b=2"},
	{sdks: "go", scheme: "V3", url: "https://h/cb?n=a%26", params: "a=1", base: "https://h/cb?n=a.a1.N", line: "strips the & at the end of the query", near: "https://h/cb?n=%26a"},
	{sdks: "dotnet", scheme: "V3", method: "GET", url: "https://h/cb", params: "n=a&&", base: "https://h/cb?n=a.N", line: "strips the & at the end of the query", nearParams: "n=a"},

	{sdks: "node", scheme: "V3", method: "PUT", url: "https://h/cb", params: "a=1", base: "!Error: Please provide authToken", line: "refuses the method PUT", nearMethod: "POST"},
	{sdks: "php", scheme: "V3", method: "post", url: "https://h/cb", params: "a=1", base: `!Plivo\Exceptions\PlivoValidationException: method not allowed for signature validation`, line: "refuses the method post", nearMethod: "POST"},
	{sdks: "go python ruby java dotnet python@4.59.0", scheme: "V3", method: "get", url: "https://h/cb", params: "a=1", base: "https://h/cb?a1.N", line: "takes get for POST", nearMethod: "GET"},
	{sdks: "java@servlet", scheme: "V3", method: "GET", url: "https://h/cb", params: "a=1", base: "https://h/cb?a1.N", line: "takes GET for POST, comparing strings by reference", nearMethod: "POST"},

	{sdks: "go java python java@servlet python@4.59.0", scheme: "V3", url: "https://h/cb", params: "a=2&a=1", base: "https://h/cb?a2.N", line: "has the first alone of a", nearParams: "a=2"},
	{sdks: "go", scheme: "V1", url: "https://h/cb?x", params: "a=2&a=1", base: "https://h/cb?xa2", line: "has the first alone of a", nearParams: "a=2"},
	{sdks: "ruby php", scheme: "V3", url: "https://h/cb", params: "a=2&a=1", base: "https://h/cb?a1.N", line: "has the last alone of a", nearParams: "a=2"},
	{sdks: "dotnet", scheme: "V3", url: "https://h/cb", params: "a=2&a=1", base: "https://h/cb?a2,1.N", line: "joins the values of a", nearParams: "a=2"},
	{sdks: "node", scheme: "V1", url: "https://h/cb", params: "a=2&a=1", base: "https://h/cba2,1", line: "joins the values of a", nearParams: "a=2"},
	{sdks: "node", scheme: "V1", url: "https://h/cb", params: "a=1&a!=2", base: "https://h/cba!2a1", line: "sorts names together with their values", nearParams: "a=1&b=2"},
	{sdks: "go java ruby", scheme: "V3", method: "GET", url: "https://h/cb?a=1&b=2", params: "a=3", base: "https://h/cb?a=3&b=2.N", line: "lets parameters replace those of the URL", nearParams: "c=3"},
	{sdks: "python python@4.59.0", scheme: "V3", method: "GET", url: "https://h/cb?a=1&b=2", params: "a=3", base: "https://h/cb?a=1&b=2.N", line: "lets the URL replace parameters", nearParams: "c=3"},
	{sdks: "node php", scheme: "V3", method: "GET", url: "https://h/cb?a=1", params: "a=1", base: "https://h/cb?a=1&a=1.N", line: "duplicates the parameters of the URL", nearParams: "c=3"},
	{sdks: "dotnet", scheme: "V3", method: "GET", url: "https://h/cb?a=1", params: "a=1", base: "!System.ArgumentException: An item with the same key has already been added. Key: a", nearParams: "c=3"},
	{sdks: "java@servlet", scheme: "V3", method: "POST", url: "https://h/cb?a=1", params: "", base: "https://h/cb?a=1..N", line: "leaves an extra .", nearParams: "a=1"},
	{sdks: "node java dotnet java@servlet", scheme: "V3", url: "https://h/cb", params: "\uff01=1&😀=2", base: "https://h/cb?😀2\uff011.N", line: "sorts 😀 before \uff01", nearParams: "é=1&ü=2"},
	{sdks: "php", scheme: "V3", url: "https://h/cb", params: "Media10=x&Media2=y", base: "https://h/cb?Media2yMedia10x.N", line: "sorts Media2 before Media10", nearParams: "Media1=x&Media2=y"},
	{sdks: "php", scheme: "V3", url: "https://h/cb?a=10&a=9", params: "b=1", base: "https://h/cb?a=9&a=10.b1.N", line: "sorts the value 9 before 10", near: "https://h/cb?a=1&a=2"},
	{sdks: "python@4.59.0", scheme: "V3", url: "https://h/cb", params: "a=\xe9", base: "https://h/cb?aï¿½.N", line: "reads what is not UTF-8 as U+FFFD, double-encodes \xe9", nearParams: "a=e"},
	{sdks: "node python java dotnet java@servlet", scheme: "V3", url: "https://h/cb", params: "a=\xe9\xf0\x9f", base: "https://h/cb?a\ufffd\ufffd.N", line: "reads what is not UTF-8 as U+FFFD", nearParams: "a=é"},

	{sdks: "go ruby", scheme: "V3", url: "https://h/cb?&", params: "a=1", base: "https://h/cb?.a1.N", line: "counts the empty query", near: "https://h/cb?"},
	{sdks: "dotnet", scheme: "V3", url: "https://h/cb?", params: "a=1", base: "https://h/cb?.a1.N", line: "counts the bare ? as a query", near: "https://h/cb"},
	{sdks: "ruby java java@servlet", scheme: "V3", url: "https://h/cb", base: "https://h/cb?.N", line: "adds a bare ?", nearParams: "a=1"},
	{sdks: "ruby", scheme: "V3", url: "https://h/cb?", base: "https://h/cb?.N", line: "adds a bare ?", nearParams: "a=1"},
	{sdks: "java", scheme: "V3", method: "GET", url: "https://h/cb", base: "!java.lang.StringIndexOutOfBoundsException: begin 0, end -1, length 0", nearParams: "a=1"},
	{sdks: "java java@servlet", scheme: "V3", url: "https://h/cb?&", base: "!java.lang.StringIndexOutOfBoundsException: begin 0, end -1, length 0", line: "counts the empty query", near: "https://h/cb?a=1", nearParams: "a=1"},
	{sdks: "go dotnet", scheme: "V3", url: "https://h/cb?a=1", params: "Text=So...", base: "https://h/cb?a=1.TextSo.N", line: "strips the dots at the end", nearParams: "Text=So"},
	{sdks: "ruby", scheme: "V3", url: "https://h/cb?a=1", params: "Text=So...", base: "https://h/cb?a=1.TextSo...N", line: "strips the dot at the end", nearParams: "Text=So"},
	{sdks: "java java@servlet", scheme: "V3", url: "https://h/cb?a=b", base: "https://h/cb?a=b..N", line: "leaves an extra .", nearParams: "a=1"},
}

func pairs(s string) []signature.Param {
	var params []signature.Param
	for s != "" {
		var piece string
		if at := strings.Index(s[1:], "&") + 1; at > 0 && at+1 < len(s) && s[at+1] != '&' {
			piece, s = s[:at], s[at+1:]
		} else {
			piece, s = s, ""
		}
		name, value, _ := strings.Cut(piece, "=")
		params = append(params, signature.Param{Name: name, Value: value})
	}
	return params
}

func TestQuirks(t *testing.T) {
	covered := map[string]bool{}
	for _, s := range show {
		for name := range strings.FieldsSeq(s.sdks) {
			t.Run(fmt.Sprint(name, " ", s.scheme, " ", s.method, " ", s.url, " ", s.params), func(t *testing.T) {
				p, err := sdk.Lookup(name)
				if err != nil {
					t.Fatal(err)
				}
				method := or(s.method, "POST")
				base, err := p.Base(s.scheme, method, s.url, "N", pairs(s.params))
				if err != nil {
					base = "!" + strings.TrimPrefix(err.Error(), name+": ")
				}
				if s.base != "" && base != s.base {
					t.Errorf("the base is\n  %q, want\n  %q", base, s.base)
				}
				line, quirks := p.Explain(s.scheme, method, s.url, "N", pairs(s.params))
				if s.line != "" && line != s.line || line == "" && !strings.HasPrefix(base, "!") {
					t.Errorf("the line is %q, want %q", line, s.line)
				}
				for _, q := range quirks {
					covered[name+" "+string(s.scheme)+" "+q] = true
				}
				if s.near == "" && s.nearParams == "" && s.nearMethod == "" {
					return
				}
				_, near := p.Explain(s.scheme, or(s.nearMethod, method), or(s.near, s.url), "N", pairs(or(s.nearParams, s.params)))
				for _, q := range near {
					if slices.Contains(quirks, q) {
						t.Errorf("%q matters for the request beside it", q)
					}
				}
			})
		}
	}
	for _, p := range sdk.Profiles() {
		for _, q := range p.Quirks() {
			for _, s := range q.Schemes {
				if !covered[p.Name+" "+string(s)+" "+q.Name] {
					t.Errorf("no request shows that %s %s has the quirk %q", p.Name, s, q.Name)
				}
			}
		}
	}
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// TestUsualCallback holds for every quirk at once: none matters for what Plivo sends as a rule.
func TestUsualCallback(t *testing.T) {
	for _, r := range readMatrix(t) {
		if r.ID != "v3p-query-unsorted" {
			continue
		}
		for _, p := range sdk.Profiles() {
			for _, s := range []signature.Scheme{"V2", "Ma-V2", "V3", "Ma-V3"} {
				if line, quirks := p.Explain(s, r.Method, r.URL, r.Nonce, r.params()); len(quirks) > 0 {
					t.Errorf("%s %s: %s", p.Name, s, line)
				}
			}
		}
		return
	}
	t.Fatal("the matrix lacks the row")
}
