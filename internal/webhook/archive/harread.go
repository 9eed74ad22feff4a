package archive

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/capture"
)

// readEntry is what is read of an entry.
type readEntry struct {
	StartedDateTime string             `json:"startedDateTime"`
	Time            float64            `json:"time"`
	Request         capture.HARRequest `json:"request"`
	Response        struct {
		Status int `json:"status"`
	} `json:"response"`
	Own *Line `json:"_plivoscope"`
}

// nextEntry reads on to the next entry that is a callback: one that was written here, has a signature of
// Plivo's, or the UUID of a message. A browser's file has many others.
func (r *Reader) nextEntry() (Entry, error) {
	if r.entries == nil {
		if err := r.openEntries(); err != nil {
			return Entry{}, err
		}
	}
	for {
		r.budget.left = maxEntry
		if !r.entries.More() {
			if _, err := r.entries.Token(); err != nil {
				return Entry{}, r.harError(err)
			}
			return Entry{}, io.EOF
		}
		r.at++
		var raw readEntry
		if err := r.entries.Decode(&raw); err != nil {
			return Entry{}, r.harError(err)
		}
		e, is, err := raw.entry()
		e.Place = fmt.Sprintf("entry %d", r.at)
		if err != nil {
			return Entry{}, fmt.Errorf("%s: %w", e.Place, err)
		}
		if is {
			return e, nil
		}
		r.skipped++
	}
}

// openEntries reads on to the first entry.
func (r *Reader) openEntries() error {
	r.budget = &budget{r: r.in, left: maxEntry}
	r.entries = json.NewDecoder(r.budget)
	for _, name := range []string{"log", "entries"} {
		if t, err := r.entries.Token(); err != nil {
			return r.harError(err)
		} else if t != json.Delim('{') {
			return errors.New("it is no HAR file: it has no log with entries")
		}
		for {
			t, err := r.entries.Token()
			if err != nil {
				return r.harError(err)
			}
			if t == json.Delim('}') {
				return fmt.Errorf("it is no HAR file: it has no %q", name)
			}
			if t == name {
				break
			}
			var other json.RawMessage
			if err := r.entries.Decode(&other); err != nil {
				return r.harError(err)
			}
		}
	}
	if t, err := r.entries.Token(); err != nil {
		return r.harError(err)
	} else if t != json.Delim('[') {
		return errors.New("it is no HAR file: its entries are no array")
	}
	return nil
}

// harError says where the file cannot be read.
func (r *Reader) harError(err error) error {
	place := "it"
	if r.at > 0 {
		place = fmt.Sprintf("entry %d", r.at)
	}
	wrong := (*json.UnmarshalTypeError)(nil)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s stops in its middle: the file was cut off; export it again", place)
	case errors.As(err, &wrong):
		return fmt.Errorf("%s has %q as %s, which HAR has not", place, short(wrong.Field), wrong.Value)
	case errors.Is(err, errLarge):
		return fmt.Errorf("%s: %w", place, errLarge)
	}
	return fmt.Errorf("%s cannot be read (%w): export it again", place, err)
}

// entry is the callback of an entry; is tells whether it is one. Of what was written here the request is
// taken from where HAR has it, and all else from the line beside it.
func (raw readEntry) entry() (e Entry, is bool, err error) {
	q := raw.Request.Request()
	c := &e.Callback
	if raw.Own != nil {
		if err := raw.Own.put(c); err != nil {
			return e, true, err
		}
		e.Judged, e.Masked = true, raw.Own.Masked
	}
	c.Method, c.URL, c.Header, c.Body, e.Note = q.Method, q.URL, q.Header, q.Body, q.Problem
	if c.Body == nil && len(q.Params) > 0 {
		c.Body, e.Note = ofForm(q.Params), noBody
	}
	if raw.Own != nil {
		return e, true, raw.Own.Exact.put(c)
	}
	if c.URL == "" {
		c.URL = raw.Request.URL // for the error
	}
	if scheme, _, found := strings.Cut(c.URL, "://"); found && q.Host != "" {
		c.ReceivedURL = scheme + "://" + q.Host + q.Target
	}
	if c.ReceivedAt, err = moment("startedDateTime", raw.StartedDateTime); err != nil {
		return e, true, err
	}
	if c.Answer.Status = raw.Response.Status; c.Answer.Status != 0 && !c.ReceivedAt.IsZero() {
		c.Answer.At = c.ReceivedAt.Add(time.Duration(min(max(raw.Time, 0), 1e9) * float64(time.Millisecond)))
	}
	return e, isCallback(*c), nil
}

func isCallback(c webhook.Callback) bool {
	for _, scheme := range []signature.Scheme{signature.V1, signature.V2, signature.MaV2, signature.V3, signature.MaV3} {
		if len(c.Header.Values(scheme.Header())) > 0 {
			return true
		}
	}
	params, _ := webhook.ParseParams(c.Method, c.URL, c.Header.Get("Content-Type"), c.Body)
	for _, p := range params {
		if p.Name == "MessageUUID" {
			return true
		}
	}
	return false
}
