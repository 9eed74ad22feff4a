// Package redact takes tokens out of what is stored, shown, printed and logged. The program itself writes none;
// but a stranger can send one back: an API that repeats what it was given, a debugging page, a callback into which
// somebody put the token, a file that was captured from calls of the API.
//
// What it takes out becomes as many asterisks, so lengths and all around it stay as they are. The package imports
// the standard library alone.
package redact
