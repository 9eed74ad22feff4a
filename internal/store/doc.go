// Package store is the history: every callback that was received, raw, and the message that it and its
// like fold into, in one SQLite file. Truth is what is on disk. A change only wakes readers, who then
// ask for the window of rows that they show; there is no event bus and no second copy in memory.
//
// One goroutine, the writer, owns the only connection that writes. It takes all requests that are
// queued, stores them in one transaction (WAL, synchronous=FULL) and answers each only after the
// commit: acknowledged means on disk. Several processes may use one file: each transaction takes the
// write lock first and reads the fold states it needs under it, nothing is kept between two of them.
// Reads run on a small pool of read-only connections and never wait for the writer.
//
// The file has these tables of rows. callbacks are requests as they came (their parameters are read
// again from URL and body); messages are what they fold into, with plivo.Fold's state; both are windowed
// by ID, never by offset. Messages of one send to several destinations all name the first of them. marks
// say which IDs were next at which time, once a minute, so that since: is a bound on IDs. urls are the
// newest that were served or sent with, for whoever looks why a signature does not match. attempts are what
// was sent again to an application, and its answers. routes say how far each route of the forwarding is, and
// which process has it. outages are the newest spans in which no callback could come in, refusals those in which
// requests were answered and not kept, and watched are the messages that a callback is missed of, with the likely cause and what the API said of them: readers get both
// with the message, and folding knows neither. custody is which applications of an account were changed to lead
// here, and what has to be put back. Of single rows there are how far that watch is, the counters and the lease
// of the process that serves.
//
// Attempts wait in a queue of their own, from which the writer fills up the transaction of the callbacks that
// came: a flood of replays costs no commit each, takes no room in the queue from callbacks, and where one
// cannot be stored the callbacks are without it. One that waits too long is never refused, only late.
//
// The words of the filter language are one list, FilterWords: the parser, the completion of what is typed
// (FilterAt) and the documentation go by it. An error of the parser tells what is only begun from what is
// wrong.
//
// A filter that no index answers is tested row by row. Whoever waits for it at a screen scans: a step ends
// after the time that it is given, says which IDs it has looked at, and the next one goes on from there.
// For lists, callbacks come without their large bodies.
//
// Why a callback does not verify is found out beside its recording: the store gives what nobody looked
// at yet, and takes the causes. No new row is written with one, and folding leaves that of a message.
//
// An Import adds callbacks of a file in transactions of a batch each. They keep the times, the answers and
// the arrival flags that they had; what is there already, by its content, is not added again.
//
// Retention runs in the writer, in chunks of some milliseconds between transactions: the oldest valid callbacks beyond
// Options.Keep go, the oldest others beyond Options.KeepUnverified, and with those the messages that
// rest on nothing else; it begins when there is a hundredth too much. Other messages stay after their callbacks went, until there are more messages
// than both bounds together: then the oldest without callbacks go. Of attempts the newest Options.KeepAttempts
// are kept, with the first 64 KiB of each body, also when their callback went.
//
// After each commit the files have to be where they are looked for: a history that was deleted, moved or replaced
// while it is in use is written again from what is still open, or kept beside what has its place. Of a damaged one
// that is kept beside it which can be read, and it is never written over. Each transaction has the
// history for its program alone, by a lock on the mark beside it that says how far it was committed, from before it begins until
// it was looked at and the mark is written; so has a mend of a log that was cut, and the opening, which goes on without soon
// where nothing is to be stored.
//
// A Reader looks at a history from outside and leaves no trace of that, for what must be quick.
//
// The package may import webhook, plivo, plivo/signature and escape, and is the only importer of
// database/sql and modernc.org/sqlite.
package store
