package cli

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/plivo"
)

// mostJSON is how much of a file that holds a template or the like is read, in bytes.
const mostJSON = 64 << 10

// sendOptions registers the flags of what most messages have no need of.
func sendOptions(cmd *cobra.Command, o *plivo.Options) {
	fs := cmd.Flags()
	fs.StringVar(&o.Type, "type", "sms", "sms, mms or whatsapp")
	fs.StringVar(&o.Powerpack, "powerpack", "", "let the Powerpack of this `UUID` choose the sender")
	fs.StringArrayVar(&o.Media, "media", nil, "`URL` of a file that goes with an mms or whatsapp, or the ID of one that was uploaded to Plivo; the flag again for several")
	fs.IntVar(&o.Expiry, "expiry", 0, "give up sending after this many `SECONDS`, 5 to 10799 (default Plivo's three hours)")
	fs.StringVar(&o.Log, "log-message", "", "what Plivo stores of the message: true, false, content_only or number_only (default Plivo's own: true)")
	fs.BoolVar(&o.Trackable, "trackable", false, "the message is one whose conversions are reported back to Plivo")
	fs.StringVar(&o.DLTEntityID, "dlt-entity-id", "", "`ID` of the sender's registration in India")
	fs.StringVar(&o.DLTTemplateID, "dlt-template-id", "", "`ID` of the text's registration in India")
	fs.StringVar(&o.DLTTemplateCategory, "dlt-template-category", "", "`CATEGORY` of that: transactional, promotional, service_implicit or service_explicit")
	fs.StringVar(&o.Template, "template", "", "a WhatsApp template as JSON, or the `FILE` that holds it")
	fs.StringVar(&o.Interactive, "interactive", "", "an interactive WhatsApp message as JSON, or the `FILE` that holds it")
	fs.StringVar(&o.Location, "location", "", "a WhatsApp location as JSON, or the `FILE` that holds it")
}

// readObjects puts the JSON of files in place of their names.
func readObjects(o *plivo.Options) error {
	for _, v := range []struct {
		flag  string
		value *string
	}{{"template", &o.Template}, {"interactive", &o.Interactive}, {"location", &o.Location}} {
		raw := strings.TrimSpace(*v.value)
		if raw == "" || raw[0] == '{' {
			continue
		}
		info, err := os.Stat(raw)
		switch {
		case err != nil:
			return fmt.Errorf("--%s %q is neither JSON, which begins with {, nor a file that can be read: %w", v.flag, cut(raw), err)
		case info.IsDir() || info.Size() > mostJSON:
			return fmt.Errorf("--%s %q is no file of at most %d KiB", v.flag, cut(raw), mostJSON>>10)
		}
		text, err := os.ReadFile(raw)
		if err != nil {
			return fmt.Errorf("--%s: cannot read %q: %w", v.flag, cut(raw), err)
		}
		*v.value = string(text)
	}
	return nil
}
