// Package snippet writes a send as code that a developer can run: as a curl command, and with Plivo's own
// SDKs for Go, Node and Python.
//
// The code takes the account from the environment (PLIVO_AUTH_ID, PLIVO_AUTH_TOKEN); no credential is ever
// part of it. Every value of the draft comes out of it byte for byte as it went in; what a reader would not
// see in a string (control, bidi and zero-width characters) is written with the escapes of the language.
//
// The package is pure and imports plivo alone.
package snippet
