package mask_test

import (
	"fmt"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/mask"
	"dev.internal/plivoscope/internal/plivo"
)

// TestOptionsAreMasked hides what a message says and where its recipient is, and leaves the caller's own alone.
func TestOptionsAreMasked(t *testing.T) {
	m := mask.New(make([]byte, mask.KeySize))
	o := plivo.Options{
		Type: plivo.WhatsApp, Media: []string{"https://example.org/14155550123/a.png?to=%2B14155550123&text=hello"},
		Template: `{"name":"order","language":"en","components":[{"type":"body","parameters":[{"type":"text","text":"Mrs Jones"}]}]}`,
		Location: `{"latitude":"48.85","longitude":"2.35"}`, Interactive: `{"type":"list","body":{"text":"Which size?"}}`,
	}
	msg := plivo.Message{From: "+14155550100", To: "+14155550123", Options: &o}
	shown := fmt.Sprintf("%+v %+v", *m.Message(msg).Options, m.Draft(plivo.Draft{Options: o}).Options)
	for _, secret := range []string{"5550123", "hello", "Jones", "48.85", "Which"} {
		if strings.Contains(shown, secret) {
			t.Errorf("%q shows in %s", secret, shown)
		}
	}
	if !strings.Contains(shown, "whatsapp") || !strings.Contains(shown, "https://example.org/") {
		t.Errorf("too much is hidden: %s", shown)
	}
	if o.Media[0] != msg.Options.Media[0] || !strings.Contains(o.Media[0], "14155550123") || !strings.Contains(o.Template, "Jones") {
		t.Errorf("the message itself was changed: %+v", o)
	}
}
