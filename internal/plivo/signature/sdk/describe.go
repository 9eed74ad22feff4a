package sdk

import (
	"slices"
	"strings"
	"unicode/utf8"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// descriptions holds what is said of each quirk.
var descriptions = [quirks]description{
	noScheme:         {"no validator", "has no validator of this scheme", always("has no validator of this scheme")},
	alwaysFalse:      {"always false", "answers false to every request", always("answers false to every request")},
	nodeMethods:      {"GET and POST alone", `throws "Please provide authToken" for every method but GET and POST in capitals`, oddMethod},
	phpMethods:       {"GET and POST alone", "throws for every method but GET and POST in capitals", oddMethod},
	goURL:            {"parses URL", "panics on a URL that net/url cannot parse, and decodes a host that is percent-encoded", ofGoURL},
	pythonURL:        {"checks URL", "raises ValidationError for a URL that does not start with http:// or https:// in lower case", raises(pythonURL)},
	pythonASCIIURL:   {"ASCII URL", "raises UnicodeDecodeError for a URL that is not ASCII", raises(pythonASCIIURL)},
	pythonASCIIQuery: {"ASCII query", "raises UnicodeEncodeError for a query that is not ASCII when decoded", always("raises UnicodeEncodeError")},
	rubyASCIIURL:     {"ASCII URL", "raises URI::InvalidURIError for a URL that is not ASCII", raises(rubyASCIIURL)},
	rubyURL:          {"parses URL", "raises URI::InvalidURIError for a URL with a character that it may not have", raises(rubyURL)},
	javaURL:          {"parses URL", "throws MalformedURLException for a URL that java.net.URL cannot parse", raises(javaURL)},
	netURL:           {"parses URL", "throws UriFormatException for a URL that System.Uri cannot parse", raises(netURL)},

	keepsSchemeCase: {"keeps scheme case", "signs the scheme as it is written, HTTPS for https", func(in *input) string {
		if t, _ := split(in.raw); t.scheme != strings.ToLower(t.scheme) {
			return "keeps " + short(t.scheme)
		}
		return ""
	}},
	keepsUser: {"keeps user info", "signs the user information of the URL", func(in *input) string {
		if t, _ := split(in.raw); t.user != "" {
			return "keeps the user information"
		}
		return ""
	}},
	anyAt: {"any @ ends user info", "takes what stands before the first @ for user information, also where that is in path or query", func(in *input) string {
		return where(strings.Contains(in.raw, "@"), "takes an @ further on for the end of user information")
	}},
	cutsHost: {"host ends at colon", "takes the host to end at its first colon, which tears an IPv6 address apart", func(in *input) string {
		t, _ := split(in.raw)
		return where(strings.Contains(t.host, ":"), "tears the address "+short(t.host)+" apart")
	}},
	lowerHost: {"lower-cases host", "signs the host in lower case", func(in *input) string {
		t, _ := split(in.raw)
		return where(t.host != strings.ToLower(t.host), "lower-cases "+short(t.host))
	}},
	dropsPort:        {"drops port", "leaves the port out", ofPort(func(t target) bool { return true }, "drops ")},
	dropsDefaultPort: {"no default port", "leaves a port out that goes without saying: :443 of https, :80 of http", ofPort(func(t target) bool { return true }, "drops ")},
	portNumber:       {"port as number", "reads the port as a number: no bare colon, no zeros before it", ofPort(func(t target) bool { return t.port == ":" || t.port[1] == '0' }, "reads as a number the port ")},
	dropsColon:       {"no bare colon", "leaves a colon out that no port follows", ofPort(func(t target) bool { return t.port == ":" }, "drops the ")},
	latin1URL: {"URL as Latin-1", "encodes what of URL and nonce is not ASCII in UTF-8 twice", func(in *input) string {
		return doubles(in.raw, in.nonce)
	}},
	decodesURL: {"decodes URL", "decodes the whole URL before it reads it: a path is signed decoded, what was encoded parts path, query and parameters, and a space at the end is lost", func(in *input) string {
		t, _ := split(in.raw)
		switch {
		case !strings.ContainsAny(in.raw, "%+"):
			return ""
		case strings.ContainsAny(t.path, "%+"):
			return "signs the decoded path " + short(signature.Unescape(t.path, true))
		case strings.HasSuffix(signature.Unescape(t.query, true), " "):
			return "trims the space at the end of the URL"
		default:
			return "decodes the query before splitting it"
		}
	}},
	decodesPath: {"decodes path", "signs the path decoded", func(in *input) string {
		t, _ := split(in.raw)
		return where(strings.Contains(t.path, "%"), "signs the decoded path "+short(signature.Unescape(t.path, false)))
	}},
	plusInPath: {"+ in path is space", "reads + in the path as a space", func(in *input) string {
		t, _ := split(in.raw)
		return where(strings.Contains(t.path, "+"), "reads + in the path as a space")
	}},
	firstPlus: {"first + alone", "writes the first + of the URL as %20 and leaves the others", func(in *input) string {
		t, _ := split(in.raw)
		switch {
		case strings.Contains(t.path, "+"):
			return "writes + in the path as %20"
		case strings.Contains(t.query, "+"):
			return "reads the first + alone as a space"
		default:
			return ""
		}
	}},
	dropsPathParams: {"drops path parameters", "leaves out what follows a ; in the last segment of the path", func(in *input) string {
		t, _ := split(in.raw)
		cut := withoutPathParams(t.path)
		return where(cut != t.path, "drops "+short(t.path[len(cut):]))
	}},
	dotSegments: {"resolves dot segments", "resolves . and .. in the path", func(in *input) string {
		t, _ := split(in.raw)
		path := resolved(t.path)
		return where(path != t.path, "resolves the path to "+short(path))
	}},
	escapesPath: {"escapes path", "percent-encodes what of the path is not ASCII", func(in *input) string {
		t, _ := split(in.raw)
		path := escaped(t.path)
		return where(path != t.path, "encodes the path as "+short(path))
	}},
	addsSlash: {"adds slash", "signs the path / for none", func(in *input) string {
		t, _ := split(in.raw)
		return where(t.path == "", "adds /")
	}},
	soughtPath: {"looks for path", "looks for its own form of the path in the URL, and chops the last character off where it does not find it", always("looks for the path in the URL in vain")},

	decodesFirst: {"decodes before splitting", "decodes the query before it splits it at & and =", func(in *input) string {
		t, _ := split(in.raw)
		return where(strings.Contains(t.query, "%"), "decodes the query before splitting it")
	}},
	keepsEncoded: {"query encoded", "signs the query as it is encoded", func(in *input) string {
		t, _ := split(in.raw)
		return where(strings.ContainsAny(t.query, "%+"), "leaves the query encoded")
	}},
	truncates: {"cuts at second =", "cuts a value of the query at an = in it", queried(func(name, value string) string {
		if cut, _, found := strings.Cut(value, "="); found {
			return "cuts " + short(name+"="+value) + " to " + short(name+"="+cut)
		}
		return ""
	})},
	omitsFlags: {"omits flags", "leaves out names of the query without =", func(in *input) string {
		t, _ := split(in.raw)
		for piece := range strings.SplitSeq(signature.Unescape(t.query, false), "&") {
			if piece != "" && !strings.Contains(piece, "=") {
				return "omits " + short(piece)
			}
		}
		return ""
	}},
	phpPieces:    {"empty pieces", "counts nothing between two & as a parameter", emptyPieces},
	javaPieces:   {"empty pieces", "counts nothing before an & as a parameter", emptyPieces},
	dropsInvalid: {"drops invalid pieces", "leaves out of the query what has a ; or an invalid percent encoding", droppedPiece},
	maxKeys: {"1,000 names", "reads no more than 1,000 parameters of a query", func(in *input) string {
		return where(strings.Count(in.raw, "&") >= nodeKeys, "reads 1,000 parameters of the query")
	}},
	queryFirst:    {"first of repeated query", "keeps the first value of a name that is repeated in the query", repeatedQuery("keeps the first ")},
	queryLast:     {"last of repeated query", "keeps the last value of a name that is repeated in the query", repeatedQuery("keeps the last ")},
	queryGreatest: {"one of repeated query", "keeps the value of a name that is repeated in the query that sorts last", repeatedQuery("keeps one ")},
	queryRaises:   {"repeated query raises", "throws IllegalStateException for a name that is repeated in the query", always("throws IllegalStateException")},
	trimsAmps: {"strips &", "takes & off the end of the last value of the query", func(in *input) string {
		return where(strings.Contains(strings.ToUpper(in.raw), "%26") || in.get() && slices.ContainsFunc(in.params, func(p signature.Param) bool {
			return strings.HasSuffix(p.Value, "&")
		}), "strips the & at the end of the query")
	}},

	exactMethod: {"method in capitals", "takes get in small letters for a POST", func(in *input) string {
		return where(in.get() && in.method != "GET", "takes "+short(in.method)+" for POST")
	}},
	neverGET: {"method by reference", "compares the method by reference, so that a GET of a servlet is taken for a POST", func(in *input) string {
		return where(in.get(), "takes GET for POST, comparing strings by reference")
	}},
	paramsFirst:  {"first of repeated", "has one value a name, as a rule the first", repeated("has the first alone of ")},
	paramsLast:   {"last of repeated", "has one value a name, as a rule the last", repeated("has the last alone of ")},
	paramsJoined: {"joins repeated", "has one value a name, as a rule all joined by commas", repeated("joins the values of ")},
	paramsWin:    {"parameters win", "lets a parameter of a GET replace that of the URL", always("lets parameters replace those of the URL")},
	urlWins:      {"URL wins", "lets the URL replace a parameter of a GET", always("lets the URL replace parameters")},
	mergeDoubles: {"duplicates GET", "has the parameters of a GET twice that are in the URL and passed", always("duplicates the parameters of the URL")},
	mergeRaises:  {"GET raises", "throws ArgumentException for a parameter of a GET that is in the URL and passed", always("throws ArgumentException")},
	utf16Order:   {"UTF-16 order", "sorts by UTF-16 units: what is beyond U+FFFF before U+E000", ordered(compareUTF16)},
	naturalOrder: {"natural sort", "sorts by the numbers in names: Media2 before Media10", ordered(compareNatural)},
	pairOrder:    {"sorts pairs", `sorts by "name,value": a! before a`, always("sorts names together with their values")},
	replacesInvalid: {"valid UTF-8", "reads what is not UTF-8 as U+FFFD", func(in *input) string {
		return "reads what is not UTF-8 as U+FFFD"
	}},
	doubleEncodes: {"double-encodes", "encodes what is not ASCII in UTF-8 twice", func(in *input) string {
		for _, p := range in.params {
			if word := doubles(p.Name, p.Value); word != "" {
				return word
			}
		}
		return doubles(signature.Unescape(in.raw, false), in.nonce)
	}},

	countsQuery: {"counts empty query", "counts a query that has no parameter", always("counts the empty query")},
	countsMark:  {"counts bare ?", "counts a ? that nothing follows as a query", always("counts the bare ? as a query")},
	bareMark:    {"bare question mark", "writes ? also where there is nothing to follow it", always("adds a bare ?")},
	javaMark:    {"bare question mark", "writes ? also where there is nothing to follow it", always("adds a bare ?")},
	raisesEmpty: {"empty query raises", "throws StringIndexOutOfBoundsException for a GET without any parameter", always("throws StringIndexOutOfBoundsException")},
	stripsDots:  {"strips dots", "takes all dots off the end of query and parameters", always("strips the dots at the end")},
	stripsDot:   {"strips dot", "takes one dot off the end of query and parameters", always("strips the dot at the end")},
	extraDot:    {"extra dot", "leaves the dot for the parameters of a POST that has a query but none", always("leaves an extra .")},
}

// always is the note of a quirk of which nothing more can be said than that it matters.
func always(words string) func(*input) string {
	return func(*input) string { return words }
}

func where(found bool, words string) string {
	if found {
		return words
	}
	return ""
}

func (in *input) get() bool { return strings.EqualFold(in.method, "GET") }

func oddMethod(in *input) string {
	return where(in.method != "GET" && in.method != "POST", "refuses the method "+short(in.method))
}

// raises names the error with which a URL is refused.
func raises(q quirk) func(*input) string {
	return func(in *input) string {
		text := refuse(of(q), in.raw)
		if text == "" {
			return ""
		}
		class, _, _ := strings.Cut(text, ": ")
		return "raises " + class[strings.LastIndexByte(class, '.')+1:]
	}
}

// ofGoURL is what net/url does to a URL before it is signed.
func ofGoURL(in *input) string {
	as, raised := read(of(goURL), in.raw)
	if raised != "" {
		return where(raised != noURL, "panics on the URL")
	}
	t, _ := split(in.raw)
	return where(as.host != t.host+t.port, "decodes the host")
}

// ofPort quotes the port where it is one that matters.
func ofPort(matters func(target) bool, words string) func(*input) string {
	return func(in *input) string {
		t, _ := split(in.raw)
		if t.port == "" || !matters(t) {
			return ""
		}
		return words + short(t.port)
	}
}

// doubles names the first character that is encoded twice.
func doubles(all ...string) string {
	for _, s := range all {
		if i := strings.IndexFunc(s, func(r rune) bool { return r >= utf8.RuneSelf }); i >= 0 {
			_, n := utf8.DecodeRuneInString(s[i:])
			return "double-encodes " + s[i:i+n]
		}
	}
	return ""
}

// queried gives the first word that of finds for a piece of the query.
func queried(of func(name, value string) string) func(*input) string {
	return func(in *input) string {
		t, _ := split(in.raw)
		for piece := range strings.SplitSeq(t.query, "&") {
			name, value, _ := strings.Cut(piece, "=")
			if word := of(name, value); word != "" {
				return word
			}
		}
		return ""
	}
}

func emptyPieces(in *input) string {
	t, _ := split(in.raw)
	return where(strings.Contains("&"+t.query+"&", "&&"), "counts the nothing beside an & as a parameter")
}

func droppedPiece(in *input) string {
	t, _ := split(in.raw)
	for piece := range strings.SplitSeq(t.query, "&") {
		if invalidPiece(piece) {
			return "drops " + short(piece)
		}
	}
	return ""
}

func repeatedQuery(words string) func(*input) string {
	return func(in *input) string {
		t, _ := split(in.raw)
		pairs, _ := readQuery(set{}, t.query)
		return firstRepeated(pairs, words)
	}
}

func repeated(words string) func(*input) string {
	return func(in *input) string { return firstRepeated(in.arranged(set{}).params, words) }
}

// firstRepeated names the first of sorted pairs that is followed by another of its name.
func firstRepeated(pairs []signature.Param, words string) string {
	for i := 1; i < len(pairs); i++ {
		if pairs[i].Name == pairs[i-1].Name {
			return words + short(pairs[i].Name)
		}
	}
	return ""
}

// ordered names the first two neighbours, of the parameters or of the query, that o has the other way.
func ordered(o order) func(*input) string {
	return func(in *input) string {
		t, _ := split(in.raw)
		pairs, _ := readQuery(set{}, t.query)
		for _, list := range [][]signature.Param{in.arranged(set{}).params, pairs} {
			for i := 1; i < len(list); i++ {
				a, b := list[i-1], list[i]
				if o(a.Name, b.Name) > 0 {
					return "sorts " + short(b.Name) + " before " + short(a.Name)
				}
				if a.Name == b.Name && o(a.Value, b.Value) > 0 {
					return "sorts the value " + short(b.Value) + " before " + short(a.Value)
				}
			}
		}
		return ""
	}
}
