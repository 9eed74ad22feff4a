package tui

import (
	"net/http"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/tui/grid"
	"dev.internal/plivoscope/internal/webhook"
)

// remark is a line below a field: what was understood of it, or what was not.
func (s *sigScreen) remark(f field) (span, bool) {
	th := s.env.th
	_, pasted := s.pasted[f]
	switch lossy := s.source.lossy[f]; {
	case s.holds(f) || lossy && s.asFilled(f):
		return span{th.muted, "not all can be shown; it counts as it came, until edited"}, true
	case pasted:
		return span{th.warn, "! edited from what is shown; paste it again for the rest"}, true
	case lossy && !s.cleared[f]:
		return span{th.warn, "! edited from what is shown; ctrl+r brings back what came"}, true
	}
	switch f {
	case fieldMethod:
		if s.focus == f {
			return span{th.muted, "← → POST or GET"}, true
		}
	case fieldSigned:
		if s.assumed() && !(s.known && s.exam.Verdict.Outcome == signature.Valid) {
			return span{th.muted, "scheme assumed: the capture names host and path only"}, true
		}
	case fieldHeaders:
		if _, wrong := parseHeaders(s.value(f)); wrong != "" {
			return span{th.warn, "! not read, a header is a name, a colon and a value: " + brief(s.env.mask.Text(wrong))}, true
		}
	case fieldBody:
		return s.bodyRemark()
	case fieldToken:
		switch {
		case s.wantsToken():
			return span{th.warn, "! type yours: only the simulator's made-up token is known here"}, true
		case s.focus == f:
			return span{th.muted, "kept nowhere; empty: those configured"}, true
		}
	}
	return span{}, false
}

// wantsToken reports whether a request that is none of this program's own was checked with nothing but
// the token that the simulator made up, with which no other request verifies.
func (s *sigScreen) wantsToken() bool {
	return s.known && s.env.simulated() && s.callback == 0 && s.value(fieldToken) == "" &&
		s.exam.Verdict.Outcome == signature.Invalid && s.exam.Diagnosis.Cause() == signature.UnknownCause &&
		s.exam.Case.URL != "" && len(s.exam.Case.Tokens) == 1
}

// decodedBytes is the longest body whose parameters are shown below its field: they are read anew at
// each key.
const decodedBytes = 64 << 10

// bodyRemark decodes the body.
func (s *sigScreen) bodyRemark() (span, bool) {
	th, c := s.env.th, s.unread()
	var params []signature.Param
	if s.hasParams() {
		params = s.source.exact.Params
	}
	switch {
	case len(c.Body)+len(params) == 0:
		return span{}, false
	case inURL(c.Method):
		return span{th.warn, "! of a " + c.Method + " only the query is signed, not the body"}, true
	case len(c.Body) > decodedBytes:
		return span{th.muted, count(int64(len(c.Body))) + " bytes"}, true
	case len(c.Body) > 0:
		var problem string
		params, problem = webhook.ParseParams(c.Method, c.URL, http.Header(c.Header).Get("Content-Type"), c.Body)
		if problem != "" {
			return span{th.warn, "! " + escape.Line(head(s.env.mask.Sentence(problem), noticeBytes))}, true
		}
	}
	params = s.env.mask.Params(params)
	room := s.valueWidth()
	words := plural(len(params), "parameter")
	for i, p := range params {
		words += map[bool]string{true: ": ", false: " · "}[i == 0] + brief(p.Name) + "=" + brief(p.Value)
		if len(words) > 4*room {
			break
		}
	}
	words, _ = grid.Clip(words, room)
	return span{th.muted, words}, true
}
