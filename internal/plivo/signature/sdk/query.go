package sdk

import (
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// readQuery gives the decoded pairs of a query, sorted.
func readQuery(q set, query string) (pairs []signature.Param, raised string) {
	if query == "" {
		return nil, ""
	}
	if q.has(decodesFirst) {
		query = signature.Unescape(query, !q.has(firstPlus))
	}
	if q.has(javaPieces) {
		query = strings.TrimRight(query, "&")
	}
	decode := !q.has(decodesFirst) && !q.has(keepsEncoded) && !q.has(decodesURL)
	pairs = make([]signature.Param, 0, strings.Count(query, "&")+1)
	for more := query != ""; more; {
		var piece string
		piece, query, more = strings.Cut(query, "&")
		if piece == "" && !q.has(phpPieces) && !q.has(javaPieces) {
			continue
		}
		if q.has(maxKeys) && len(pairs) == nodeKeys {
			break
		}
		if q.has(dropsInvalid) && invalidPiece(piece) {
			continue
		}
		name, value, assigned := strings.Cut(piece, "=")
		if !assigned && q.has(omitsFlags) {
			continue
		}
		if q.has(truncates) {
			value, _, _ = strings.Cut(value, "=")
		}
		if decode {
			name, value = signature.Unescape(name, !q.has(firstPlus)), signature.Unescape(value, !q.has(firstPlus))
		}
		if q.has(replacesInvalid) {
			name, value = replaced(name), replaced(value)
		}
		if q.has(pythonASCIIQuery) {
			if raised = pythonEncode(name); raised == "" {
				raised = pythonEncode(value)
			}
			if raised != "" {
				return nil, raised
			}
		}
		pairs = append(pairs, signature.Param{Name: name, Value: value})
	}
	return arrangeQuery(q, pairs)
}

// nodeKeys is how many parameters Node's querystring reads.
const nodeKeys = 1000

// arrangeQuery sorts the pairs and keeps of a repeated name what the SDK keeps.
func arrangeQuery(q set, pairs []signature.Param) ([]signature.Param, string) {
	if q.has(queryRaises) {
		if raised := javaDuplicate(pairs); raised != "" {
			return nil, raised
		}
	}
	keep := keepAll
	switch {
	case q.has(queryFirst):
		keep = keepFirst
	case q.has(queryLast):
		keep = keepLast
	case q.has(queryGreatest):
		keep = keepGreatest
	}
	return arrange(pairs, q.order(), keep), ""
}

// invalidPiece tells what Go's net/url leaves out of a query.
func invalidPiece(piece string) bool {
	if strings.IndexByte(piece, ';') >= 0 {
		return true
	}
	for i := 0; i < len(piece); i++ {
		if piece[i] == '%' && !signature.EscapeAt(piece, i) {
			return true
		}
	}
	return false
}

// merge joins the pairs of a GET's URL with the parameters that came beside it.
func merge(q set, pairs, params []signature.Param) (merged []signature.Param, raised string) {
	merged = make([]signature.Param, 0, len(pairs)+len(params))
	switch {
	case q.has(mergeDoubles):
		return append(append(merged, pairs...), params...), ""
	case q.has(paramsWin):
		return append(appendOthers(merged, pairs, params), params...), ""
	case q.has(urlWins):
		return appendOthers(append(merged, pairs...), params, pairs), ""
	case q.has(mergeRaises):
		merged = append(merged, pairs...)
		known := names(pairs)
		for _, p := range params {
			if known[p.Name] {
				return nil, "System.ArgumentException: An item with the same key has already been added. Key: " + p.Name
			}
		}
		return append(merged, params...), ""
	default:
		known := make(map[signature.Param]bool, len(pairs))
		for _, p := range pairs {
			known[p] = true
		}
		merged = append(merged, pairs...)
		for _, p := range params {
			if !known[p] {
				merged = append(merged, p)
			}
		}
		return merged, ""
	}
}

// appendOthers appends the pairs whose names are not among those of others.
func appendOthers(dst, pairs, others []signature.Param) []signature.Param {
	known := names(others)
	for _, p := range pairs {
		if !known[p.Name] {
			dst = append(dst, p)
		}
	}
	return dst
}

func names(pairs []signature.Param) map[string]bool {
	known := make(map[string]bool, len(pairs))
	for _, p := range pairs {
		known[p.Name] = true
	}
	return known
}
