package snippet

import (
	"fmt"
	"net/url"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
)

// Request is a send: the draft as it would be sent, with its callback URL, and the API's address.
type Request struct {
	Draft  plivo.Draft
	APIURL string // scheme and host, as the simulator's; empty for Plivo's own
}

// Snippet is the code of a request in one language.
type Snippet struct {
	Name string // the language or tool: "curl"
	Code string // ends with a newline
}

// plivoAPI is where Plivo's API is.
const plivoAPI = "https://api.plivo.com"

// All gives the code of a request in every language, always in the same order.
func All(r Request) []Snippet {
	return []Snippet{{"curl", curl(r)}, {"Go", golang(r)}, {"Node", node(r)}, {"Python", python(r)}}
}

// elsewhere is the API's address without a slash at its end, where it is not Plivo's own.
func (r Request) elsewhere() (string, bool) {
	base := strings.TrimSuffix(r.APIURL, "/")
	return base, base != "" && base != plivoAPI
}

// param is a named value of the request.
type param struct{ name, value string }

// params are the values of the request under the API's names; those that are empty can be left out.
func (r Request) params() []param {
	d := r.Draft
	ps := []param{{"src", d.From}, {"dst", strings.Join(d.To, "<")}, {"text", d.Text}}
	if d.CallbackURL != "" {
		method := d.Method
		if method == "" {
			method = "POST"
		}
		ps = append(ps, param{"url", d.CallbackURL}, param{"method", method})
	}
	return ps
}

func curl(r Request) string {
	base, other := r.elsewhere()
	if !other {
		base = plivoAPI
	}
	var body strings.Builder
	for i, p := range append(r.params(), param{"type", "sms"}) {
		if i > 0 {
			body.WriteString(",\n")
		}
		fmt.Fprintf(&body, "  \"%s\": %s", p.name, quoteJSON(p.value))
	}
	return "curl -u \"$PLIVO_AUTH_ID:$PLIVO_AUTH_TOKEN\" \\\n" +
		"  -H 'Content-Type: application/json' \\\n" +
		"  " + quoteShellAround(base, "/v1/Account/$PLIVO_AUTH_ID/Message/") + " \\\n" +
		"  -d " + quoteShell("{\n"+body.String()+"\n}") + "\n"
}

// golang writes a program as gofmt would.
func golang(r Request) string {
	var b strings.Builder
	base, other := r.elsewhere()
	b.WriteString("package main\n\nimport (\n\t\"fmt\"\n\t\"log\"\n")
	if other {
		b.WriteString("\t\"net/url\"\n")
	}
	b.WriteString("\t\"os\"\n\n\t\"github.com/plivo/plivo-go/v7\"\n)\n\nfunc main() {\n" +
		"\tclient, err := plivo.NewClient(\n\t\tos.Getenv(\"PLIVO_AUTH_ID\"),\n\t\tos.Getenv(\"PLIVO_AUTH_TOKEN\"),\n\t\t&plivo.ClientOptions{},\n\t)\n" +
		"\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n")
	if u, err := url.Parse(base); other && err == nil {
		fmt.Fprintf(&b, "\tclient.BaseUrl = &url.URL{Scheme: %s, Host: %s}\n", quoteGo(u.Scheme), quoteGo(u.Host))
	}
	b.WriteString("\tsent, err := client.Messages.Create(plivo.MessageCreateParams{\n")
	names := map[string]string{"src": "Src", "dst": "Dst", "text": "Text", "url": "URL", "method": "Method"}
	width := len("Text:")
	if r.Draft.CallbackURL != "" {
		width = len("Method:")
	}
	for _, p := range r.params() {
		fmt.Fprintf(&b, "\t\t%-*s %s,\n", width, names[p.name]+":", quoteGo(p.value))
	}
	b.WriteString("\t})\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n\tfmt.Println(sent.MessageUUID)\n}\n")
	return b.String()
}

func node(r Request) string {
	var b strings.Builder
	b.WriteString("const plivo = require('plivo');\n\n")
	b.WriteString("const client = new plivo.Client(\n  process.env.PLIVO_AUTH_ID,\n  process.env.PLIVO_AUTH_TOKEN,\n")
	if base, other := r.elsewhere(); other {
		b.WriteString("  { url: " + QuoteJS(base+"/v1/Account/") + " + process.env.PLIVO_AUTH_ID },\n")
	}
	b.WriteString(");\n")
	b.WriteString("\nclient.messages.create({\n")
	for _, p := range r.params() {
		fmt.Fprintf(&b, "  %s: %s,\n", p.name, QuoteJS(p.value))
	}
	b.WriteString("}).then(\n  (sent) => console.log(sent.messageUuid),\n" +
		"  (error) => {\n    console.error(error);\n    process.exitCode = 1;\n  },\n);\n")
	return b.String()
}

func python(r Request) string {
	var b strings.Builder
	b.WriteString("import os\n\nimport plivo\n")
	if base, other := r.elsewhere(); other {
		b.WriteString("import plivo.rest.client\n\n" +
			"# The SDK has no option for the address, and resets a client's own.\n" +
			"plivo.rest.client.PLIVO_API_BASE_URI = " + QuotePython(base+"/v1/Account") + "\n")
	}
	b.WriteString("\nclient = plivo.RestClient(\n    os.environ['PLIVO_AUTH_ID'],\n    os.environ['PLIVO_AUTH_TOKEN'],\n)\n" +
		"sent = client.messages.create(\n")
	for _, p := range r.params() {
		fmt.Fprintf(&b, "    %s=%s,\n", p.name, QuotePython(p.value))
	}
	b.WriteString(")\nprint(sent.message_uuid)\n")
	return b.String()
}
