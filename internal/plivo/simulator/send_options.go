package simulator

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"dev.internal/plivoscope/internal/plivo"
)

// dlt is what Indian carriers want to know of a message.
type dlt struct{ entity, template, category string }

// readOptions reads and checks what a send has beside numbers, text and callback. The order has these already.
func (o *order) readOptions(p params) error {
	var expiry, trackable string
	var d dlt
	err := p.texts(map[string]*string{
		"log": &o.log, "message_expiry": &expiry, "trackable": &trackable,
		"dlt_entity_id": &d.entity, "dlt_template_id": &d.template, "dlt_template_category": &d.category,
	})
	if err != nil {
		return err
	}
	media, err := p.urls("media_urls")
	if err != nil {
		return err
	}
	ids, err := p.ids("media_ids")
	if err != nil {
		return err
	}
	media = append(media, ids...)
	for _, check := range []func() error{
		func() error { return within("dlt_entity_id", d.entity, maxWord) },
		func() error { return within("dlt_template_id", d.template, maxWord) },
		func() error { return o.checkMedia(media) },
		func() error { return o.readObjects(p) },
		func() error { return o.checkText(len(media) > 0 || len(o.objects) > 0) },
		func() error { return o.readExpiry(expiry) },
		func() error { return oneOf("log", o.log, "true", "false", "content_only", "number_only") },
		func() error { return oneOf("trackable", trackable, "true", "false") },
		func() error {
			return oneOf("dlt_template_category", d.category, "transactional", "promotional", "service_implicit", "service_explicit")
		},
	} {
		if err := check(); err != nil {
			return err
		}
	}
	if o.log == "" {
		o.log = "true"
	}
	if o.powerpack != "" || d != (dlt{}) || len(media) > 0 || len(o.objects) > 0 {
		o.extras = &extras{powerpack: o.powerpack, dlt: d, media: media, objects: o.objects}
	}
	return nil
}

// readExpiry reads for how long the message may wait in the queue.
func (o *order) readExpiry(given string) error {
	if given == "" {
		return nil
	}
	seconds, err := strconv.Atoi(given)
	if err != nil || seconds < 5 || seconds > 10_799 {
		return badRequest("message_expiry must be a number of seconds from 5 to 10799")
	}
	o.expiry = time.Duration(seconds) * time.Second
	return nil
}

// oneOf refuses a value that is given and none of some.
func oneOf(name, given string, values ...string) error {
	if given == "" || slices.Contains(values, given) {
		return nil
	}
	return badRequest(name + " must be one of " + strings.Join(values, ", "))
}

// urls reads a field that is an array of URLs.
func (p params) urls(name string) ([]string, error) {
	if !p.has(name) {
		return nil, nil
	}
	var all []string
	if json.Unmarshal(p[name], &all) != nil {
		return nil, badRequest(name + " must be an array of URLs")
	}
	for _, raw := range all {
		if err := within("a URL of "+name, raw, maxURL); err != nil {
			return nil, err
		}
		if u, err := url.Parse(raw); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
			return nil, badRequest(name + " has something that is no http or https URL")
		}
	}
	return all, nil
}

// ids reads the IDs of uploaded files. The simulator has no Media API, so it knows none and takes all.
func (p params) ids(name string) ([]string, error) {
	if !p.has(name) {
		return nil, nil
	}
	var all []string
	if json.Unmarshal(p[name], &all) != nil || slices.ContainsFunc(all, func(id string) bool { return uuid.Validate(id) != nil }) {
		return nil, badRequest(name + " must be an array of media IDs")
	}
	return all, nil
}

// mostMedia is how many files a message of a type can have.
var mostMedia = map[string]int{plivo.SMS: 0, plivo.MMS: 10, plivo.WhatsApp: 1}

func (o *order) checkMedia(media []string) error {
	most := mostMedia[o.kind]
	switch {
	case len(media) > 0 && most == 0:
		return badRequest("media_urls need a message of type mms or whatsapp")
	case len(media) > most:
		return badRequest(fmt.Sprintf("media_urls has %d URLs, a message of type %s takes at most %d", len(media), o.kind, most))
	case o.kind != plivo.MMS:
		return nil
	}
	for _, number := range append([]string{o.src}, o.dst...) {
		if !sendsMMS(number) {
			return badRequest("MMS cannot be sent from or to " + number + ": it goes from and to numbers of the US and Canada")
		}
	}
	return nil
}

// readObjects reads the objects that WhatsApp messages alone have.
func (o *order) readObjects(p params) error {
	size := 0
	for _, v := range []struct {
		name  string
		needs []string
	}{{"template", []string{"name", "language"}}, {"interactive", []string{"type"}}, {"location", []string{"latitude", "longitude"}}} {
		if !p.has(v.name) {
			continue
		}
		var object params
		switch {
		case o.kind != plivo.WhatsApp:
			return badRequest(v.name + " needs a message of type whatsapp")
		case json.Unmarshal(p[v.name], &object) != nil || object == nil:
			return badRequest(v.name + " must be a JSON object")
		}
		for _, need := range v.needs {
			if text, err := object.text(need); err != nil || text == "" {
				return badRequest(v.name + " needs " + need + ", a string")
			}
		}
		if kind, _ := object.text("type"); v.name == "interactive" {
			if err := oneOf("the type of interactive", kind, "button", "reply", "list", "cta_url"); err != nil {
				return err
			}
		}
		if size += len(p[v.name]); size > maxObject {
			return badRequest(tooLong(v.name, maxObject))
		}
		if o.objects == nil {
			o.objects = make(map[string]json.RawMessage)
		}
		o.objects[v.name] = p[v.name]
	}
	return nil
}

// checkText looks at the text; wordless says that the message can do without.
func (o *order) checkText(wordless bool) error {
	switch {
	case o.text == "" && wordless:
		return nil
	case o.kind == plivo.WhatsApp && utf8.RuneCountInString(o.text) > plivo.MaxWhatsApp:
		return badRequest(fmt.Sprintf("text is too long: at most %d characters of a WhatsApp message are taken", plivo.MaxWhatsApp))
	case o.kind == plivo.WhatsApp && o.text != "":
		return nil
	}
	return checkText(o.text)
}

// units is what the message is billed as.
func (o *order) units() int {
	if o.kind == plivo.SMS {
		return plivo.Segment(o.text).Segments
	}
	return 1
}

func checkType(kind string) (string, error) {
	switch kind {
	case "":
		return plivo.SMS, nil
	case plivo.SMS, plivo.MMS, plivo.WhatsApp:
		return kind, nil
	}
	return "", badRequest("type " + strconv.Quote(kind) + " is none of sms, mms and whatsapp")
}
