package tunnel

import (
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dev.internal/plivoscope/internal/escape"
)

// finder finds the public URL in a line of a command's output.
type finder struct {
	pattern *regexp.Regexp // nil for any https URL that looks like a tunnel's
}

var (
	httpURL    = regexp.MustCompile("http://[^\\s\"'<>|`\\x1b]+")
	httpsURL   = regexp.MustCompile("https://[^\\s\"'<>|`\\x1b]+")
	publicHost = regexp.MustCompile(`^(?:[A-Za-z0-9][A-Za-z0-9-]*\.)+[A-Za-z0-9-]+(?::[0-9]{1,5})?$|^localhost:[0-9]{1,5}$`)
)

// websites are the hosts of documentation, dashboards and APIs that tunnel programs print, with all below
// them unless they begin with an =.
var websites = []string{
	"=api.trycloudflare.com", "=trycloudflare.com", "cloudflare.com", "cloudflarestatus.com",
	"=ngrok.com", "=dashboard.ngrok.com", "=api.ngrok.com",
	"=localhost.run", "=admin.localhost.run", "twitter.com", "x.com",
	"=serveo.net", "=console.serveo.net", "=pinggy.io", "=dashboard.pinggy.io",
	"tailscale.com", "=zrok.io", "=docs.zrok.io", "=api.zrok.io", "=api-v1.zrok.io",
	"github.com", "=localtunnel.me", "=letsencrypt.org",
}

// url gives the URL in line without a slash at its end; ok is false where none is.
func (f finder) url(line string) (found string, ok bool) {
	if f.pattern != nil {
		match := f.pattern.FindStringSubmatch(line)
		if match == nil {
			return "", false
		}
		found = match[0]
		if len(match) > 1 {
			found = match[1]
		}
		return clean(found)
	}
	return bare(httpsURL, line)
}

// plain gives an http:// URL in line that would be taken if it were an https one; empty for none. Those of this machine
// are what the tunnel leads to.
func (f finder) plain(line string) string {
	if f.pattern != nil {
		return ""
	}
	found, _ := bare(httpURL, line)
	u, err := url.Parse(found)
	if err != nil || u.Hostname() == "localhost" {
		return ""
	}
	if ip := net.ParseIP(u.Hostname()); ip != nil && (ip.IsLoopback() || ip.IsUnspecified()) {
		return ""
	}
	return found
}

// bare gives the first URL in line of those that pattern finds that looks like a tunnel's.
func bare(pattern *regexp.Regexp, line string) (found string, ok bool) {
	for _, candidate := range pattern.FindAllString(line, -1) {
		// A page of documentation has a path, a tunnel hardly ever.
		u, err := url.Parse(strings.TrimRight(candidate, ".,;:!?)]}"))
		if err != nil || !publicHost.MatchString(u.Host) || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || website(strings.ToLower(u.Hostname())) {
			continue
		}
		return clean(u.Scheme + "://" + u.Host)
	}
	return "", false
}

// clean refuses what could not be a public URL.
func clean(raw string) (string, bool) {
	raw = strings.TrimRight(raw, "/")
	u, err := url.Parse(raw)
	if err != nil || escape.Line(raw) != raw || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", false
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return "", false
		}
	}
	return raw, u.Scheme == "https" || u.Scheme == "http"
}

func website(host string) bool {
	return slices.ContainsFunc(websites, func(w string) bool {
		if exact, ok := strings.CutPrefix(w, "="); ok {
			return host == exact
		}
		return host == w || strings.HasSuffix(host, "."+w)
	})
}

// sameSite tells whether two URLs differ in no more than the first part of their name, as the earlier and
// the later URL of one service do.
func sameSite(a, b string) bool { return site(a) == site(b) }

func site(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	_, rest, ok := strings.Cut(u.Hostname(), ".")
	if !ok || !strings.Contains(rest, ".") {
		return u.Hostname()
	}
	return rest
}
