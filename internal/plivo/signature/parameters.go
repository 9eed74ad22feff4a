package signature

import (
	"slices"
	"strings"
)

// documented are the parameters of Plivo's message callbacks: of delivery reports, then what inbound
// messages and WhatsApp add, then what was seen without being documented.
var documented = []string{
	"MessageUUID", "To", "From", "Type", "Status", "Units", "TotalRate", "TotalAmount", "MCC", "MNC", "ErrorCode",
	"ParentMessageUUID", "PartInfo", "Sequence", "MessageTime", "QueuedTime", "SentTime", "DeliveryReportTime",
	"requester_ip", "PowerpackUUID",
	"Text", "MessageIntent",
	"ConversationID", "ConversationOrigin", "ConversationExpirationTimestamp",
	"NumMedia", "MessageState",
}

// oftenEmpty are the documented parameters that a callback may carry without a value, likeliest first.
var oftenEmpty = []string{
	"PowerpackUUID", "PartInfo", "ErrorCode", "MCC", "MNC", "MessageIntent", "DeliveryReportTime", "SentTime",
	"QueuedTime", "Text", "ParentMessageUUID",
}

// ofFrameworks are parameters that frameworks, routes and proxies put beside those of a form.
var ofFrameworks = []string{
	"action", "controller", "format", "_method", "utf8", "authenticity_token", "_token", "csrfmiddlewaretoken",
	"__RequestVerificationToken", "commit", "path", "route", "slug", "id", "_url", "q", "page",
}

// ofPlivo tells whether Plivo is known to send a parameter of this name.
func ofPlivo(name string) bool {
	if slices.Contains(documented, name) {
		return true
	}
	for _, numbered := range []string{"Media", "MediaContentType"} {
		if n, ok := strings.CutPrefix(name, numbered); ok && n != "" && digits(n) == len(n) {
			return true
		}
	}
	return false
}

// covered tells whether parameters change the base string of in.
func covered(in input) bool {
	return in.recipe.form == V3 || in.recipe.form == V1 || in.recipe.withParams
}

// inQuery tells whether the parameters of in stand in its URL: a V3 GET's do, and its base string makes
// no difference between them and others.
func inQuery(in input) bool {
	return in.recipe.form == V3 && strings.EqualFold(in.method, "GET")
}

// parameters gives all pairs that the base string of in covers as parameters, in their order; the
// caller must not write to them.
func parameters(in input) []Param {
	if !covered(in) {
		return nil
	}
	if !inQuery(in) {
		return in.params
	}
	_, query, _ := cutQuery(in.url)
	pairs := appendQuery(nil, query)
	return append(pairs, difference(in.params, pairs)...)
}

// withParameters gives in with these in place of what parameters gave. A GET's go where they were: what
// stands in the URL stays there as it was written; what is new goes beside it where there were
// parameters already, and into the URL otherwise.
func withParameters(in input, pairs []Param) input {
	origin, query, _ := cutQuery(in.url)
	if !inQuery(in) || query == "" {
		in.params = pairs
		return in
	}
	var kept []string
	written := map[Param]string{}
	for piece := range strings.SplitSeq(query, "&") {
		if pair := appendQuery(nil, piece); len(pair) == 1 {
			written[pair[0]] = piece
		}
	}
	beside := make([]Param, 0, len(pairs))
	for _, p := range pairs {
		piece, ok := written[p]
		switch {
		case ok:
			kept = append(kept, piece)
		case len(in.params) > 0:
			beside = append(beside, p)
		default:
			kept = append(kept, escapeQuery(p.Name)+"="+escapeQuery(p.Value))
		}
	}
	if changed := strings.Join(kept, "&"); changed != query {
		in.url = origin
		if changed != "" {
			in.url += "?" + changed
		}
	}
	if len(in.params) > 0 {
		in.params = beside
	}
	return in
}

// cutQuery takes a URL apart at its query; the fragment, which is never signed, is dropped.
func cutQuery(url string) (origin, query string, found bool) {
	url, _, _ = strings.Cut(url, "#")
	return strings.Cut(url, "?")
}

// pairSet and nameSet are for looking many pairs up.
func pairSet(pairs []Param) map[Param]bool {
	set := make(map[Param]bool, len(pairs))
	for _, p := range pairs {
		set[p] = true
	}
	return set
}

func nameSet(pairs []Param) map[string]bool {
	set := make(map[string]bool, len(pairs))
	for _, p := range pairs {
		set[p.Name] = true
	}
	return set
}

// without gives pairs less those that drop tells.
func without(pairs []Param, drop func(Param) bool) []Param {
	return slices.DeleteFunc(slices.Clone(pairs), drop)
}

// mapped gives pairs with f applied to each, and whether anything changed.
func mapped(pairs []Param, f func(Param) Param) ([]Param, bool) {
	for i, p := range pairs {
		if f(p) != p {
			out := slices.Clone(pairs)
			for j := range out[i:] {
				out[i+j] = f(out[i+j])
			}
			return out, true
		}
	}
	return nil, false
}

// names lists the names of pairs as a sentence does, each once and no more than a few.
func names(pairs []Param) string {
	const most = 4
	var list []string
	for i, p := range pairs {
		if len(list) == most && len(pairs)-i > 1 {
			return strings.Join(list, ", ") + " and " + count(len(pairs)-i, "other", "others")
		}
		list = appendNew(list, quote(p.Name))
	}
	return and(list)
}
