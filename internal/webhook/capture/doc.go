// Package capture reads requests that somebody captured: raw HTTP as proxies and packet sniffers save
// it, HAR files, and this program's own JSON lines.
//
// It may import webhook, plivo and plivo/signature. It reads no file itself and keeps nothing.
package capture
