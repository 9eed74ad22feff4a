package plivo_test

import (
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// TestSilenceWords says what is missed and why, or nothing.
func TestSilenceWords(t *testing.T) {
	at := func(minute int) time.Time { return time.Date(2026, 1, 31, 12, minute, 0, 0, time.UTC) }
	m := plivo.Message{Status: plivo.Queued, CallbackURL: "https://a.test/in", CreatedAt: at(0), UpdatedAt: at(0)}
	silent := func(s plivo.Silence) plivo.Message { m := m; s.At = at(2); m.Silence = s; return m }
	said := func(m plivo.Message, s plivo.Status, code string) plivo.Message {
		m.Provider = plivo.Provider{Status: s, ErrorCode: code, Asked: 1, AskedAt: at(2)}
		return m
	}
	with := func(m plivo.Message, change func(*plivo.Message)) plivo.Message { change(&m); return m }
	unknown := plivo.Silence{Cause: plivo.UnknownSilence}
	outage := plivo.Silence{Cause: plivo.Down, From: at(1), To: at(2), Detail: "dial tcp: refused"}
	for name, test := range map[string]struct {
		m           plivo.Message
		short, long string
		lost        bool
	}{
		"nothing is missed": {m: m},
		"unknown":           {m: silent(unknown), short: "no callback yet", long: "No callback yet: the cause is not known."},
		"an outage":         {m: silent(outage), short: "no callback yet", long: "No callback yet: nothing could come in by the public URL from 12:01:00 to 12:02:00 (dial tcp: refused)."},
		"one that lasts": {
			m: silent(plivo.Silence{Cause: plivo.Down, From: at(1)}), short: "no callback yet",
			long: "No callback yet: nothing could come in by the public URL from 12:01:00 on.",
		},
		"not running": {
			m:     silent(plivo.Silence{Cause: plivo.Down, From: at(1), To: at(2).AddDate(0, 0, 2), Detail: plivo.NotRunning}),
			short: "no callback yet", long: "No callback yet: no server of this history was running from 2026-01-31 12:01:00 to 2026-02-02 12:02:00.",
		},
		"answered badly": {
			m: silent(plivo.Silence{Cause: plivo.AnsweredBadly, Detail: "503", From: at(1), To: at(2)}), short: "no callback yet",
			long: "No callback yet: callbacks were answered 503 from 12:01:00 to 12:02:00, and Plivo takes 200 for an answer.",
		},
		"a callback has come since": {m: with(silent(unknown), func(m *plivo.Message) { m.UpdatedAt = at(3) })},
		"final by now":              {m: with(silent(unknown), func(m *plivo.Message) { m.Status = plivo.Delivered })},
		"final, but not verified": {
			m:     with(silent(plivo.Silence{Cause: plivo.NotVerified}), func(m *plivo.Message) { m.Status, m.Unverified = plivo.Delivered, true }),
			short: "none verifies", long: "Callbacks came, but none of them verifies.",
		},
		"queued alone": {
			m:     with(silent(unknown), func(m *plivo.Message) { m.Callbacks = 1 }),
			short: "no final report", long: "No final report yet: the cause is not known.",
		},
		"lost": {
			m: said(silent(outage), plivo.Undelivered, "30"), short: "Plivo: undelivered", lost: true,
			long: "Plivo says undelivered with error 30 (asked at 12:02:00), but the callback did not come: nothing could come in by the public URL from 12:01:00 to 12:02:00 (dial tcp: refused).",
		},
		"lost, and nothing known": {
			m: said(silent(unknown), plivo.Delivered, "000"), short: "Plivo: delivered", lost: true,
			long: "Plivo says delivered (asked at 12:02:00), but the callback did not come.",
		},
		"lost, and given to the app": {
			m: with(said(silent(unknown), plivo.Delivered, "000"), func(m *plivo.Message) { m.Provider.GivenAt = at(3) }), short: "Plivo: delivered", lost: true,
			long: "Plivo says delivered (asked at 12:02:00), but the callback did not come; your app took a synthetic one at 12:03:00.",
		},
		"none was asked for": {
			m:     with(said(silent(plivo.Silence{Cause: plivo.NoURL}), plivo.Sent, ""), func(m *plivo.Message) { m.CallbackURL = "" }),
			short: "Plivo: sent", long: "Plivo says sent (asked at 12:02:00); no callback URL was given with it.",
		},
		"it came after all":          {m: with(said(silent(outage), plivo.Delivered, "000"), func(m *plivo.Message) { m.Status, m.UpdatedAt = plivo.Delivered, at(3) })},
		"the same":                   {m: said(silent(plivo.Silence{Cause: plivo.ProviderQueued}), plivo.Queued, ""), short: "no callback yet", long: "No callback yet: Plivo has it in its queue still."},
		"a status that nobody knows": {m: said(m, "strange", "")},
		"another end than the forged one": {
			m:     with(said(silent(unknown), plivo.Failed, "450"), func(m *plivo.Message) { m.Status, m.Unverified = plivo.Delivered, true }),
			short: "Plivo: failed", long: "Plivo says failed with error 450 (asked at 12:02:00), but the callback did not come.", lost: true,
		},
	} {
		short, long := test.m.SilenceWords(time.UTC)
		if short != test.short || long != test.long || test.m.CallbackLost() != test.lost {
			t.Errorf("%s: %q, %q, lost %v", name, short, long, test.m.CallbackLost())
		}
	}
}

func TestSentMayBeFinal(t *testing.T) {
	for number, want := range map[string]string{"+14155550123": "United States", "+14165550123": "Canada", "+4915123456789": "", "+18765550123": "", "": "", "+15005550001": ""} {
		if country, may := plivo.SentMayBeFinal(number); country != want || may != (want != "") {
			t.Errorf("%q: %q, %v", number, country, may)
		}
	}
}
