package store

import (
	"strings"
	"time"

	"dev.internal/plivoscope/internal/plivo"
)

// statusValues are what status: is mostly asked for; it takes any other, as Plivo may have more.
var statusValues = []FilterValue{
	{string(plivo.Delivered), "reached the recipient"},
	{string(plivo.Failed), "refused before the carrier"},
	{string(plivo.Undelivered), "the carrier could not deliver it"},
	{string(plivo.Sent), "handed to the carrier"},
	{string(plivo.Queued), "waits at Plivo"},
	{string(plivo.Sending), "the API has not answered"},
	{string(plivo.Rejected), "refused by Plivo"},
	{string(plivo.Received), "an inbound message"},
	{string(plivo.Read), "read by the recipient"},
}

// codeValues are the known error codes with their meaning, and none for all of no error.
func codeValues() []FilterValue {
	all := []FilterValue{{noCode, "no error code"}}
	for _, c := range plivo.Codes() {
		if v, _ := code(c.Code); v != noCode {
			all = append(all, FilterValue{v, c.Short})
		}
	}
	return all
}

var directionValues = []FilterValue{
	{"in", "someone wrote to your number"},
	{"out", "sent from your number"},
}

var sinceValues = []FilterValue{
	{"10m", "the last 10 minutes"},
	{"1h", "the last hour"},
	{"1d", "the last 24 hours"},
	{"1w", "the last 7 days"},
	{"12:30", "since it last was 12:30"},
	{"2026-01-31", "since that day began"},
	{"2026-01-31T12:30:00Z", "since that moment"},
}

func anything(string) bool { return true }

func beginsDirection(v string) bool {
	v = strings.ToLower(v)
	return strings.HasPrefix(string(plivo.Inbound), v) || strings.HasPrefix(string(plivo.Outbound), v)
}

// beginsSince tries what could be typed after v: the unit of an age, or the rest of a time.
func beginsSince(v string) bool {
	rests := []string{"m", "s", "0m", "0", "00", ":00", "0:00", "00:00", "Z"}
	for _, whole := range []string{"00:00:00", "11:11:11", "2000-01-01T00:00:00Z", "2011-11-11T11:11:11Z", "2000-01-01T00:00:00+00:00", "2000-01-01T00:00:00.0Z"} {
		if len(v) < len(whole) {
			rests = append(rests, whole[len(v):])
		}
	}
	if v == "" {
		return true
	}
	for _, rest := range rests {
		if _, ok := sinceTime(v+rest, time.Unix(0, 0)); ok {
			return true
		}
	}
	return false
}
