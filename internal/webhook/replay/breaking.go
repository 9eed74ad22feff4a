package replay

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// What the faults do to a draft.

func noSignature(d *draft) error {
	for _, scheme := range d.signed {
		d.header.Del(scheme.Header())
	}
	return nil
}

func noNonce(d *draft) error {
	found := false
	for _, scheme := range d.signed {
		if h := scheme.NonceHeader(); h != "" {
			d.header.Del(h)
			found = true
		}
	}
	if !found {
		return errors.New("it is signed with V1 alone, which has no nonce; sign it with V2 or V3 too")
	}
	return nil
}

// wrongToken signs with a token that is made of the right one, and so is never the same.
func wrongToken(d *draft) error {
	other := func(t signature.Token) signature.Token {
		return signature.NewToken("another", signature.SignBase(t, signature.V2, "another token"))
	}
	d.keys = Keys{Account: other(d.keys.Account), Main: other(d.keys.Main)}
	return nil
}

func otherURL(d *draft) error {
	d.signURL = plivo.OtherHost(d.signURL)
	return nil
}

func trailingSlash(d *draft) error {
	d.signURL = plivo.OtherEnd(d.signURL)
	return nil
}

func eachSignature(change func(string) string) func(*draft) error {
	return func(d *draft) error {
		for _, scheme := range d.signed {
			d.header.Set(scheme.Header(), change(d.header.Get(scheme.Header())))
		}
		return nil
	}
}

func swappedFamily(d *draft) error {
	before := d.header.Clone()
	d.dropSignatures()
	found := false
	for _, pair := range [][2]signature.Scheme{
		{signature.V2, signature.V3},
		{signature.V3, signature.V2},
		{signature.MaV2, signature.MaV3},
		{signature.MaV3, signature.MaV2},
	} {
		from, to := pair[0], pair[1]
		if sig, ok := before[from.Header()]; ok {
			d.header[to.Header()] = sig
			nonce := before[to.NonceHeader()]
			if nonce == nil {
				nonce = before[from.NonceHeader()]
			}
			d.header[to.NonceHeader()] = nonce
			found = true
		}
	}
	if !found {
		return errors.New("it is signed with V1 alone, which has no family to swap with; sign it with V2 or V3 too")
	}
	if v1, ok := before[signature.V1.Header()]; ok {
		d.header[signature.V1.Header()] = v1
	}
	return nil
}

var errNoParams = errors.New("it has no parameters that a signature covers, so this fault would change nothing that can be checked; use another one")

func changedBody(d *draft) error {
	params, _ := d.params()
	i := slices.IndexFunc(params, func(p signature.Param) bool { return p.Name == "Status" })
	if i < 0 {
		i = slices.IndexFunc(params, func(p signature.Param) bool { return p.Value != "" })
	}
	switch {
	case len(params) == 0:
		return errNoParams
	case i < 0:
		i = 0
	}
	value := params[i].Value + "x"
	if params[i].Name == "Status" {
		value = "delivered"
		if params[i].Value == value {
			value = "undelivered"
		}
	}
	return d.setParams([]Edit{{Name: params[i].Name, Value: value}})
}

func extraParam(d *draft) error {
	params, problem := d.params()
	if len(params) == 0 && problem != "" && len(d.body) > 0 {
		return errNoParams
	}
	return d.setParams([]Edit{{Name: unusedName(params, "Extra"), Value: "added after signing"}})
}

func unusedName(params []signature.Param, name string) string {
	for n := name; ; n += "X" {
		if !slices.ContainsFunc(params, func(p signature.Param) bool { return p.Name == n }) {
			return n
		}
	}
}

// strippedParam takes the last parameter that has a value: what sorts out empty ones is another thing.
func strippedParam(d *draft) error {
	params, _ := d.params()
	for i := len(params) - 1; i >= 0; i-- {
		if params[i].Value != "" {
			return d.setParams([]Edit{{Name: params[i].Name, Remove: true}})
		}
	}
	return errNoParams
}

// hugeBody is beyond what frameworks read unless told otherwise: 100 kB in Express, 1 MiB in others.
const hugeBody = 1<<20 + 64<<10

func hugeParam(d *draft) error {
	if inQuery(d.method) {
		return fmt.Errorf("a %s has its parameters in the URL and no body that could be huge; send it as a POST by an edit of the method", d.method)
	}
	fill := strings.Repeat("x", max(hugeBody-len(d.body), 0))
	if formOf(d.contentType(), d.body) == noParams {
		d.body = slices.Concat(d.body, []byte(fill))
		return nil
	}
	params, _ := d.params()
	return d.setParams([]Edit{{Name: unusedName(params, "Padding"), Value: fill}})
}

func wrongContentType(d *draft) error {
	switch {
	case inQuery(d.method):
		return fmt.Errorf("a %s has its parameters in the URL, whatever its content type is; send it as a POST by an edit of the method", d.method)
	case len(d.body) == 0:
		return errors.New("it has no body whose type could be wrong; use another fault")
	}
	wrong := "application/json"
	if formOf(d.contentType(), d.body) == jsonBody {
		wrong = formType
	}
	d.header[http.CanonicalHeaderKey("Content-Type")] = []string{wrong}
	return nil
}
