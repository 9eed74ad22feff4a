package tunnel

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"sync/atomic"
)

// verifier verifies the certificate of ngrok's server, in the way of crypto/tls, and keeps why one did not verify. The
// client does not: the error ends the reading end of its session, and which error of the two ends it tells of is chance.
type verifier struct {
	wrong atomic.Pointer[tls.CertificateVerificationError] // why the last handshake failed; nil where it did not
}

// fit has the verification of a connection made here. Nothing of it is left out: without a server's name, or without a
// certificate, a handshake fails as it does in crypto/tls.
func (v *verifier) fit(c *tls.Config) {
	roots, now := c.RootCAs, c.Time
	c.InsecureSkipVerify = true // of crypto/tls alone: VerifyConnection is called for every handshake, and does the same
	c.ClientSessionCache = nil
	name := c.ServerName
	c.VerifyConnection = func(state tls.ConnectionState) error {
		v.wrong.Store(nil)
		if name == "" || len(state.PeerCertificates) == 0 {
			return errors.New("tls: no server's name, or no certificate, to verify")
		}
		o := x509.VerifyOptions{Roots: roots, DNSName: name, Intermediates: x509.NewCertPool()}
		if now != nil {
			o.CurrentTime = now()
		}
		for _, c := range state.PeerCertificates[1:] {
			o.Intermediates.AddCert(c)
		}
		if _, err := state.PeerCertificates[0].Verify(o); err != nil {
			wrong := &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: err}
			v.wrong.Store(wrong)
			return wrong
		}
		return nil
	}
}

// cause is why the connection is down that ended with err: the certificate of its server where that did not verify.
func (v *verifier) cause(err error) error {
	if wrong := v.wrong.Swap(nil); wrong != nil {
		return wrong
	}
	return err
}
