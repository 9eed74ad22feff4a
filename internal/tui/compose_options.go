package tui

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
)

// option is a field of the page with what most messages have no need of.
type option struct {
	field   field
	label   string // in the form
	name    string // in a list or a question
	problem string // what plivo.Problem calls it
	hint    string
	about   string        // while it has the focus
	values  []optionValue // what can be chosen, the first where nothing is; nil where it is typed
	kinds   []string      // of messages that take it; nil for all
	lines   bool          // may have several
}

// optionValue is one of the things that an option can be.
type optionValue struct{ value, words string }

var (
	ofNumbers  = []string{plivo.SMS, plivo.MMS}
	ofTexts    = []string{plivo.SMS}
	ofWhatsApp = []string{plivo.WhatsApp}
)

// options are all of them, in the order of their fields.
var options = []option{
	{field: fieldKind, label: "Type", name: "Type", problem: "type", values: []optionValue{{"", plivo.SMS}, {plivo.MMS, plivo.MMS}, {plivo.WhatsApp, plivo.WhatsApp}}},
	{field: fieldPowerpack, label: "Powerpack", name: "Powerpack", problem: "powerpack", hint: "none: it goes from its sender", about: "its UUID; it chooses the sender", kinds: ofNumbers},
	{
		field: fieldMedia, label: "Media", name: "Media", problem: "media", hint: "none", about: "URLs of files, which Plivo fetches, or IDs of those that it has; a line each",
		kinds: []string{plivo.MMS, plivo.WhatsApp}, lines: true,
	},
	{field: fieldTemplate, label: "Template", name: "WhatsApp template", problem: "template", hint: `{"name":"order","language":"en_US"}`, about: "JSON, as Plivo's API takes it", kinds: ofWhatsApp, lines: true},
	{
		field: fieldInteractive, label: "Buttons", name: "WhatsApp interactive message", problem: "interactive", hint: `{"type":"button","body":{"text":"…"},"action":{"buttons":[…]}}`,
		about: "JSON of an interactive message: buttons, a list or a link", kinds: ofWhatsApp, lines: true,
	},
	{field: fieldLocation, label: "Location", name: "WhatsApp location", problem: "location", hint: `{"latitude":"48.85","longitude":"2.35"}`, about: "JSON, with name and address if you like", kinds: ofWhatsApp, lines: true},
	{field: fieldExpiry, label: "Expires", name: "Expiry", problem: "expiry", hint: "after three hours", about: "seconds for which Plivo tries to send it, 5 to 10,799"},
	{
		field: fieldLog, label: "Log", name: "Log", problem: "log", about: "what Plivo stores of it",
		values: []optionValue{{"", "number and text, as Plivo does"}, {"true", "true: number and text"}, {"false", "false: neither number nor text"}, {"content_only", "content_only: no number"}, {"number_only", "number_only: no text"}},
	},
	{field: fieldTrackable, label: "Trackable", name: "Trackable", about: "conversions are reported back to Plivo", values: []optionValue{{"", "no"}, {"true", "yes"}}},
	{field: fieldDLTEntity, label: "DLT ID", name: "DLT entity ID", problem: "dlt_entity_id", hint: "none", about: "of India's registration of senders", kinds: ofTexts},
	{field: fieldDLTTemplate, label: "DLT text", name: "DLT template ID", problem: "dlt_template_id", hint: "none", about: "the registered template of the text", kinds: ofTexts},
	{
		field: fieldDLTCategory, label: "DLT kind", name: "DLT template category", problem: "dlt_template_category", about: "category of that template", kinds: ofTexts,
		values: []optionValue{{"", "none"}, {"transactional", "transactional"}, {"promotional", "promotional"}, {"service_implicit", "service_implicit"}, {"service_explicit", "service_explicit"}},
	},
	{field: fieldReports, label: "Method", name: "Method of callbacks", problem: "method", about: "how delivery reports come", values: []optionValue{{"", "POST"}, {"GET", "GET"}}},
}

// optionOf is the option of a field.
func optionOf(f field) (option, bool) {
	i := slices.IndexFunc(options, func(o option) bool { return o.field == f })
	if i < 0 {
		return option{}, false
	}
	return options[i], true
}

// optionForm is what the fields of the options hold, in their order.
type optionForm [fieldReports - fieldKind + 1]string

func (f *optionForm) at(of field) *string { return &f[of-fieldKind] }

// passing are the fields that stay for the next message: they are of the sender, not of what is said.
var passing = []field{fieldPowerpack, fieldReports}

// ofMessage reports whether anything is set that is of one message alone.
func (f optionForm) ofMessage() bool {
	for _, p := range passing {
		*f.at(p) = ""
	}
	return f != optionForm{}
}

// said reports whether the options say something that a text would.
func (f optionForm) said() bool {
	return *f.at(fieldMedia)+*f.at(fieldTemplate)+*f.at(fieldInteractive)+*f.at(fieldLocation) != ""
}

// options are those of a draft; what cannot be read is a problem.
func (f optionForm) options() (o plivo.Options, problems []plivo.Problem) {
	o = plivo.Options{
		Type: *f.at(fieldKind), Powerpack: *f.at(fieldPowerpack), Log: *f.at(fieldLog), Trackable: *f.at(fieldTrackable) != "",
		DLTEntityID: *f.at(fieldDLTEntity), DLTTemplateID: *f.at(fieldDLTTemplate), DLTTemplateCategory: *f.at(fieldDLTCategory),
		Template: *f.at(fieldTemplate), Interactive: *f.at(fieldInteractive), Location: *f.at(fieldLocation),
	}
	if media := strings.Fields(*f.at(fieldMedia)); len(media) > 0 {
		o.Media = media
	}
	if raw := *f.at(fieldExpiry); raw != "" {
		n, err := strconv.Atoi(raw)
		if o.Expiry = n; err != nil || n == 0 {
			o.Expiry = 0
			problems = append(problems, plivo.Problem{Field: "expiry", Text: fmt.Sprintf("%q is no number of seconds; give 5 to 10,799, or nothing for three hours.", brief(raw))})
		}
	}
	return o, problems
}

// optionFormOf is what fields hold with the options of a draft.
func optionFormOf(o plivo.Options, method string) (f optionForm) {
	for of, v := range map[field]string{
		fieldKind: o.Type, fieldPowerpack: o.Powerpack, fieldMedia: strings.Join(o.Media, "\n"), fieldLog: o.Log,
		fieldDLTEntity: o.DLTEntityID, fieldDLTTemplate: o.DLTTemplateID, fieldDLTCategory: o.DLTTemplateCategory,
		fieldTemplate: o.Template, fieldInteractive: o.Interactive, fieldLocation: o.Location, fieldReports: method,
	} {
		*f.at(of) = v
	}
	if o.Type == plivo.SMS {
		*f.at(fieldKind) = ""
	}
	if o.Expiry != 0 {
		*f.at(fieldExpiry) = strconv.Itoa(o.Expiry)
	}
	if o.Trackable {
		*f.at(fieldTrackable) = "true"
	}
	if method == "POST" {
		*f.at(fieldReports) = ""
	}
	return f
}

// optionWords name what is set of the options of a message, in few words.
func optionWords(o plivo.Options) []string {
	var words []string
	add := func(set bool, format string, args ...any) {
		if set {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	add(o.Kind() != plivo.SMS, "%s", brief(o.Type))
	if id, _, long := strings.Cut(o.Powerpack, "-"); long {
		add(true, "Powerpack %s…", brief(id))
	} else {
		add(id != "", "Powerpack %s", brief(id))
	}
	add(len(o.Media) > 0, "%s", fmt.Sprintf("%d media", len(o.Media)))
	add(o.Template != "", "a template")
	add(o.Interactive != "", "an interactive message")
	add(o.Location != "", "a location")
	add(o.Expiry != 0, "expires in %s s", count(int64(o.Expiry)))
	add(o.Log != "", "log %s", brief(o.Log))
	add(o.Trackable, "trackable")
	add(o.DLTEntityID != "", "DLT entity %s", brief(o.DLTEntityID))
	add(o.DLTTemplateID != "", "DLT template %s", brief(o.DLTTemplateID))
	add(o.DLTTemplateCategory != "", "DLT %s", brief(o.DLTTemplateCategory))
	return words
}

// set names what is set of the options of the draft.
func (c *compose) set() []string {
	words := optionWords(c.draft.Options)
	if c.draft.Method != "" && c.draft.Method != "POST" {
		words = append(words, "callbacks by "+brief(c.draft.Method))
	}
	return words
}
