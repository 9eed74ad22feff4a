package simulator

import (
	"net/http"
	"net/url"
	"strconv"

	"dev.internal/plivoscope/internal/plivo"
)

// Pages of the control API.
const (
	controlPage    = 20
	controlMaxPage = 1000
)

// controlMessages is GET messages: those that are remembered, newest first.
func (s *Simulator) controlMessages(_ http.ResponseWriter, r *http.Request) (any, error) {
	query, err := readQuery(r, "message_uuid", "from", "to", "status", "direction", "limit", "offset")
	if err != nil {
		return nil, err
	}
	limit, err := queryNumber(query, "limit", controlPage, 1, controlMaxPage)
	if err != nil {
		return nil, err
	}
	offset, err := queryNumber(query, "offset", 0, 0, maxKept)
	if err != nil {
		return nil, err
	}
	status, direction := plivo.Status(query.Get("status")), plivo.Direction(query.Get("direction"))
	if direction != "" && direction != plivo.Inbound && direction != plivo.Outbound {
		return nil, badControl("direction is %q; give inbound or outbound", cut(string(direction)))
	}
	uuid, from, to := query.Get("message_uuid"), undecorated(query.Get("from")), undecorated(query.Get("to"))
	page := struct {
		Total    int            `json:"total"`
		Next     *string        `json:"next"` // path of the next page
		Messages []shownMessage `json:"messages"`
	}{Messages: []shownMessage{}}
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ledger.each(func(e *entry) bool {
		m := e.m
		if uuid != "" && m.uuid != uuid || from != "" && m.from != from || to != "" && m.to != to ||
			direction != "" && m.direction != direction || status != "" && !sameStatus(m.state(now).status, status) {
			return true
		}
		if page.Total >= offset && len(page.Messages) < limit {
			page.Messages = append(page.Messages, s.showMessage(e, now))
		}
		page.Total++
		return true
	})
	if page.Total > offset+limit {
		page.Next = nextPage("messages", query, limit, offset)
	}
	return page, nil
}

func nextPage(path string, query url.Values, limit, offset int) *string {
	query.Set("limit", strconv.Itoa(limit))
	query.Set("offset", strconv.Itoa(offset+limit))
	next := ControlPath + path + "?" + query.Encode()
	return &next
}

// controlMessage is GET messages/{uuid}: its course, its callbacks and what was tried.
func (s *Simulator) controlMessage(_ http.ResponseWriter, r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	shown, ok := s.describe(r.PathValue("id"))
	if !ok {
		return nil, noSuchMessage(r.PathValue("id"))
	}
	return shown, nil
}

func noSuchMessage(uuid string) error {
	return refuseControl(http.StatusNotFound, "the simulator has no message %q: it was never sent here, was forgotten by a reset, or is older than those that are remembered", cut(uuid))
}

type shownTry struct {
	shownHead
	shownAttempt
}

type shownPlan struct {
	shownHead
	Number int       `json:"attempt"`
	Due    shownTime `json:"due_at"`
}

// controlCallbacks is GET callbacks: the attempts that were made, newest first, and those that come next.
func (s *Simulator) controlCallbacks(_ http.ResponseWriter, r *http.Request) (any, error) {
	query, err := readQuery(r, "message_uuid", "to", "limit")
	if err != nil {
		return nil, err
	}
	limit, err := queryNumber(query, "limit", controlPage, 1, controlMaxPage)
	if err != nil {
		return nil, err
	}
	uuid, to := query.Get("message_uuid"), undecorated(query.Get("to"))
	if uuid == "" && to == "" {
		return showCallbacks(s.Tried(limit), s.Upcoming(limit)), nil
	}
	meant := func(m *message) bool { return (uuid == "" || m.uuid == uuid) && (to == "" || m.to == to) }
	return showCallbacks(s.triedOfSome(limit, meant), s.upcomingOfSome(limit, meant)), nil
}

// shownCallbacks are attempts that were made, newest first, and those that come next.
type shownCallbacks struct {
	Attempts []shownTry  `json:"attempts"`
	Upcoming []shownPlan `json:"upcoming"`
}

func showCallbacks(tried []Tried, upcoming []Scheduled) *shownCallbacks {
	shown := &shownCallbacks{make([]shownTry, 0, len(tried)), make([]shownPlan, 0, len(upcoming))}
	for _, t := range tried {
		shown.Attempts = append(shown.Attempts, shownTry{headOf(t.Callback), showAttempt(t.Attempt)})
	}
	for _, u := range upcoming {
		shown.Upcoming = append(shown.Upcoming, shownPlan{headOf(u.Callback), u.Attempt, shownTime(u.Due)})
	}
	return shown
}
