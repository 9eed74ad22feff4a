// Package app is the use cases and the lifecycle of the program: it opens the history, runs the
// callback server and the embedded simulator, sends messages and waits for their statuses. The
// terminal UI and the headless commands are its equal clients.
//
// Beside the callback server runs the search for the causes of signatures that do not match: after a
// callback was acknowledged, never before, the newest first, and with a small share of a core. The causes
// go into the history; of two servers on one history each explains what came to it.
//
// Beside both runs the watch over messages of which no callback comes: it notes the likely cause, and asks the API,
// seldom, what became of them. A Reconciler does that for all of them at once, and gives an application the
// callbacks that it missed. What the API says never becomes a message's status.
//
// Callbacks are sent again in two ways: a Replay takes them out of a history without running a server, so it
// works beside an App of another process, whose simulator's token it finds in the lease; and an App does what
// a ReplayPlan says in the background, as a Replaying. Both keep each attempt in the history, and neither
// sends to the server that writes it.
//
// A Scenario makes such callbacks without a capture, and needs no history; a ReplayPlan can have one too.
// With Routes every callback is forwarded to applications, those included that earlier runs left. Of two
// servers on one history one has a route.
//
// An application of a live account can be attached: its message_url leads here while the program runs. What it was
// before is written to the history first, and put back at the end, at the next start after a crash, or by Restore;
// what somebody else set meanwhile is never overwritten.
//
// The way from outside is a tunnel, or a public URL that was given. It is online while a probe with a one-time token
// comes back through it: after each connect, after a sleep, when messages in flight fall silent, and on a timer where
// that costs nothing. The URL may change while the program runs. What was public before is remembered: what
// still asks for it verifies, by signatures of V3 alone, and messages that were sent with it are Stranded.
//
// CheckUp looks at everything that has to be right before a callback can come in, with the server that runs on the
// history or with one of its own that leaves nothing; App.Doctor does the same for a program that runs. The way from
// outside is tried with a signed request that the server judges and does not store.
//
// The simulator that messages go to is controlled alike wherever it runs: the embedded one directly, that of another
// process by its control API. While somebody looks at Status, that one is asked for its clock and chaos every 1.5 s.
//
// An App owns everything that it started and stops it in a written order: the watch over messages first (nothing
// new is asked), the lease (no other process joins), a replay, the attached application, the simulator (nothing
// new is posted), the tunnel (nothing of it is left), the callback server (what was read is answered), the
// forwarding (what is in flight ends), the search for causes, and at last the history. It may import the store,
// the adapters and
// what is below them, and is the only importer of errgroup.
package app
