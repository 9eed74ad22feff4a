package tunnel

// preset is a command that is known by name.
type preset struct {
	name    string
	words   []string // with placeholder where the address goes, and configFile where an empty file is wanted
	pattern string   // of the URL, see Settings.Pattern
	// ready is in a line that says that the URL works, where the program prints one. The URL is told without
	// it when it does not come for a while.
	ready   string
	install string // what to do where the program is missing
}

// ownCommand is the name of a command that is none of the presets.
const ownCommand = "command"

// configFile stands for the name of a file that holds an empty configuration.
const configFile = "{config}"

// presets are the tunnels that need no account. The services over ssh are reached as their pages say; their
// host keys are trusted on first use, and nothing is ever asked, since nobody could answer.
var presets = []preset{
	{
		name: "cloudflared",
		// The user's own configuration would turn a quick tunnel into something else.
		words:   []string{"cloudflared", "tunnel", "--no-autoupdate", "--config", configFile, "--url", "http://" + placeholder},
		pattern: `https://[a-z0-9]+(?:-[a-z0-9]+)+\.trycloudflare\.com`, // not api.trycloudflare.com, which error lines hold
		ready:   "Registered tunnel connection",
		install: "install it from https://developers.cloudflare.com/cloudflare-one/connections/connect-networks/downloads/, or choose another --tunnel",
	},
	overSSH("localhost.run", `tunneled with tls termination, (https://[a-z0-9.-]+)`, "-R", "80:"+placeholder, "nokey@localhost.run"),
	overSSH("serveo", `Forwarding HTTP traffic from (https://[a-z0-9.-]+)`, "-R", "80:"+placeholder, "serveo.net"),
	overSSH("pinggy", `https://[a-z0-9.-]+\.pinggy\.(?:link|online)`, "-p", "443", "-R", "0:"+placeholder, "free.pinggy.io"),
}

func overSSH(name, pattern string, args ...string) preset {
	words := []string{
		"ssh", "-T", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=accept-new", "-o", "ExitOnForwardFailure=yes",
		"-o", "ConnectTimeout=15", "-o", "ServerAliveInterval=10", "-o", "ServerAliveCountMax=2",
	}
	return preset{
		name: name, words: append(words, args...), pattern: pattern,
		install: "install the OpenSSH client, or choose another --tunnel",
	}
}
