// Package archive writes callbacks in the formats that other programs read, and reads them back.
//
// JSON lines hold all that the history has of a callback, without loss. HAR 1.2 and raw HTTP are for other
// programs' eyes; they hold the request exactly, HAR also all else, in a field of its own. A curl command
// sends the request again, and a test (for jest, pytest or go test) has the developer's own handler judge
// it, with a signature that is computed when the test runs. No token is part of anything that is written.
//
// Everything is written and read one callback at a time, however many there are. What is read may come from
// anybody: sizes are bounded as the server's, and nothing gets in that could not have come over HTTP.
//
// The package opens no file and keeps nothing. It may import webhook, webhook/capture, plivo,
// plivo/signature, plivo/snippet and escape.
package archive
