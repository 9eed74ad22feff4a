// Package mask hides phone numbers and message texts, so that a screen can be shared and a log be passed
// on. A number becomes a pseudonym of the same width, the same one each time, however it was written:
// +14155550123 and 14155550123 are +1••••kqtzbd and 1••••kqtzbd. A text becomes its length.
//
// A pseudonym is a keyed hash: who does not have the key cannot find the number by trying all of them.
//
// It works on data, not on what is drawn: messages, callbacks with their bodies, requests whose signature
// is examined with what was said of them, and sentences, in which whatever looks like a number is one.
// UUIDs, times, ports, error codes, nonces and signatures stay. Every method of a nil Masker and of a nil
// Request gives back what it is given, so that "not masked" needs no case of its own.
package mask
