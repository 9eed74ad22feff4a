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

// param is a named value of the request: a string, a number, a truth, strings, or an object.
type param struct {
	name  string
	value any
}

// object is a JSON object as it was written.
type object string

// params are the values of the request under the API's names; those that are empty can be left out.
func (r Request) params() []param {
	d := r.Draft
	var ps []param
	if d.From != "" || d.Powerpack == "" {
		ps = append(ps, param{"src", d.From})
	}
	ps = append(ps, param{"dst", strings.Join(d.To, "<")})
	if d.Text != "" || d.Options.Zero() {
		ps = append(ps, param{"text", d.Text})
	}
	if d.CallbackURL != "" {
		method := d.Method
		if method == "" {
			method = "POST"
		}
		ps = append(ps, param{"url", d.CallbackURL}, param{"method", method})
	}
	return append(ps, options(d.Options)...)
}

func curl(r Request) string {
	base, other := r.elsewhere()
	if !other {
		base = plivoAPI
	}
	var body strings.Builder
	ps := r.params()
	if r.Draft.Type == "" {
		ps = append(ps, param{"type", plivo.SMS})
	}
	for i, p := range ps {
		if i > 0 {
			body.WriteString(",\n")
		}
		fmt.Fprintf(&body, "  \"%s\": %s", p.name, jsonLiteral.of(p.value))
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
	objects := r.objects()
	b.WriteString("package main\n\nimport (\n")
	if len(objects) > 0 {
		b.WriteString("\t\"encoding/json\"\n")
	}
	b.WriteString("\t\"fmt\"\n\t\"log\"\n")
	if other {
		b.WriteString("\t\"net/url\"\n")
	}
	b.WriteString("\t\"os\"\n\n\t\"github.com/plivo/plivo-go/v7\"\n)\n\nfunc main() {\n" +
		"\tclient, err := plivo.NewClient(\n\t\tos.Getenv(\"PLIVO_AUTH_ID\"),\n\t\tos.Getenv(\"PLIVO_AUTH_TOKEN\"),\n\t\t&plivo.ClientOptions{},\n\t)\n" +
		"\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n")
	if u, err := url.Parse(base); other && err == nil {
		fmt.Fprintf(&b, "\tclient.BaseUrl = &url.URL{Scheme: %s, Host: %s}\n", QuoteGo(u.Scheme), QuoteGo(u.Host))
	}
	for _, p := range objects {
		fmt.Fprintf(&b, "\tvar %s plivo.%s\n\tif err := json.Unmarshal([]byte(%s), &%s); err != nil {\n\t\tlog.Fatal(err)\n\t}\n",
			p.name, goNames[p.name], QuoteGo(string(p.value.(object))), p.name)
	}
	b.WriteString("\tsent, err := client.Messages.Create(plivo.MessageCreateParams{\n")
	ps := r.params()
	width := 0
	for _, p := range ps {
		width = max(width, len(goNames[p.name])+1)
	}
	for _, p := range ps {
		value := goLiteral.of(p.value)
		if _, ok := p.value.(object); ok {
			value = "&" + p.name
		}
		fmt.Fprintf(&b, "\t\t%-*s %s,\n", width, goNames[p.name]+":", value)
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
	if r.Draft.Options.Zero() {
		b.WriteString("\nclient.messages.create({\n")
		for _, p := range r.params() {
			fmt.Fprintf(&b, "  %s: %s,\n", p.name, jsLiteral.of(p.value))
		}
		b.WriteString("}).then(\n")
	} else {
		nodeCall(&b, r)
	}
	b.WriteString("  (sent) => console.log(sent.messageUuid),\n" +
		"  (error) => {\n    console.error(error);\n    process.exitCode = 1;\n  },\n);\n")
	return b.String()
}

// nodeCall calls with an argument for each of the first parameters: with a single object the SDK leaves out what
// it does not know.
func nodeCall(b *strings.Builder, r Request) {
	d := r.Draft
	first := map[string]string{"src": "undefined", "dst": "''", "text": "undefined"}
	var rest []param
	for _, p := range r.params() {
		if _, ok := first[p.name]; ok {
			first[p.name] = jsLiteral.of(p.value)
		} else if p.name != "powerpack_uuid" {
			rest = append(rest, p)
		}
	}
	fmt.Fprintf(b, "\nclient.messages.create(\n  %s,\n  %s,\n  %s,\n  {\n", first["src"], first["dst"], first["text"])
	for _, p := range rest {
		fmt.Fprintf(b, "    %s: %s,\n", p.name, jsLiteral.of(p.value))
	}
	b.WriteString("  },\n")
	if d.Powerpack != "" {
		fmt.Fprintf(b, "  %s,\n", QuoteJS(d.Powerpack))
	}
	b.WriteString(").then(\n")
}

func python(r Request) string {
	var b strings.Builder
	b.WriteString("import os\n\nimport plivo\n")
	if base, other := r.elsewhere(); other {
		b.WriteString("import plivo.rest.client\n\n" +
			"# The SDK has no option for the address, and resets a client's own.\n" +
			"plivo.rest.client.PLIVO_API_BASE_URI = " + QuotePython(base+"/v1/Account") + "\n")
	}
	b.WriteString("\nclient = plivo.RestClient(\n    os.environ['PLIVO_AUTH_ID'],\n    os.environ['PLIVO_AUTH_TOKEN'],\n)\n")
	if len(r.objects()) > 0 { // for which messages.create wants classes that not every version has
		b.WriteString("sent = client.request('POST', ('Message',), {\n")
		for _, p := range r.params() {
			fmt.Fprintf(&b, "    %s: %s,\n", QuotePython(p.name), pythonLiteral.of(p.value))
		}
		b.WriteString("})\nprint(sent.message_uuid)\n")
		return b.String()
	}
	b.WriteString("sent = client.messages.create(\n")
	for _, p := range r.params() {
		name, value := p.name, pythonLiteral.of(p.value)
		switch {
		case name == "type":
			name = "type_"
		case name == "log" && (p.value == "true" || p.value == "false"): // which has to be a truth in some versions
			value = pythonLiteral.of(p.value == "true")
		}
		fmt.Fprintf(&b, "    %s=%s,\n", name, value)
	}
	b.WriteString(")\nprint(sent.message_uuid)\n")
	return b.String()
}
