// Package capture reads requests that somebody captured: raw HTTP as proxies and packet sniffers save
// it, HAR files, curl commands and what "curl -v" shows, and this program's own JSON lines.
//
// It reads leniently: a capture that lost its blank line or a part of its body still gives the request
// that is there, with a sentence about what is missing. It reads no file itself and keeps nothing. It may
// import webhook, plivo and plivo/signature.
package capture
