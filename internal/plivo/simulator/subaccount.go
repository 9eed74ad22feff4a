package simulator

import "net/http"

// subRecord is a subaccount as GET shows it.
type subRecord struct {
	Account      string  `json:"account"`
	APIID        string  `json:"api_id,omitempty"`
	AuthID       string  `json:"auth_id"`
	AuthToken    string  `json:"auth_token"`
	Created      string  `json:"created"`
	Enabled      bool    `json:"enabled"`
	Modified     *string `json:"modified"`
	Name         string  `json:"name"`
	NewAuthToken string  `json:"new_auth_token"`
	ResourceURI  string  `json:"resource_uri"`
}

func (c *call) subRecordOf(t *tenant) subRecord {
	return subRecord{
		Account: c.by.path(""), AuthID: t.AuthID, AuthToken: t.AuthToken, Created: rentedSince, Enabled: !t.Disabled,
		Name: t.Name, NewAuthToken: t.AuthToken, ResourceURI: c.by.path("Subaccount/" + t.AuthID + "/"),
	}
}

// serveSubaccount is GET Subaccount/ and GET Subaccount/{id}/, of the main account.
func (s *Simulator) serveSubaccount(c *call, rest []string) error {
	switch {
	case c.r.Method != http.MethodGet:
		return c.lacksMethod("Subaccount", http.MethodPost, http.MethodDelete)
	case c.by.sub:
		return errUnknown
	case len(rest) == 1:
		t := s.tenant(rest[0])
		if t == nil || !t.sub || t.AuthID != rest[0] {
			return errUnknown
		}
		record := c.subRecordOf(t)
		record.APIID = c.apiID
		answer(c.w, http.StatusOK, record)
		return nil
	}
	all := make([]subRecord, 0, len(s.tenants))
	for _, t := range s.tenants[1:] {
		all = append(all, c.subRecordOf(t))
	}
	return answerPage(c, "Subaccount/", all)
}
