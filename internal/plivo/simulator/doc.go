// Package simulator is a Plivo on loopback: the messaging part of its REST API over HTTP, and signed callbacks to the
// URLs that the messages name. Real SDKs send through it; nothing of it is a mock.
//
// # What it does as Plivo does
//
//	Account                  GET
//	Message                  POST, GET of a list and of one; GET of its Media and of one file
//	Number                   GET of a list and of one; POST changes app_id, alias and subaccount
//	Application              GET, POST, DELETE
//	Powerpack                GET of a list and of one; GET of its NumberPool's Number, Tollfree and Shortcode
//	Subaccount               GET of a list and of one, by the main account
//	all else that Plivo has  501 that names it, never something made up
//
// All with Basic auth by any active token of the account in the path, Plivo's status codes, bodies and error shapes.
// POST Message/ takes SMS, MMS and WhatsApp with all their parameters, whose rules it keeps: 1,000 destinations,
// duplicates removed, invalid_number; a Powerpack whose sender stays with its destination; message_expiry; log; DLT. A
// list has Plivo's filters, its pages of 20 with relative links, and 24 h where no time is named. A call with a
// callback_url is answered "async api spawned".
//
// Each message, number and application belongs to the main account or a subaccount. Callbacks go at every change of a
// message's status, as form or query, with Plivo's keys in Plivo's formats; the plain signature headers are by the
// tokens of the owner, the Ma- ones by the main account's, a comma list where several are active; a callback that is
// not answered 200 within 5 s is posted again after 60, 120 and 240 s. Inbound messages go to the message_url of their
// number's application, with its method, and the replies that its XML answer asks for are sent. STOP and its likes opt
// a phone out of a long code or toll-free number of the US and Canada, or of its whole Powerpack or 10DLC campaign:
// sends fail with 200 until it says START. HELP is answered.
//
// An account answers Options.Limits of calls, else 429. Options.MPS lets so many messages a second go from a number;
// the rest is queued, and fails with 420 after message_expiry or 3 h. Sends lessen Options.Balance; one that there is
// no money for fails with 900, and for 2 minutes sends are refused. Options.GeoBlocked are countries that are refused,
// or fail with 450. A disabled account is refused, or its messages fail with 910. All of this tells the time by the
// simulator's clock, so that moving it on ends each wait, and its speed shortens them. The limits of calls are freed
// by this machine's time too, also while the clock stands.
//
// # What is a choice of its own
//
// What becomes of a message is its fate: that of a magic destination +1500555CCCC, else the FateHeader of the request,
// else what FateNext says, else that of the first rule that fits, else the default of Options. CCCC is a messaging
// error code with leading zeros, or
//
//	0000  delivered                     0005  signed with a wrong token
//	0001  sent, and never more          0006  the last callback late
//	0002  delivered without callbacks   0007  signed over the URL with another end: a slash, or none
//	0003  callbacks out of order        9400  the API refuses the whole request with 400,
//	0004  each callback twice           9401  with 401,
//	                                    9429  with 429,
//	                                    9500  with 500
//
// A fate is a scenario of one outbound message, as package scenario has them, at the pace of Options. Opt-out, geo
// permission, a disabled account and the queue come before it; want of money does too, but not before a magic
// destination. An unknown code in that range is answered 400.
//
// Rules and Chaos are package scenario's. Chaos changes what is posted of a message, when, how it is signed and how
// much of it arrives, never what the API says of the message; and it lets the API be slow or fail. A message takes the
// rules and the chaos that hold when it is accepted. A send that is refused uses up nothing of FateNext, nor of what rules
// count, unless a rule refuses it.
//
// The main account sees and changes what its subaccounts have, but lists their messages only by the filter subaccount,
// and they spend its money; each has its own count of calls. Money is taken when a message is accepted. The zero Limits
// are Plivo's lists alone, since the embedded simulator is not to hold its program up; the queue is off unless MPS is
// set. Senders that are not the account's are taken unless Options.StrictSenders is set. Fields of a body that nobody
// knows are ignored; a filter that is not there is answered 501, and a message_state that no message has 400. An MMS goes
// from a number of the account that has mms_enabled, which those of Options.Numbers in the US and Canada have, or from one
// that is not the account's. Numbers of WhatsApp may begin with whatsapp:. A missing slash at the end of a path is
// forgiven, and one too many. A body is JSON of at most 1 MiB, else 413. template, interactive and location are shown
// again by GET, which Plivo does not do. A call with a callback_url is made before it is answered; its answer is posted
// once, signed, as a form whose values are strings, or JSON where they are none. Files of messages are not fetched:
// their sizes are made up, and their types go by their names. Powerpacks are the main account's, and the pool of one has
// its id. Rates, networks and the User-Agent of callbacks are made up but plausible. Options.Speed hurries the pace of
// the statuses, the retries, the queue and the limits, but not the 5 s that an answer may take, which are counted from
// when the request was written: until then there are 15 s. A callback URL off this machine is refused unless
// Options.AllowRemote is set; the message_url of an application is taken, and the message refused that would go there.
// Inbound messages come from a phone number, to a number of the account.
//
// # How it is built
//
// A tenant is who calls: the main account or a subaccount, with its keys and counts. A message does not change once it
// is accepted: its whole course (times, statuses, amounts) is laid out then, so the API tells its state by the clock
// and every callback is computed from the message alone. A schedule behind the clock posts what is due, at most
// Options.AtOnce callbacks to one target at once and 64 to all: those of a message in order, retries beside them. One
// goroutine hands events to OnEvent. The Simulator owns all of these and ends them in Close. What waits to be posted is
// bounded in number and in bytes, and so is what a request leaves behind. A reset begins a round: what is of an earlier
// one is not posted any more, and changes nothing. With a seed, everything random repeats: each value is drawn from a
// stream of its own, so neither the order
// of events matters, nor what else is drawn.
//
// The control API (control*.go) is served beside Plivo's, without credentials, to programs of this machine alone; what
// it can do the methods of Simulator can too.
//
// What callbacks hold and how they are signed is package scenario's, which makes them for whoever needs signed
// callbacks without a capture too. The package may import scenario, plivo, signature and the leaf packages.
package simulator
