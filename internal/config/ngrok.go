package config

// Ngrok is what a tunnel by ngrok is opened with.
type Ngrok struct {
	Token  Secret // NGROK_AUTHTOKEN
	Domain string // NGROK_DOMAIN, the name to be reached under; empty for the account's own
	// Server and CA are another service than ngrok's, HOST:PORT, and the PEM file of the CAs that it is checked
	// with: PLIVOSCOPE_NGROK_SERVER and PLIVOSCOPE_NGROK_CA. They belong to no flag.
	Server, CA string
}

// NgrokOf reads what is set for ngrok.
func NgrokOf(env Env) Ngrok {
	return Ngrok{Token: env.Secret(ngrokAuthToken), Domain: env.Get(ngrokDomain), Server: env.Get(ngrokServer), CA: env.Get(ngrokCA)}
}
