package control

import "time"

// Clock is what the calls tell of the simulator's clock.
type Clock struct {
	Now     time.Time  `json:"now"`
	Speed   float64    `json:"speed"`
	Stopped bool       `json:"stopped"`
	Next    *time.Time `json:"next_at"` // when something is posted next
	Pending int        `json:"pending"` // messages and retries that have something to post
}

// Receipt is what came of an inbound message. Error is filled where the app did not take it.
type Receipt struct {
	Error    string   `json:"error"`
	UUID     string   `json:"message_uuid"`
	Method   string   `json:"method"`
	URL      string   `json:"url"`
	Answered int      `json:"answered"` // HTTP status; 0 where no answer came
	Answer   string   `json:"answer"`   // the beginning of its body
	Replies  []string `json:"replies"`  // message UUIDs
	Problem  string   `json:"problem"`
	RetryIn  float64  `json:"retry_in_seconds"`
}
