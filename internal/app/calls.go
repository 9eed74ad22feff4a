package app

import "dev.internal/plivoscope/internal/plivo/api"

// apiConfig says how the API is called. A simulator has no limits of its own, so none are kept unless they are
// asked for.
func (a *App) apiConfig(token string) api.Config {
	c := api.Config{
		AuthID: a.authID, AuthToken: token, BaseURL: a.apiURL, UserAgent: "plivoscope/" + a.o.Version,
		Retry:  api.Retry{Times: a.o.Retries},
		Limits: api.Limits{Account: !a.simulated(), MPS: a.o.MPS},
		Told:   func(text string) { a.Notify(Info, text) },
	}
	if c.Limits.MPS == 0 && !a.simulated() {
		c.Limits.MPS = api.DefaultMPS
	}
	return c
}
