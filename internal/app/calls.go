package app

import "dev.internal/plivoscope/internal/plivo/api"

// apiConfig says how the API is called.
func (a *App) apiConfig(token string) api.Config {
	c := a.o.apiConfig()
	c.AuthID, c.AuthToken, c.BaseURL = a.authID, token, a.apiURL
	c.Retry = api.Retry{Times: a.o.Retries}
	c.Told = func(text string) { a.Notify(Info, text) }
	return c
}

// apiConfig says how the API of the account is called by whoever calls it once.
func (o Options) apiConfig() api.Config {
	return api.Config{
		AuthID: o.AuthID, AuthToken: o.AuthToken.Reveal(), BaseURL: o.APIURL, UserAgent: "plivoscope/" + o.Version,
		Limits: o.limits(), Pace: o.pace,
	}
}

// limits are those of the account. A simulator has none of its own, so none are kept unless they are asked for.
func (o Options) limits() api.Limits {
	l := api.Limits{Account: o.Mode != Simulator, MPS: o.MPS}
	if l.MPS == 0 && l.Account {
		l.MPS = api.DefaultMPS
	}
	return l
}
