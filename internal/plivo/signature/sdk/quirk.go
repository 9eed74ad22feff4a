package sdk

import (
	"slices"
	"strings"
)

// quirk is an index into the table, and a bit of a set.
type quirk uint8

// set holds quirks; the empty one is Plivo's own recipe.
type set [2]uint64

// There is no room in a set for more quirks than bits.
const _ = uint(len(set{})*64 - int(quirks))

func of(all ...quirk) set { return set{}.with(all...) }

func (s set) has(q quirk) bool { return s[q/64]&(1<<(q%64)) != 0 }

func (s set) with(more ...quirk) set {
	for _, q := range more {
		s[q/64] |= 1 << (q % 64)
	}
	return s
}

func (s set) without(less ...quirk) set {
	for _, q := range less {
		s[q/64] &^= 1 << (q % 64)
	}
	return s
}

func (s set) and(other set) set { return set{s[0] & other[0], s[1] & other[1]} }

// The quirks, in the order in which a line names them.
const (
	// What is refused.
	noScheme quirk = iota // no validator of that scheme
	alwaysFalse
	nodeMethods
	phpMethods
	goURL
	pythonURL
	pythonASCIIURL
	pythonASCIIQuery
	rubyASCIIURL
	rubyURL
	javaURL
	netURL

	// The URL up to its query.
	keepsSchemeCase
	keepsUser
	anyAt
	cutsHost
	lowerHost
	dropsPort
	dropsDefaultPort
	portNumber
	dropsColon
	latin1URL
	decodesURL
	decodesPath
	plusInPath
	firstPlus
	dropsPathParams
	dotSegments
	escapesPath
	addsSlash
	soughtPath

	// The query.
	decodesFirst
	keepsEncoded
	truncates
	omitsFlags
	phpPieces
	javaPieces
	dropsInvalid
	maxKeys
	queryFirst
	queryLast
	queryGreatest
	queryRaises
	trimsAmps

	// The parameters.
	exactMethod
	neverGET
	paramsFirst
	paramsLast
	paramsJoined
	paramsWin
	urlWins
	mergeDoubles
	mergeRaises
	utf16Order
	naturalOrder
	pairOrder
	replacesInvalid
	doubleEncodes

	// What stands between.
	countsQuery
	countsMark
	bareMark
	javaMark
	raisesEmpty
	stripsDots
	stripsDot
	extraDot

	quirks // how many there are
)

// description is what is said of a quirk: of itself, and of one request. note is empty where the quirk
// cannot matter for the request.
type description struct {
	name string
	text string
	note func(*input) string
}

// short keeps what is quoted of a request within a line.
func short(s string) string {
	const most = 48
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && s[cut]&0xC0 == 0x80 {
		cut--
	}
	return s[:cut] + "…"
}

// explain says in a line which quirks of own make the SDK's result what it is. What is raised is no part
// of it: the error has it in the SDK's own words.
func explain(own set, in *input) string {
	var words []string
	for _, q := range mattering(own, in) {
		word := descriptions[q].note(in)
		if word == "" {
			word = descriptions[q].text
		}
		verb, _, _ := strings.Cut(word, " ")
		if verb != "raises" && verb != "throws" && verb != "panics" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return strings.Join(words, ", ")
}

// mattering finds the quirks of own without which the result would be another. It takes away one after
// the other, so that of two which do the same one remains; those that have something to say of the
// request come first, and as a rule they are all.
func mattering(own set, in *input) []quirk {
	base, raised := build(own, in)
	for _, noted := range []bool{true, false} {
		var found []quirk
		left := own
		for q := range quirks {
			if !own.has(q) || noted && descriptions[q].note(in) == "" {
				continue
			}
			if b, r := build(left.without(q), in); b == base && r == raised {
				left = left.without(q)
			} else {
				found = append(found, q)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}
