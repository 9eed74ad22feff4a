package tui

import (
	"net/http"
	"strings"
)

// hiddenField masks a field of a form that does not have the focus.
func (c *compose) hiddenField(f field, value string) string {
	m := c.env.mask
	switch f {
	case fieldText:
		return m.Text(value)
	case fieldTo:
		if m == nil {
			return value
		}
		return strings.Join(m.Numbers(destinations(value)), ", ")
	case fieldFrom:
		return m.Number(value)
	case fieldURL:
		return m.URL(value)
	case fieldMedia:
		lines := strings.Split(value, "\n")
		for i, l := range lines {
			lines[i] = m.URL(l)
		}
		return strings.Join(lines, "\n")
	case fieldTemplate, fieldInteractive, fieldLocation:
		return m.Text(value)
	}
	return value
}

func (s *sigScreen) hiddenField(f field, value string) string {
	m := s.env.mask
	switch f {
	case fieldSigned:
		return m.URL(value)
	case fieldHeaders:
		if m == nil {
			return value
		}
		lines := strings.Split(value, "\n")
		for i, l := range lines {
			name, v, ok := strings.Cut(l, ":")
			if !ok {
				lines[i] = m.Text(l)
				continue
			}
			lines[i] = name + ":" + m.Header(http.Header{http.CanonicalHeaderKey(strings.TrimSpace(name)): {v}}).Get(strings.TrimSpace(name))
		}
		return strings.Join(lines, "\n")
	case fieldBody:
		h, _ := parseHeaders(s.value(fieldHeaders))
		return string(m.Body([]byte(value), h.Get("Content-Type")))
	}
	return value
}

// hiddenLines are what a field shows in place of its input, nil where that is to be seen.
func (s *fields) hiddenLines(f field, h int) []string {
	value := s.value(f)
	if s.hide == nil || f == s.focus || value == "" {
		return nil
	}
	shown := s.hide(f, value)
	if shown == value {
		return nil
	}
	var out []string
	for l := range strings.SplitSeq(readableBlock(shown), "\n") {
		for _, row := range chop([]piece{{l, plain}}, s.valueWidth()) {
			var b strings.Builder
			for _, p := range row {
				b.WriteString(p.text)
			}
			out = append(out, s.th.text.Wrap(b.String()))
		}
	}
	return window(out, 0, s.valueWidth(), h)
}
