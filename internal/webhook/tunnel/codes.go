package tunnel

import (
	"regexp"
	"strings"
)

var codePattern = regexp.MustCompile(`ERR_NGROK_[0-9]{1,6}`)

// codeIn finds ngrok's code in a text; empty where none is.
func codeIn(text string) string { return codePattern.FindString(text) }

// interstitialCode is that of the page that ngrok shows to browsers on free plans.
const interstitialCode = codePrefix + "6024"

const (
	codePrefix = "ERR_NGROK_"
	ownToken   = "copy it from https://dashboard.ngrok.com/get-started/your-authtoken into NGROK_AUTHTOKEN"
)

// code is what is known of one of ngrok's codes.
type code struct {
	// final: trying again cannot help. At a login it is the account's matter, at a bind the endpoint's.
	final bool
	// token: it is the authtoken that is refused.
	token bool
	// edge: the edge answers it to whoever calls the public URL; the client never sees it.
	edge  bool
	means string // a sentence with what to do
}

// codes are ngrok's by their numbers, from the pages at https://ngrok.com/docs/errors.
var codes = map[string]code{
	"105":   {final: true, token: true, means: "The authtoken does not look like one: " + ownToken + ", whole and without quotes."},
	"106":   {final: true, token: true, means: "The authtoken is of ngrok's first version and no longer taken: " + ownToken + "."},
	"107":   {final: true, token: true, means: "The authtoken is not valid any more, it was reset or removed: " + ownToken + "."},
	"300":   {final: true, token: true, means: "The authtoken was revoked: " + ownToken + "."},
	"4018":  {final: true, token: true, means: "There is no authtoken: " + ownToken + "."},
	"108":   {means: "The account has as many agents connected as its plan allows: end another one (https://dashboard.ngrok.com/agents lists them), or use --tunnel ngrok-agent with the one that runs."},
	"120":   {final: true, means: "ngrok no longer takes this version of its client from free accounts: get a newer plivoscope, or use --tunnel ngrok-agent with a current agent."},
	"121":   {final: true, means: "ngrok no longer takes this version of its client: get a newer plivoscope, or use --tunnel ngrok-agent with a current agent."},
	"9040":  {final: true, means: "ngrok does not serve the country or the anonymiser that this machine connects from: use another way out, or another --tunnel."},
	"9009":  {final: true, means: "Connecting to ngrok through a proxy needs a paid plan: connect without one, or use another --tunnel."},
	"334":   {means: "The endpoint is already online, from another terminal or machine, or from a session that ngrok has not dropped yet: end the other one, or set NGROK_DOMAIN to another name."},
	"313":   {final: true, means: "Choosing a name needs a paid plan: leave NGROK_DOMAIN empty for the account's own dev domain, or set it to that one."},
	"319":   {final: true, means: "The name in NGROK_DOMAIN is not reserved by this account: set it to one that https://dashboard.ngrok.com/domains lists, or leave it empty."},
	"320":   {final: true, means: "The name in NGROK_DOMAIN is another account's: set it to one that https://dashboard.ngrok.com/domains lists, or leave it empty."},
	"15013": {final: true, means: "The account has no dev domain yet: get it at https://dashboard.ngrok.com/domains, or set NGROK_DOMAIN."},
	"324":   {final: true, means: "The session has as many endpoints as the plan allows: end others of this account."},
	"18019": {final: true, means: "The plan allows no two endpoints on one URL: end the other one, or set NGROK_DOMAIN to another name."},
	"725":   {final: true, means: "The plan's bandwidth for this month is used up: wait for the next month, upgrade, or use another --tunnel."},
	"727":   {final: true, means: "The plan's requests for this month are used up: wait for the next month, upgrade, or use another --tunnel."},
	"734":   {means: "There were more requests in a minute than the plan allows: it works again after a minute."},
	"3200":  {edge: true, means: "No tunnel is online under this name. Start it, or give Plivo the present URL."},
	"3004":  {edge: true, means: "What came back through the tunnel was no valid HTTP answer. Check that the tunnel forwards to plivoscope."},
	"3210":  {edge: true, means: "The request could not be passed to the agent. Check its connection and start it again."},
	"3208":  {final: true, means: "ngrok has blocked the account: write to its support, or use another --tunnel."},
	"8012":  {edge: true, means: "The agent runs, but nothing listens where it forwards to. Start it for the port that plivoscope listens on."},
	"6024":  {edge: true, means: "Programs such as Plivo's do not get it; an uncommon User-Agent or the header ngrok-skip-browser-warning passes it."},
}

// Meaning says in a sentence what one of ngrok's codes, as ERR_NGROK_334, means and what to do; of one that is
// not known it says where ngrok explains it.
func Meaning(name string) string {
	if c, known := codes[strings.TrimPrefix(name, codePrefix)]; known {
		return c.means
	}
	return "It is explained at https://ngrok.com/docs/errors/" + strings.ToLower(name) + "."
}
