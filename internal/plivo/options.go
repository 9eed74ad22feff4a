package plivo

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/nyaruka/phonenumbers"

	"dev.internal/plivoscope/internal/hostport"
)

// The types of messages.
const (
	SMS      = "sms"
	MMS      = "mms"
	WhatsApp = "whatsapp"
)

// Options are the parameters of a send that most have no need of. What is empty is left to Plivo. The names in
// JSON are those of a history's rows.
type Options struct {
	Type      string   `json:"type,omitempty"`      // sms, mms or whatsapp; empty for sms
	Powerpack string   `json:"powerpack,omitempty"` // UUID of the one that chooses the sender; From is empty then
	Media     []string `json:"media,omitempty"`     // URLs of files, and IDs of those that Plivo has; see Files
	Expiry    int      `json:"expiry,omitempty"`    // seconds for which Plivo tries to send it; 0 for its 10,800
	Log       string   `json:"log,omitempty"`       // what Plivo stores: true, false, content_only or number_only
	Trackable bool     `json:"trackable,omitempty"` // conversions are reported back to Plivo

	// India's registration of senders and texts (DLT).
	DLTEntityID         string `json:"dlt_entity_id,omitempty"`
	DLTTemplateID       string `json:"dlt_template_id,omitempty"`
	DLTTemplateCategory string `json:"dlt_template_category,omitempty"`

	// Of WhatsApp, each a JSON object as Plivo's API takes it.
	Template    string `json:"template,omitempty"`
	Interactive string `json:"interactive,omitempty"`
	Location    string `json:"location,omitempty"`
}

// Zero tells that all is left to Plivo.
func (o Options) Zero() bool {
	return o.Type == "" && len(o.Media) == 0 && o.Powerpack+o.Log+o.DLTEntityID+o.DLTTemplateID+o.DLTTemplateCategory+
		o.Template+o.Interactive+o.Location == "" && o.Expiry == 0 && !o.Trackable
}

// Kind is the type of the message: Plivo sends an SMS where none is given.
func (o Options) Kind() string {
	if o.Type == "" {
		return SMS
	}
	return o.Type
}

// wordless tells that a message needs no text beside what it has.
func (o Options) wordless() bool {
	switch o.Type {
	case MMS:
		return len(o.Media) > 0
	case WhatsApp:
		return len(o.Media) > 0 || o.Template+o.Interactive+o.Location != ""
	default:
		return false
	}
}

// Bounds of the options.
const (
	minExpiry, maxExpiry = 5, 10_799 // seconds
	maxMediaMMS          = 10        // files
	maxMediaWhatsApp     = 1
)

var (
	logLevels     = []string{"true", "false", "content_only", "number_only"}
	dltCategories = []string{"transactional", "promotional", "service_implicit", "service_explicit"}
)

// tidied gives the options without white space around them, words in lower case, and the type of an SMS left out.
func (o Options) tidied() Options {
	for _, word := range []*string{&o.Type, &o.Log, &o.DLTTemplateCategory} {
		*word = strings.ToLower(strings.TrimSpace(*word))
	}
	for _, v := range []*string{&o.Powerpack, &o.DLTEntityID, &o.DLTTemplateID, &o.Template, &o.Interactive, &o.Location} {
		*v = strings.TrimSpace(*v)
	}
	if o.Type == SMS {
		o.Type = ""
	}
	var media []string
	for _, raw := range o.Media {
		if raw = strings.TrimSpace(raw); raw != "" {
			media = append(media, raw)
		}
	}
	o.Media = media
	return o
}

// check finds the problems of tidied options of a message from a sender to some destinations, with a text.
func (o Options) check(ps *problems, from string, to []string, text string) {
	o.checkType(ps, to)
	o.checkPowerpack(ps, from)
	o.checkMedia(ps, text)
	switch {
	case o.Expiry == maxExpiry+1:
		ps.fail("expiry", "", "%s seconds are what Plivo does by itself, and more than can be asked for; leave the expiry out.", thousands(o.Expiry))
	case o.Expiry != 0 && (o.Expiry < minExpiry || o.Expiry > maxExpiry):
		ps.fail("expiry", "", "A message cannot expire after %d seconds; give %d to %s, or nothing for three hours.", o.Expiry, minExpiry, thousands(maxExpiry))
	}
	if o.Log != "" && !slices.Contains(logLevels, o.Log) {
		ps.fail("log", o.Log, "%s does not say what Plivo shall store; use one of %s.", quoted(o.Log), strings.Join(logLevels, ", "))
	}
	o.checkDLT(ps, to)
	o.checkWhatsApp(ps)
}

func (o Options) checkType(ps *problems, to []string) {
	switch o.Type {
	case "", SMS, WhatsApp:
	case MMS:
		if i := slices.IndexFunc(to, func(n string) bool { return !takesMMS(n) }); i >= 0 {
			ps.warn("type", to[i], "Plivo sends MMS to the US and Canada alone, so it will probably refuse %s; send an SMS there.", to[i])
		}
	default:
		ps.fail("type", o.Type, "There are no messages of type %s; use sms, mms or whatsapp.", quoted(o.Type))
	}
}

func takesMMS(e164 string) bool {
	if isTestNumber(strings.TrimPrefix(e164, "+")) {
		return true
	}
	n, err := phonenumbers.Parse(e164, "")
	region := phonenumbers.GetRegionCodeForNumber(n)
	return err != nil || region == "US" || region == "CA" || region == "" && n.GetCountryCode() == 1
}

func (o Options) checkPowerpack(ps *problems, from string) {
	const field = "powerpack"
	if o.Powerpack == "" {
		return
	}
	if _, err := uuid.Parse(o.Powerpack); err != nil || len(o.Powerpack) != 36 {
		ps.fail(field, o.Powerpack, "%s is not the UUID of a Powerpack, which is 36 hexadecimal digits and dashes; copy it from the console.", quoted(o.Powerpack))
	}
	switch {
	case o.Type == WhatsApp:
		ps.fail(field, "", "WhatsApp messages need a sender, a Powerpack cannot choose it; give the number and leave the Powerpack out.")
	case strings.TrimSpace(from) != "":
		ps.fail(field, "", "There are a sender and a Powerpack, which chooses one itself; leave one of them out.")
	}
}

// Files parts Media into the URLs that Plivo fetches and the IDs, UUIDs of 36 characters, of files that were
// uploaded to its Media API.
func (o Options) Files() (urls, ids []string) {
	for _, raw := range o.Media {
		if isMediaID(raw) {
			ids = append(ids, raw)
		} else {
			urls = append(urls, raw)
		}
	}
	return urls, ids
}

func isMediaID(s string) bool { return len(s) == 36 && uuid.Validate(s) == nil }

// mediaEndings are those of files that MMS or WhatsApp carry.
var mediaEndings = strings.Fields("jpg jpeg png gif bmp webp tif tiff svg mp4 m4v mov mpg mpeg webm 3gp 3gpp h263 h264 " +
	"mp3 m4a aac amr ogg oga opus wav vcf vcard ics pdf txt csv rtf doc docx xls xlsx ppt pptx")

func (o Options) checkMedia(ps *problems, text string) {
	const field = "media"
	most := map[string]int{MMS: maxMediaMMS, WhatsApp: maxMediaWhatsApp}[o.Type]
	switch n := len(o.Media); {
	case n == 0:
		if o.Type == MMS && text != "" { // without text the error of that says enough
			ps.warn(field, "", "An MMS without media is billed as an MMS: add media, or send it as sms.")
		}
		return
	case o.Kind() == SMS:
		ps.fail(field, "", "An SMS carries no files; choose the type mms or whatsapp, or put a link into the text.")
	case most > 0 && n > most:
		ps.fail(field, "", "There are %d files, and a message of type %s takes at most %d.", n, o.Type, most)
	}
	files, _ := o.Files()
	for _, raw := range files {
		u, err := url.Parse(raw)
		switch {
		case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
			ps.fail(field, raw, "The file %s is no http or https URL, which Plivo could fetch, and no ID of a file that Plivo has; give one as https://example.com/picture.jpg.", quoted(raw))
			continue
		case hostport.URL(u) != nil:
			ps.fail(field, raw, "The file %s %s.", quoted(raw), hostport.URL(u))
			continue
		case IsLoopback(u.Hostname()):
			ps.warn(field, raw, "Plivo fetches %s itself and cannot reach this machine; give a public URL.", quoted(raw))
		case u.Scheme == "http":
			ps.warn(field, raw, "Plivo fetches %s unencrypted, so anybody on the way can read or change it; use https.", quoted(raw))
		}
		ending := strings.ToLower(strings.TrimPrefix(path.Ext(u.Path), "."))
		if ending != "" && !slices.Contains(mediaEndings, ending) {
			ps.warn(field, raw, "%s does not look like a picture, a sound, a film, a contact or a document; Plivo refuses other files.", quoted(raw))
		}
	}
}

func (o Options) checkDLT(ps *problems, to []string) {
	for _, v := range []struct{ field, value string }{{"dlt_entity_id", o.DLTEntityID}, {"dlt_template_id", o.DLTTemplateID}} {
		if strings.ContainsFunc(v.value, func(r rune) bool { return r <= ' ' || r > '~' }) {
			ps.fail(v.field, v.value, "%s has a character that no DLT ID has; copy it again.", quoted(v.value))
		}
	}
	if o.DLTTemplateCategory != "" && !slices.Contains(dltCategories, o.DLTTemplateCategory) {
		ps.fail("dlt_template_category", o.DLTTemplateCategory, "%s is no category of DLT templates; use one of %s.",
			quoted(o.DLTTemplateCategory), strings.Join(dltCategories, ", "))
	}
	if o.DLTEntityID+o.DLTTemplateID+o.DLTTemplateCategory != "" && len(to) > 0 &&
		!slices.ContainsFunc(to, func(n string) bool { return strings.HasPrefix(n, "+91") }) {
		ps.warn("dlt_entity_id", "", "DLT is India's, and no destination is there; leave it out.")
	}
}
