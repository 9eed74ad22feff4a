package tui

import (
	"context"

	"dev.internal/plivoscope/internal/app"
)

// Doctor finds what the test says.
func (c *fakeCore) Doctor(ctx context.Context, emit func(app.Finding)) error {
	c.calls.Add(1)
	for _, f := range c.findings {
		emit(f)
	}
	return ctx.Err()
}

// doctorFindings are one of each result, some as long as they get.
func doctorFindings() []app.Finding {
	return []app.Finding{
		{Check: "env_file", Result: app.CheckWarning, What: ".env holds 2 tokens, and its mode 0644 lets other users of this machine at it", Advice: "run: chmod 600 .env"},
		{Check: "credentials", Result: app.CheckOK, What: "account MAXXXXXXXXXXXXXXXXXX, from PLIVO_AUTH_ID in .env", Private: []string{"MAXXXXXXXXXXXXXXXXXX"}},
		{Check: "api", Result: app.CheckOK, What: "the credentials of MAXXXXXXXXXXXXXXXXXX are accepted: \x1b[2JAcme \u202e(standard); the answer took 182 ms", Private: []string{"MAXXXXXXXXXXXXXXXXXX"}},
		{Check: "balance", Result: app.CheckFailed, Class: app.FaultLocal, What: "the balance is 0.00 USD", Advice: "buy credits in the Plivo console: every message would be refused or fail with error 900"},
		{Check: "sender", Result: app.CheckOK, What: "the sender +14155550100 is the account's (local) and enabled for SMS"},
		{Check: "geo_permission", Result: app.CheckSkipped, What: "which countries the account may send to cannot be told: the API does not say", Advice: "see in the Plivo console under Messaging, Geo Permissions, whether your destinations are on"},
		{Check: "round_trip", Result: app.CheckOK, What: "a request went out to https://name.example and came back in 84 ms"},
		{Check: "signature", Result: app.CheckOK, What: "a request that was signed as Plivo does it came in and verified"},
	}
}
