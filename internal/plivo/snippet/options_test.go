package snippet_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/snippet"
)

const (
	pack    = "3f2b0c1e-5b40-4a28-bfc7-9d06726c558b"
	mediaID = "5b40a428-bfc7-4daf-9d06-726c558bf3b8"
)

// optioned are sends with every option, and what of them goes out.
func optioned(api string) map[string]struct {
	request snippet.Request
	want    map[string]any
} {
	mms := request("", api)
	mms.Draft.From, mms.Draft.To = "", []string{"+14155550123"}
	mms.Draft.Options = plivo.Options{
		Type: plivo.MMS, Powerpack: pack, Media: []string{"https://example.org/a'b.png", "https://example.org/c.png", mediaID}, Expiry: 60,
		Log: "false", Trackable: true, DLTEntityID: "11", DLTTemplateID: "12", DLTTemplateCategory: "promotional",
	}
	template := request("", api)
	template.Draft.To = []string{"+14155550123"}
	template.Draft.Options = plivo.Options{
		Type:     plivo.WhatsApp,
		Template: `{"name":"it's \"so\"","language":"en","components":[{"type":"body","parameters":[{"type":"currency","currency":{"fallback_value":"$1","currency_code":"USD","amount_1000":1000}}]}]}`,
	}
	return map[string]struct {
		request snippet.Request
		want    map[string]any
	}{
		"MMS": {mms, map[string]any{
			"type": "mms", "powerpack_uuid": pack, "media_urls": []any{"https://example.org/a'b.png", "https://example.org/c.png"}, "media_ids": []any{mediaID},
			"message_expiry": 60., "trackable": true, "dlt_entity_id": "11", "dlt_template_id": "12", "dlt_template_category": "promotional",
			"dst": "+14155550123",
		}},
		"template": {template, map[string]any{
			"type": "whatsapp", "src": "+14155550100", "dst": "+14155550123", "template": map[string]any{
				"name": `it's "so"`, "language": "en", "components": []any{map[string]any{"type": "body", "parameters": []any{
					map[string]any{"type": "currency", "currency": map[string]any{"fallback_value": "$1", "currency_code": "USD", "amount_1000": 1000.}},
				}}},
			},
		}},
	}
}

// holds compares the values that are expected.
func holds(t *testing.T, got, want map[string]any) {
	t.Helper()
	for name, v := range want {
		if diff := cmp.Diff(v, got[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestCurlSendsOptions(t *testing.T) {
	bash := tool(t, "bash")
	tool(t, "curl")
	b := newBench(t)
	for name, c := range optioned(b.url) {
		t.Run(name, func(t *testing.T) {
			if out := b.run(t, bash, "-c", code(t, "curl", c.request)); !strings.Contains(out, "message_uuid") {
				t.Errorf("answered with %s", out)
			}
			holds(t, b.bodies[len(b.bodies)-1], c.want)
		})
	}
}

func TestGoSendsOptions(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	b := newBench(t)
	for name, c := range optioned(b.url) {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "main.go")
			write(t, file, code(t, "Go", c.request))
			if out := b.run(t, tool(t, "gofmt"), "-l", file); out != "" {
				t.Errorf("it is not formatted:\n%s", code(t, "Go", c.request))
			}
			b.run(t, tool(t, "go"), "run", file)
			holds(t, b.bodies[len(b.bodies)-1], c.want)
		})
	}
}

const (
	nodeOptionsStub = `exports.Client = function () {
  this.messages = { create: (src, dst, text, params, powerpack_uuid) => Promise.resolve({ messageUuid: JSON.stringify({ src, dst, text, ...params, powerpack_uuid, n: 0 }) }) };
};`
	pythonOptionsStub = `import json
class Sent:
    pass
class RestClient:
    def __init__(self, id, token):
        self.messages = self
    def create(self, type_, **p):
        return self.request('POST', ('Message',), dict(p, type=type_))
    def request(self, method, path, data):
        assert (method, path) == ('POST', ('Message',))
        sent = Sent()
        sent.message_uuid = json.dumps(data)
        return sent
`
)

func TestNodeAndPythonCallWithOptions(t *testing.T) {
	for language, stub := range map[string][3]string{
		"Node":   {"node", "node_modules/plivo/index.js", nodeOptionsStub},
		"Python": {"python3", "plivo/__init__.py", pythonOptionsStub},
	} {
		program := tool(t, stub[0])
		for name, c := range optioned("") {
			t.Run(language+" "+name, func(t *testing.T) {
				dir := t.TempDir()
				write(t, filepath.Join(dir, filepath.FromSlash(stub[1])), stub[2])
				file := filepath.Join(dir, map[string]string{"Node": "main.js", "Python": "main.py"}[language])
				write(t, file, code(t, language, c.request))
				cmd := exec.CommandContext(t.Context(), program, file)
				cmd.Env = append(os.Environ(), "PLIVO_AUTH_ID=MA", "PLIVO_AUTH_TOKEN=t")
				out, err := cmd.CombinedOutput()
				if err != nil {
					t.Fatalf("%v\n%s\n%s", err, out, code(t, language, c.request))
				}
				var got map[string]any
				if err := json.Unmarshal(out, &got); err != nil {
					t.Fatalf("%v: %s", err, out)
				}
				holds(t, got, c.want)
			})
		}
	}
}

// A masked object is none any more: it is shown as it is.
func TestWhatIsNoObject(t *testing.T) {
	r := request("", "")
	r.Draft.Options = plivo.Options{Type: plivo.WhatsApp, Location: "▒▒▒ 30 characters"}
	for _, s := range snippet.All(r) {
		if !strings.Contains(s.Code, "▒▒▒ 30 characters") {
			t.Errorf("%s is\n%s", s.Name, s.Code)
		}
	}
}
