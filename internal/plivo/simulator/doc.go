// Package simulator is a Plivo on loopback: the messaging part of its REST API over HTTP, and signed
// callbacks to the URLs that the messages name. Real SDKs send through it; nothing of it is a mock.
//
// # What it does as Plivo does
//
// POST Message/ of SMS, MMS and WhatsApp with all their parameters but media_ids, whose rules it keeps, GET Message/ (20 lists a minute, the last 24 h unless a time is named) and GET
// Message/{uuid}/ with Basic auth, Plivo's status codes, bodies and error shapes; the account, its numbers,
// applications and Powerpacks, of which numbers and applications can be changed; inbound messages to the
// message_url of their number's application, with its method, and the replies that its XML answer asks for; a
// delivery report at every change of a message's status, as form or query, with Plivo's
// keys in Plivo's formats and the V2 and V3 signatures under the account's and the main account's
// token; retries after 60, 120 and 240 s of a callback that is not answered 200 within 5 s. What else
// Plivo offers is answered 501 with its name, never with something made up.
//
// # What is a choice of its own
//
// What becomes of a message is its fate: that of a magic destination +1500555CCCC, else the FateHeader
// of the request, else what FateNext says, else that of the first rule that fits, else the default of Options. CCCC is a messaging error code with leading zeros, or
//
//	0000  delivered                     0005  signed with a wrong token
//	0001  sent, and never more          0006  the last callback late
//	0002  delivered without callbacks   0007  signed over the URL with another end: a slash, or none
//	0003  callbacks out of order        9400  the API refuses the whole request with 400,
//	0004  each callback twice           9401  with 401,
//	                                    9429  with 429,
//	                                    9500  with 500
//
// A fate is a scenario of one outbound message, as package scenario has them, at the pace of Options.
//
// Rules and Chaos are package scenario's. Chaos changes what is posted of a message, when, how it is signed and how
// much of it arrives, never what the API says of the message; and it lets the API be slow or fail. A message takes the
// rules and the chaos that hold when it is accepted.
//
// An unknown code in that range is answered 400. An account without money fails a message with 900 and then
// refuses sends for 2 minutes; no message lessens the balance. A disabled account answers 403, and no Powerpack
// can be made or changed. The pool of a Powerpack has the Powerpack's id. Rates,
// networks and the User-Agent of callbacks are made up but plausible. A missing slash at the end of a
// path is forgiven. Options.Speed hurries the pace of the statuses and the retries, but not the 5 s that
// an answer may take. A callback URL off this machine is refused unless Options.AllowRemote is set.
//
// # How it is built
//
// A message does not change once it is accepted: its whole course (times, statuses, amounts) is laid out
// then, so the API tells its state by the clock and every callback is computed from the message alone.
// One goroutine a message posts its callbacks in order, retries run beside it, and one hands events to
// OnEvent. The Simulator owns these goroutines and ends them all in Close. With a seed, everything
// random repeats: each value is drawn from a stream of its own, so the order of events does not matter,
// nor what else is drawn.
//
// What callbacks hold and how they are signed is package scenario's, which makes them for whoever needs
// signed callbacks without a capture too. The package may import scenario, plivo, signature and the leaf
// packages.
package simulator
