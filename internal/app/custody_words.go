package app

import (
	"fmt"
	"strings"

	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/webhook"
)

// nameOf is an application as its owner knows it.
func nameOf(app api.Application) string { return named(app.ID, app.Name) }

func named(id, name string) string {
	if name == "" {
		return id
	}
	return fmt.Sprintf("%s (%s)", id, name)
}

func methodOf(app api.Application) string {
	if app.MessageMethod == "" {
		return "POST"
	}
	return app.MessageMethod
}

func urlOrNone(url string) string {
	if url == "" {
		return "no URL"
	}
	return url
}

// willBe says what becomes of the URL that was there.
func willBe(former string) string {
	if former == "" {
		return "it had no message_url before, and has none again at the end"
	}
	return former + " is put back at the end"
}

// sibling tells whether a URL is one that a plivoscope, though not of this history, has.
func sibling(url string) bool { return strings.HasSuffix(plainURL(url), webhook.InboundPath) }

// upper begins a sentence.
func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
