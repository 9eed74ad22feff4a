package tui

import (
	"fmt"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/webhook"
)

// BenchmarkLongTexts presses keys where a callback has a body of 64 KiB, in one line and in many, and where a
// message has a text of that size, beside the same with a short one: a key with its frame.
func BenchmarkLongTexts(b *testing.B) {
	line := strings.Repeat("0123456789", 1000)
	bodies := map[string]string{"short": "a=b", "one line": strings.Repeat("x", 64<<10), "lines of 10,000 cells": strings.Repeat(line+"\n", 6), "wide": strings.Repeat("ご注文", 7000), "form": strings.Repeat("name=value%20of%20it&", 3000)}
	for _, name := range []string{"short", "one line", "lines of 10,000 cells", "wide", "form"} {
		body := bodies[name]
		core := newFakeCore()
		contentType := "text/plain"
		if name == "form" {
			contentType = formType
		}
		core.strangers = append(core.strangers, requestOf(299, webhook.Other, "POST", "/", "text/plain", []byte("x")), requestOf(300, webhook.Other, "POST", "/", contentType, []byte(body)))
		core.add(queued(2)...)
		core.messages[1].Text = body
		press := func(b *testing.B, prepare, keys []string) {
			d := newDriver(b, core, 120, 36)
			d.keys(prepare...)
			for b.Loop() {
				d.keys(keys...)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N*len(keys)), "ms/key")
		}
		for _, c := range []struct {
			name          string
			prepare, keys []string
		}{
			{"select the callback", []string{"2", "g"}, []string{"j", "k"}},
			{"open the callback", []string{"2", "g"}, []string{"enter", "esc"}},
			{"turn its parts", []string{"2", "g", "enter"}, []string{"tab"}},
			{"scroll its body", []string{"2", "g", "enter", "tab", "tab", "tab"}, []string{"pgdown", "pgdown", "pgup", "pgup", "G", "g"}},
			{"search its body", []string{"2", "g", "enter", "tab", "tab", "tab"}, []string{"/", "z", "9", "esc"}},
			{"select the message", []string{"g"}, []string{"j", "k"}},
			{"scroll the message", []string{"g", "enter"}, []string{"pgdown", "pgdown", "pgup"}},
		} {
			b.Run(fmt.Sprintf("%s/%s", c.name, name), func(b *testing.B) { press(b, c.prepare, c.keys) })
		}
	}
}
