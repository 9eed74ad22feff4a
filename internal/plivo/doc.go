// Package plivo is what Plivo's messaging means, as pure values and functions: the statuses and their
// order, the parameters of a callback, the folding of callbacks into a message, the error codes, a
// draft's validation, what its send is billed for, the cutting of a text into segments, and the XML that inbound
// messages are answered with.
//
// It reads no clock, no file and no network, starts no goroutine and keeps no state; every value
// belongs to its caller. It may import plivo/signature, and it alone imports phonenumbers. Text that
// it carries is as it arrived: making it safe to show is for whoever shows it.
package plivo
