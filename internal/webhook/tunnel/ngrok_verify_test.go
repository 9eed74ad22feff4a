package tunnel

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"net"
	"testing"
	"time"
)

// issuer makes certificates.
type issuer struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// issue makes a certificate by the issuer, or by itself for nil, as change has it.
func (i *issuer) issue(t *testing.T, change func(*x509.Certificate)) *issuer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "connect.example.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		DNSNames: []string{"connect.example.com"}, IPAddresses: []net.IP{net.IPv6loopback},
	}
	change(c)
	by, with := c, key
	if i != nil {
		by, with = i.cert, i.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by, &key.PublicKey, with)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issuer{made, key}
}

func authorityOf(c *x509.Certificate) {
	c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
	c.ExtKeyUsage, c.DNSNames, c.IPAddresses = nil, nil, nil
}

// handshake is what the client with a configuration makes of a server that shows chain.
func handshake(t *testing.T, client *tls.Config, chain []*issuer) error {
	t.Helper()
	shown := tls.Certificate{PrivateKey: chain[0].key}
	for _, i := range chain {
		shown.Certificate = append(shown.Certificate, i.cert.Raw)
	}
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{shown}, MinVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		_ = conn.(*tls.Conn).Handshake()
		_ = conn.Close()
	}()
	conn, err := tls.DialWithDialer(&net.Dialer{Timeout: time.Minute}, "tcp", l.Addr().String(), client)
	if err == nil {
		_ = conn.Close()
	}
	return err
}

// TestVerifier: the verification says of each certificate what crypto/tls itself does, and keeps why one is refused.
func TestVerifier(t *testing.T) {
	t.Parallel()
	ca, other := (*issuer)(nil).issue(t, authorityOf), (*issuer)(nil).issue(t, authorityOf)
	same := func(*x509.Certificate) {}
	between := ca.issue(t, authorityOf)
	good := ca.issue(t, same)
	below := between.issue(t, same)
	roots := x509.NewCertPool()
	roots.AddCert(ca.cert)
	for name, c := range map[string]struct {
		host  string
		chain []*issuer
		late  time.Duration
		good  bool
	}{
		"good":                      {chain: []*issuer{good}, good: true},
		"by address":                {host: "::1", chain: []*issuer{good}, good: true},
		"through another":           {chain: []*issuer{below, between}, good: true},
		"without the one between":   {chain: []*issuer{below}},
		"of another authority":      {chain: []*issuer{other.issue(t, same)}},
		"of another, shown too":     {chain: []*issuer{other.issue(t, same), other}},
		"by itself":                 {chain: []*issuer{(*issuer)(nil).issue(t, same)}},
		"by one that may not":       {chain: []*issuer{good.issue(t, same), good}},
		"for another name":          {host: "else.example.com", chain: []*issuer{good}},
		"for another address":       {host: "127.0.0.1", chain: []*issuer{good}},
		"over":                      {chain: []*issuer{ca.issue(t, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })}},
		"to come":                   {chain: []*issuer{ca.issue(t, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Minute) })}},
		"over by the client's time": {chain: []*issuer{good}, late: 2 * time.Hour},
		"for clients":               {chain: []*issuer{ca.issue(t, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} })}},
		"without a name":            {chain: []*issuer{ca.issue(t, func(c *x509.Certificate) { c.DNSNames = nil })}},
	} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			t.Run(fmt.Sprintf("%s, %s", name, tls.VersionName(version)), func(t *testing.T) {
				plain := &tls.Config{RootCAs: roots, ServerName: "connect.example.com", MinVersion: version, MaxVersion: version}
				if c.host != "" {
					plain.ServerName = c.host
				}
				if c.late != 0 {
					then := time.Now().Add(c.late)
					plain.Time = func() time.Time { return then }
				}
				var v verifier
				ours := plain.Clone()
				v.fit(ours)
				want, got := handshake(t, plain, c.chain), handshake(t, ours, c.chain)
				if (want == nil) != c.good || (got == nil) != c.good {
					t.Fatalf("crypto/tls says %v, the verifier %v", want, got)
				}
				ended := errors.New("remote gone away")
				cause := v.cause(ended)
				if c.good {
					if cause != ended {
						t.Errorf("the cause is %v", cause)
					}
					return
				}
				var typed *tls.CertificateVerificationError
				// Times are told to the second.
				if c.late == 0 && name != "over" && name != "to come" && got.Error() != want.Error() || !errors.As(got, &typed) {
					t.Errorf("crypto/tls says %v, the verifier %v", want, got)
				}
				if cause.Error() != got.Error() || v.cause(ended) != ended {
					t.Errorf("the cause is %v, and then %v", cause, v.cause(ended))
				}
			})
		}
	}
	var v verifier
	nameless := &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	v.fit(nameless)
	if err := handshake(t, nameless, []*issuer{good}); err == nil {
		t.Error("a server is taken without a name")
	}
}
