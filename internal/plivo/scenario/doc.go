// Package scenario is what Plivo posts in a given case: the generator of delivery reports and of inbound
// messages, the signatures over them, and the documented file format that says which of them go, in which
// order and how far apart.
//
// The simulator and whoever sends callbacks without a capture make them here, so that both look alike:
// every parameter of Plivo's, in Plivo's formats, with the V2 and V3 signatures under the account's and the
// main account's token. What becomes of a message on the simulator, its Fate, is a scenario of one message.
//
// Rules say which fate a message has, or that the API refuses it, and Chaos what goes wrong on the way. They have a
// file format of their own beside that of scenarios; they are data, and the simulator applies them.
//
// Parse reads a scenario's file, and Builtin gives those that are part of the program. Either is a Scenario: plain data
// with texts in which {{names}} stand for values. Make fills them in and gives the callbacks. Errors name the
// line and the column. Rates and networks are made up but plausible.
//
// The package is pure: it reads no clock, no file but those embedded, and no network, and starts no goroutine.
// Random values come from the caller's source. It may import plivo, signature and escape, and it alone imports
// the YAML library.
package scenario
