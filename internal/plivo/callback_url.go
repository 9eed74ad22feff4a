package plivo

import (
	"errors"
	"net/url"
	"strings"

	"dev.internal/plivoscope/internal/hostport"
)

// checkCallbackURL gives the URL without white space around it. It is kept to the letter otherwise:
// signatures are made over it as it was given to Plivo.
func checkCallbackURL(ps *problems, raw string) string {
	const field = "callback_url"
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return ""
	}
	if whole := withScheme(raw); whole != "" {
		ps.fail(field, raw, "The callback URL %s has no scheme, so it is no http or https URL; write it as %s.", quoted(raw), quoted(whole))
		return raw
	}
	u, err := url.Parse(raw)
	if err != nil && !strings.Contains(raw, "://") {
		ps.fail(field, raw, "The callback URL %s is no http or https URL; give one as https://example.com/sms/delivery-report.", quoted(raw))
		return raw
	}
	if err != nil {
		var ue *url.Error
		if errors.As(err, &ue) {
			err = ue.Err
		}
		ps.fail(field, raw, "The callback URL %s cannot be read (%s); give one as https://example.com/sms/delivery-report.",
			quoted(raw), shown(err.Error()))
		return raw
	}
	wrongPort := hostport.URL(u)
	switch {
	case u.Scheme == "" || u.Scheme != "http" && u.Scheme != "https":
		ps.fail(field, raw, "The callback URL %s is no http or https URL; give one as https://example.com/sms/delivery-report.",
			quoted(raw))
	case u.Hostname() == "":
		ps.fail(field, raw, "The callback URL %s names no host; give one as https://example.com/sms/delivery-report.",
			quoted(raw))
	case wrongPort != nil:
		ps.fail(field, raw, "The callback URL %s %s.", quoted(raw), wrongPort)
	default:
		if u.Scheme == "http" && !IsLoopback(u.Hostname()) {
			ps.warn(field, raw, "Callbacks to %s come unencrypted, so anybody on the way can read them; use https.", quoted(raw))
		}
		if strings.Contains(raw, "#") {
			ps.warn(field, raw, "The callback URL %s has a fragment (#), which is neither sent nor signed; leave it out.", quoted(raw))
		}
	}
	return raw
}

// withScheme gives what looks like a URL but for its scheme as one: https, or http to this machine. It is empty for
// everything else.
func withScheme(raw string) string {
	if strings.Contains(raw, "://") {
		return ""
	}
	u, err := url.Parse("https://" + raw)
	if err != nil || u.User != nil || strings.HasSuffix(u.Host, ":") {
		return ""
	}
	host := u.Hostname()
	switch {
	case IsLoopback(host):
		return "http://" + raw
	case host != "" && (u.Port() != "" || strings.Contains(strings.Trim(host, "."), ".")):
		return "https://" + raw
	}
	return ""
}

// OtherEnd gives a URL the slash at the end of its path that it has not, or takes it away: what is one
// place to most routers, and two to a signature.
func OtherEnd(url string) string {
	end := strings.IndexAny(url, "?#")
	if end < 0 {
		end = len(url)
	}
	if path, ok := strings.CutSuffix(url[:end], "/"); ok {
		return path + url[end:]
	}
	return url[:end] + "/" + url[end:]
}

// OtherHost is an absolute URL with the scheme and host of another place.
func OtherHost(url string) string {
	const other, another = "https://other.example", "https://another.example"
	_, rest, _ := strings.Cut(url, "://")
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if url[:len(url)-len(rest)+end] == other {
		return another + rest[end:]
	}
	return other + rest[end:]
}
