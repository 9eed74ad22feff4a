package cli

import (
	"bytes"
	"net/http"
	"strings"

	"dev.internal/plivoscope/internal/mask"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// maskedChange hides what a change tells of a callback.
func maskedChange(m *mask.Masker, c replay.Change, contentType string) replay.Change {
	c.Before, c.After = m.Part(c.What, c.Before, contentType), m.Part(c.What, c.After, contentType)
	return c
}

// maskedWire masks a request as it goes over the wire. Its length stays that of what is sent.
func maskedWire(m *mask.Masker, raw []byte, contentType string) []byte {
	head, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	lines := strings.Split(string(head), "\r\n")
	if parts := strings.SplitN(lines[0], " ", 3); len(parts) == 3 {
		parts[1] = m.URL(parts[1])
		lines[0] = strings.Join(parts, " ")
	}
	for i, line := range lines[1:] {
		if name, value, found := strings.Cut(line, ": "); found {
			lines[i+1] = name + ": " + m.Header(http.Header{name: {value}})[name][0]
		}
	}
	return append([]byte(strings.Join(lines, "\r\n")+"\r\n\r\n"), m.Body(body, contentType)...)
}
