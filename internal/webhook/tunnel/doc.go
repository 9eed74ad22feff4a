// Package tunnel gives a local server a public URL: by ngrok's client in this program, by an ngrok agent that
// already runs, or by any command that opens a tunnel and prints its URL. Parse makes one from its name.
//
// A Tunnel says what its provider says. That the URL truly leads here is for a Prober to prove, with a one-time
// token that only this process can answer: what calls itself online may be dead.
//
// It owns the connection to the provider, or the child process with all that it started, from the start of Run to
// its end; nothing of either is left then, but for a goroutine of ngrok's client that may sleep for half a minute
// before it sees that its connection has gone. It stores and prints nothing, lets no token into a log, an event
// or an error, and gives a child process none of Plivo's variables. What programs and servers write is escaped
// before it becomes part of a sentence.
//
// It may import config and escape, and is the only importer of ngrok's client, beside ngroktest, which stands in
// for ngrok's service in tests.
package tunnel
