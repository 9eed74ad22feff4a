package sdk

import (
	"fmt"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// validator is the quirks of one SDK in one version, scheme by scheme.
type validator struct {
	Profile
	v1, v2, v3 set
}

// Plivo's SDKs. Where a validator takes a map with one value a name, a repeated parameter is handed over
// the way that the language's usual frameworks do it.
var validators = func() []validator {
	none := of(noScheme)
	goV2 := of(goURL, decodesPath)
	nodeV2 := of(keepsSchemeCase, anyAt, cutsHost, dropsColon, latin1URL)
	pythonV2 := of(pythonASCIIURL, keepsUser, dropsPathParams)
	pythonV3 := of(pythonURL, pythonASCIIURL, pythonASCIIQuery, keepsUser, dropsPathParams,
		exactMethod, paramsFirst, urlWins, replacesInvalid)
	phpV2 := of(keepsSchemeCase, portNumber, latin1URL)
	rubyV2 := of(rubyURL, rubyASCIIURL, dropsPort)
	javaV2 := of(javaURL, portNumber)
	javaV3 := of(javaURL, dropsPort, decodesURL, javaPieces, queryRaises, exactMethod, paramsFirst, paramsWin,
		utf16Order, replacesInvalid, countsQuery, javaMark, raisesEmpty, extraDot)
	return []validator{
		{
			Profile{"go", "go-7.60.2"},
			of(paramsFirst), goV2,
			goV2.with(dropsInvalid, queryFirst, trimsAmps, exactMethod, paramsFirst, paramsWin, countsQuery, stripsDots),
		},
		{
			Profile{"node", "node-4.79.0"},
			of(paramsJoined, pairOrder), nodeV2,
			nodeV2.with(nodeMethods, maxKeys, mergeDoubles, utf16Order, replacesInvalid),
		},
		{Profile{"python", "python-4.59.x-HEAD"}, none, pythonV2, pythonV3},
		{
			Profile{"php", "php-HEAD"},
			none, phpV2,
			phpV2.with(phpMethods, keepsEncoded, truncates, phpPieces, paramsLast, mergeDoubles, naturalOrder, doubleEncodes),
		},
		{
			Profile{"ruby", "ruby-HEAD"},
			none, rubyV2,
			rubyV2.with(firstPlus, decodesFirst, omitsFlags, queryLast, exactMethod, paramsLast, paramsWin,
				countsQuery, bareMark, stripsDot),
		},
		{Profile{"java", "java-HEAD"}, none, javaV2, javaV3},
		{
			Profile{"dotnet", "dotnet-HEAD-on-mono"},
			of(alwaysFalse),
			of(netURL, lowerHost, dropsDefaultPort, portNumber, dotSegments, escapesPath, soughtPath),
			of(netURL, lowerHost, dropsPort, decodesPath, plusInPath, dotSegments, addsSlash, decodesFirst, omitsFlags,
				queryGreatest, trimsAmps, exactMethod, paramsJoined, mergeRaises, utf16Order, replacesInvalid,
				countsMark, stripsDots),
		},
		{Profile{"python@4.59.0", "python-4.59.0"}, none, pythonV2, pythonV3.with(doubleEncodes)},
		// A servlet's getMethod() is not the literal that the SDK compares with ==.
		{Profile{"java@servlet", "java-HEAD-method-not-interned"}, none, javaV2, javaV3.without(exactMethod, paramsWin).with(neverGET)},
	}
}()

// current is how many of the validators are the newest of their languages; the variants follow them.
const current = 7

// Lookup finds a profile by its name; the error lists the names.
func Lookup(name string) (Profile, error) {
	names := make([]string, len(validators))
	for i, v := range validators {
		if v.Name == name {
			return v.Profile, nil
		}
		names[i] = v.Name
	}
	return Profile{}, fmt.Errorf("find the SDK %q: there is none of that name; use %s", name, strings.Join(names, ", "))
}

func (p Profile) validator() (validator, *Error) {
	for _, v := range validators {
		if v.Name == p.Name {
			return v, nil
		}
	}
	return validator{}, &Error{SDK: p.Name, Text: "there is no such SDK"}
}

// quirks are those that the validator has for a scheme and its Ma- variant; false for no scheme of Plivo's.
func (v validator) quirks(s signature.Scheme) (set, bool) {
	switch s {
	case signature.V1:
		return v.v1, true
	case signature.V2, signature.MaV2:
		return v.v2, true
	case signature.V3, signature.MaV3:
		return v.v3, true
	default:
		return set{}, false
	}
}
