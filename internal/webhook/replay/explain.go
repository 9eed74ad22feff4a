package replay

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strings"
	"syscall"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

// explain says in a sentence why there is no answer, or not all of one, and what to do.
func explain(ctx context.Context, err error, r Request, got webhook.TargetAnswer, timeout time.Duration) (webhook.Failure, string) {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	scheme, host, _ := cutURL(r.URL)
	failure := failureOf(ctx, err)
	if got.Status != 0 {
		switch failure {
		case webhook.Cancelled:
			return failure, fmt.Sprintf("The attempt was stopped after %d bytes of the answer.", len(got.Body))
		case webhook.TimedOut:
			return failure, fmt.Sprintf("The answer of %s began and was not over after %v: %d bytes of it came; look what your app waits for, or allow more time.", host, timeout, len(got.Body))
		}
		return webhook.ClosedEarly, fmt.Sprintf("The answer of %s stopped after %d bytes, for the connection was closed half way; look into the log of your app.", host, len(got.Body))
	}
	switch failure {
	case webhook.Cancelled:
		return failure, "The attempt was stopped before an answer came."
	case webhook.TimedOut:
		return failure, fmt.Sprintf("%s did not answer within %v; look what your app waits for (Plivo itself waits 5 s), or allow more time.", host, timeout)
	case webhook.Refused:
		return failure, fmt.Sprintf("Nothing listens at %s; start your app, or give the port that it listens on.", host)
	case webhook.UnknownHost:
		return failure, fmt.Sprintf("There is no host %s; look for a mistake in its name.", host)
	case webhook.Unreachable:
		return failure, fmt.Sprintf("%s cannot be reached (%v); look at the network and the address.", host, err)
	case webhook.BadTLS:
		return failure, tlsInWords(err, host)
	case webhook.ClosedEarly:
		if scheme == "http" {
			return failure, fmt.Sprintf("%s closed the connection without an answer; look into the log of your app, or write https:// where it speaks TLS.", host)
		}
		return failure, fmt.Sprintf("%s closed the connection without an answer; look into the log of your app.", host)
	case webhook.NotHTTP:
		return failure, fmt.Sprintf("What listens at %s does not answer as HTTP (%s); give the port of your app.", host, cut(err.Error()))
	}
	return failure, fmt.Sprintf("The request to %s failed: %s.", host, cut(err.Error()))
}

func failureOf(ctx context.Context, err error) webhook.Failure {
	var (
		dns     *net.DNSError
		network *net.OpError
		late    net.Error
	)
	switch text := err.Error(); {
	case ctx.Err() != nil && !errors.Is(ctx.Err(), context.DeadlineExceeded):
		return webhook.Cancelled
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &late) && late.Timeout():
		return webhook.TimedOut
	case errors.Is(err, syscall.ECONNREFUSED), strings.Contains(text, "actively refused"):
		return webhook.Refused
	case errors.As(err, &dns):
		return webhook.UnknownHost
	case isTLS(err):
		return webhook.BadTLS
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET),
		errors.Is(err, syscall.EPIPE), strings.Contains(text, "server closed idle connection"), strings.Contains(text, "connection reset"):
		return webhook.ClosedEarly
	case strings.Contains(text, "malformed"), strings.Contains(text, "response headers exceeded"), strings.Contains(text, "bad Content-Length"):
		return webhook.NotHTTP
	case errors.As(err, &network) && network.Op == "dial":
		return webhook.Unreachable
	}
	return webhook.OtherFailure
}

func isTLS(err error) bool {
	var (
		record   tls.RecordHeaderError
		verify   *tls.CertificateVerificationError
		alert    tls.AlertError
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
	)
	return errors.As(err, &record) || errors.As(err, &verify) || errors.As(err, &alert) || errors.As(err, &unknown) ||
		errors.As(err, &hostname) || errors.As(err, &invalid) || strings.Contains(err.Error(), "tls: ") ||
		strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

func tlsInWords(err error, host string) string {
	var (
		record   tls.RecordHeaderError
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
	)
	name, _ := cutPort(host)
	local := plivo.IsLoopback(strings.Trim(name, "[]"))
	switch {
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return fmt.Sprintf("%s does not speak TLS; write http:// in place of https://.", host)
	case errors.As(err, &hostname):
		return fmt.Sprintf("The certificate of %s is for another name (%s); ask it by a name that the certificate has%s.", host, cut(err.Error()), orSkip(local))
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fmt.Sprintf("The certificate of %s has expired or is not valid yet; renew it%s.", host, orSkip(local))
	case errors.As(err, &unknown), errors.As(err, &invalid):
		return fmt.Sprintf("The certificate of %s is signed by nobody whom this machine trusts; add its authority to the system's%s.", host, orSkip(local))
	}
	return fmt.Sprintf("The TLS handshake with %s failed: %s.", host, cut(err.Error()))
}

// orSkip names the way out that only targets on this machine have.
func orSkip(local bool) string {
	if local {
		return ", or skip the check, which may be done for a target on this machine"
	}
	return ""
}
