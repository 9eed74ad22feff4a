package simulator

import "net/http"

type shownState struct {
	AuthID    string      `json:"auth_id"`
	AuthToken string      `json:"auth_token,omitempty"` // one that was made up
	Clock     shownClock  `json:"clock"`
	Counts    shownCounts `json:"counts"`
	Fate      string      `json:"fate"` // of messages with none by number, request or rule
	Seed      uint64      `json:"seed"` // 0 for none
	Keep      int         `json:"keep"` // messages that are remembered
	Inbound   string      `json:"inbound_url"`
}

type shownCounts struct {
	Accepted   int64 `json:"accepted"`   // messages taken
	Refused    int64 `json:"refused"`    // requests answered with an error
	Posted     int64 `json:"posted"`     // delivery reports, retries included
	Unanswered int64 `json:"unanswered"` // of these: not answered 200
	Inbound    int64 `json:"inbound"`    // inbound messages posted
	Retrying   int64 `json:"retrying"`   // attempts that are to be made again
	Pending    int64 `json:"pending"`    // messages and retries that have something to post
	Remembered int   `json:"remembered"` // messages
}

// controlState is GET state.
func (s *Simulator) controlState(_ http.ResponseWriter, r *http.Request) (any, error) {
	if _, err := readQuery(r); err != nil {
		return nil, err
	}
	return s.showState(), nil
}

func (s *Simulator) showState() shownState {
	st := s.Stats()
	state := shownState{
		AuthID: s.AuthID(), Clock: s.showClock(), Seed: s.o.Seed, Keep: s.o.Keep,
		Counts: shownCounts{st.Accepted, st.Refused, st.Posted, st.Unanswered, st.Inbound, st.Retrying, st.Pending, 0},
	}
	if s.o.AuthToken == "" {
		state.AuthToken = s.AuthToken()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	state.Counts.Remembered = len(s.ledger.ring)
	if len(s.owned.apps) > 0 {
		state.Inbound = s.owned.apps[0].MessageURL
	}
	return state
}
