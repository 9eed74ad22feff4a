package replay

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// Build makes the request that sends a callback again. It is pure but for the nonces. The error says what
// cannot be built and what to change.
//
// Re-signed, a callback that was cut when it was captured goes as it was kept, and Changes say so; as
// captured it is refused, for its signatures cover what is not here any more.
func Build(cb webhook.Callback, o Options) (Request, error) {
	r, err := build(&cb, o)
	if err != nil {
		name := "the callback"
		switch {
		case cb.ID != 0:
			name = fmt.Sprintf("callback %d", cb.ID)
		case cb.Scenario != "":
			name = fmt.Sprintf("step %d of %s", cb.Step, cb.Scenario)
		}
		return Request{}, fmt.Errorf("cannot send %s: %w", name, err)
	}
	return r, nil
}

func build(cb *webhook.Callback, o Options) (Request, error) {
	f, err := faultOf(o)
	if err != nil {
		return Request{}, err
	}
	to, err := parsePlace("the target", o.To)
	if err != nil {
		return Request{}, err
	}
	d := draft{message: messageOf(cb), cb: cb, host: to.host, signAt: to, keys: o.Keys}
	if err := d.apply(o.Edits); err != nil {
		return Request{}, err
	}
	own := d.target
	if o.Edits.Path == "" {
		d.target = to.target(own)
	}
	if o.Mode == webhook.AsCaptured {
		err = d.asCaptured(o)
	} else {
		err = d.signedAnew(o, own, f)
	}
	if err != nil {
		return Request{}, err
	}
	if o.Guard != "" {
		d.header[GuardHeader] = []string{o.Guard}
	}
	if err := d.check(); err != nil {
		return Request{}, err
	}
	r := Request{
		CallbackID: cb.ID, Scenario: cb.Scenario, Step: cb.Step, Mode: cmp.Or(o.Mode, webhook.Resigned), Fault: o.Fault,
		Method: d.method, URL: to.origin() + d.target, Host: d.host, Header: d.header, Body: d.body,
		SignedURL: d.signURL, Signed: d.signed,
	}
	r.Changes = changes(cb, &d, r)
	r.Unverified = o.Mode == webhook.AsCaptured && !d.coversTheSame(cb)
	return r, nil
}

// draft is a request while it is made.
type draft struct {
	message
	cb   *webhook.Callback
	host string // the Host header
	keys Keys

	signAt           place
	signURL          string
	families         []signature.Scheme
	nonceV2, nonceV3 string
	signed           []signature.Scheme
}

func (d *draft) asCaptured(o Options) error {
	if d.cb.Truncated && o.Edits.Body == nil {
		return fmt.Errorf("its body was cut at %d bytes when it was captured, so it cannot go as it came; send it re-signed, or give the whole body", len(d.cb.Body))
	}
	scheme, host, _ := cutURL(d.cb.URL)
	if host == "" {
		return errors.New("it does not tell which URL it was sent to, so it cannot go as it came; send it re-signed")
	}
	if scheme != "http" && scheme != "https" {
		return fmt.Errorf("it was sent to %q, which is no http or https URL, so it cannot go as it came; send it re-signed", cut(d.cb.URL))
	}
	host, err := checkHost(scheme, host)
	if err != nil {
		return fmt.Errorf("it was sent to %q, which cannot be told to the target (%w); send it re-signed", cut(d.cb.URL), err)
	}
	d.host = host
	d.forwardedFrom(scheme, host)
	return d.editHeader(o.Edits.Header)
}

// forwardedFrom tells an application that trusts its proxy which URL was asked for.
func (d *draft) forwardedFrom(scheme, host string) {
	d.header.Set("X-Forwarded-Proto", scheme)
	d.header.Set("X-Forwarded-Host", host)
	if _, port := cutPort(host); port != "" {
		d.header.Set("X-Forwarded-Port", port)
	} else {
		d.header.Del("X-Forwarded-Port")
	}
}

func (d *draft) editHeader(edits []Edit) error {
	for _, e := range edits {
		if err := d.setHeader(e); err != nil {
			return err
		}
		if host := d.header["Host"]; host != nil {
			delete(d.header, "Host")
			checked, err := checkHost("http", host[0])
			if err != nil {
				return fmt.Errorf("the header Host cannot be %q: %w", cut(host[0]), err)
			}
			d.host = checked
		}
	}
	return nil
}

func (d *draft) signedAnew(o Options, own string, f *fault) error {
	carried := carried(d.header)
	used := usedNonces(d.header)
	d.dropForwarding()
	d.dropSignatures()
	to, target := d.signAt, d.target
	if o.SignURL != "" {
		at, err := parsePlace("the URL to sign for", o.SignURL)
		if err != nil {
			return err
		}
		if at.origin() != to.origin() {
			d.forwardedFrom(at.scheme, at.host)
		}
		path, query, _ := strings.Cut(target, "?")
		if at.query != "" {
			query = at.query
			if _, more, found := strings.Cut(own, "?"); found {
				query = joinQuery(query, more)
			}
		}
		if !at.ownPath() {
			path = at.path
		}
		d.signAt, target = at, joinTarget(path, query)
	}
	if err := d.editHeader(o.Edits.Header); err != nil {
		return err
	}
	if o.SignURL == "" {
		d.signAt.host = d.host
	}
	d.signURL = d.signAt.origin() + target
	d.families = carried
	if o.Families != nil {
		d.families = o.Families
	} else if len(carried) == 0 {
		d.families = usual
	}
	fresh := o.Nonce
	switch {
	case f != nil && f.Name == reusedNonce:
		fresh = used
	case fresh == nil:
		fresh = randomNonce
	}
	d.nonceV2, d.nonceV3 = fresh(), fresh()
	if f != nil && f.before != nil {
		if err := f.before(d); err != nil {
			return err
		}
	}
	if err := d.sign(); err != nil {
		return err
	}
	if f != nil && f.after != nil {
		if err := f.after(d); err != nil {
			return err
		}
	}
	for _, e := range o.Edits.Header {
		if ofSignature(http.CanonicalHeaderKey(e.Name)) {
			if err := d.setHeader(e); err != nil {
				return err
			}
		}
	}
	return nil
}
