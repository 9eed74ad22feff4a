// Package tunnel gives a local server a public URL: by ngrok in this program, by an ngrok agent that
// already runs, or by any command that opens a tunnel and prints its URL.
//
// A Tunnel says what its provider says. That the URL truly leads here is for a Probe to prove: what
// calls itself online may be dead.
//
// It may import config and escape, and is the only importer of ngrok's client. It owns the connection to the
// provider, or the child process, from the start of Run to its end; nothing of either is left then. It stores and prints nothing, and
// lets no token into a log or an error.
package tunnel
