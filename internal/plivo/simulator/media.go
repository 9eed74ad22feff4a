package simulator

import (
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
)

// mediaRecord is a file of a message as GET shows it.
type mediaRecord struct {
	APIID       string `json:"api_id,omitempty"`
	ContentType string `json:"content_type"`
	MediaID     string `json:"media_id"`
	MediaURL    string `json:"media_url"`
	MessageUUID string `json:"message_uuid"`
	Size        int    `json:"size"` // made up
}

// contentTypes are those of the files that MMS carries, by the ends of their names. The simulator fetches no file.
var contentTypes = map[string]string{
	"gif": "image/gif", "png": "image/png", "webp": "image/webp", "mp4": "video/mp4", "3gp": "video/3gpp", "mov": "video/quicktime",
	"mp3": "audio/mpeg", "wav": "audio/wav", "amr": "audio/amr", "ogg": "audio/ogg", "pdf": "application/pdf", "vcf": "text/vcard",
	"txt": "text/plain",
}

func (s *Simulator) mediaOf(c *call, m *message) []mediaRecord {
	if m.extras == nil {
		return nil
	}
	var all []mediaRecord
	for i, file := range m.extras.media {
		at := uint64(i)
		r := mediaRecord{
			ContentType: "image/jpeg", MediaID: s.dice.uuid("media", m.number, at), MediaURL: file, MessageUUID: m.uuid,
			Size: 20_000 + int(s.dice.stream("media size", m.number, at).Uint64()%980_000),
		}
		if u, err := url.Parse(file); err == nil && u.Host == "" { // it is the ID of a file that was uploaded
			r.MediaID, r.MediaURL = file, c.by.path("Media/"+file+"/")
		} else if err == nil {
			ending := strings.ToLower(strings.TrimPrefix(path.Ext(u.Path), "."))
			if known := contentTypes[ending]; known != "" {
				r.ContentType = known
			}
		}
		all = append(all, r)
	}
	return all
}

// serveMedia is GET Message/{uuid}/Media/ and GET Message/{uuid}/Media/{id}/.
func (s *Simulator) serveMedia(c *call, uuid string, rest []string) error {
	if c.r.Method != http.MethodGet {
		return c.lacksMethod("Message Media", http.MethodDelete)
	}
	m, ok := s.remembered(c, uuid)
	if !ok {
		return errUnknown
	}
	all := s.mediaOf(c, m)
	if len(rest) == 0 {
		return answerPage(c, "Message/"+m.uuid+"/Media/", all)
	}
	i := slices.IndexFunc(all, func(r mediaRecord) bool { return r.MediaID == rest[0] })
	if i < 0 {
		return errUnknown
	}
	all[i].APIID = c.apiID
	answer(c.w, http.StatusOK, all[i])
	return nil
}

// sendsMMS tells whether MMS goes from and to a number.
func sendsMMS(number string) bool { return isDigits(number) && inUSOrCanada(number) }

// checkMMS refuses an MMS from a number of the account that does not send it, and leaves those out of a Powerpack's.
func (s *Simulator) checkMMS(o *order) error {
	if o.kind != plivo.MMS {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	without := func(number string) bool {
		n, ok := s.owned.number(number)
		return ok && !n.MMS
	}
	if o.powerpack == "" {
		if without(o.src) {
			return badRequest("src is a number of this account that is not enabled for MMS")
		}
		return nil
	}
	if o.pool = slices.DeleteFunc(o.pool, without); len(o.pool) == 0 {
		return badRequest("powerpack_uuid is a Powerpack without a number that is enabled for MMS")
	}
	o.src = o.pool[0]
	return nil
}
