package capture

import (
	"net/http"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// Request is a captured request.
type Request struct {
	Method string
	URL    string // absolute where the capture says so (HAR, absolute form, JSON lines, a proxy's own headers); empty where only Host and target are known
	Host   string // the Host header
	Target string // path and query as they were sent
	Header http.Header
	Body   []byte
	Params []signature.Param // of the body, decoded; a GET's stand in the URL
	// Problem says what could not be read of it, in a sentence; empty otherwise.
	Problem string
}

// Parse reads the requests of a capture, in their order: one raw HTTP request, the requests of a HAR
// file that have a Plivo signature header (all, where none has), or the callbacks of JSON lines as
// "history --callbacks -o json" prints them. It tells the format from the content. The error is a
// sentence with what to do; nothing panics on any input.
func Parse(data []byte) ([]Request, error) { panic("unwritten") }
