package simulator_test

import (
	"testing"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// TestOptionsAreTakenAndEchoed sends by the real SDK what is more than a text, and finds it in callbacks and records.
func TestOptionsAreTakenAndEchoed(t *testing.T) {
	const pack = "3f2b0c1e-5b40-4a28-bfc7-9d06726c558b"
	b := newBench(t, simulator.Options{Powerpacks: []simulator.Powerpack{{UUID: pack, Numbers: []string{simulator.DefaultNumber}}}})
	for name, c := range map[string]struct {
		options     plivo.Options
		text        string
		kind, units string
	}{
		"MMS":         {plivo.Options{Type: plivo.MMS, Media: []string{"https://example.org/a.png"}, Expiry: 60, Log: "false"}, "", "mms", "1"},
		"a long MMS":  {plivo.Options{Type: plivo.MMS, Powerpack: pack, Trackable: true}, "ж and so on, longer than seventy units of UTF-16, which were two segments", "mms", "1"},
		"a template":  {plivo.Options{Type: plivo.WhatsApp, Template: `{"name":"order","language":"en"}`}, "", "whatsapp", "1"},
		"a question":  {plivo.Options{Type: plivo.WhatsApp, Interactive: `{"type":"button","action":{"buttons":[{"id":"1"}]}}`}, "", "whatsapp", "1"},
		"a place":     {plivo.Options{Type: plivo.WhatsApp, Location: `{"latitude":"1","longitude":"2"}`}, "", "whatsapp", "1"},
		"a Powerpack": {plivo.Options{Powerpack: pack, DLTEntityID: "11", DLTTemplateID: "12", DLTTemplateCategory: "promotional"}, "hi", "sms", "1"},
	} {
		t.Run(name, func(t *testing.T) {
			d := b.draft("+14155550123")
			d.Text, d.Options = c.text, c.options
			if d.Powerpack != "" {
				d.From = ""
			}
			uuid := b.send(d, "")[0]
			b.settle()
			all := b.receiver.of(uuid)
			if len(all) != 3 || all[2].get("Type") != c.kind || all[2].get("Units") != c.units || all[2].get("PowerpackUUID") != d.Powerpack {
				t.Errorf("%d callbacks: %+v", len(all), all)
			}
			record := b.get("Message/" + uuid + "/")
			for key, want := range map[string]string{
				"message_type": c.kind, "dlt_entity_id": d.DLTEntityID, "dlt_template_id": d.DLTTemplateID, "dlt_template_category": d.DLTTemplateCategory,
			} {
				if got, _ := record[key].(string); got != want {
					t.Errorf("%s is %q, want %q", key, got, want)
				}
			}
		})
	}
}
