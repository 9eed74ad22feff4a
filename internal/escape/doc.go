// Package escape makes text from the network safe to show. A message's text, a header or a parameter
// is whatever a stranger sent: it can carry escape sequences that drive the terminal, bidi controls
// that turn a line round, and characters that nobody sees.
//
// It is used where text leaves the program for a terminal, a log or an export that a terminal may
// show, and nowhere else: what is stored, signed, replayed or put into JSON stays as it arrived.
//
// What is escaped shows as \n, \x1b, \u202e or \U000e0041; a byte that is no UTF-8 as \xff. A
// backslash of the text itself stays as it is, so the escaped form is for reading, not for decoding.
// The package imports the standard library alone.
package escape
