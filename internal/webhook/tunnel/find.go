package tunnel

import (
	"errors"
	"iter"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/hostport"
)

// finder finds the public URL in a line of a command's output.
type finder struct {
	pattern *regexp.Regexp // nil for any https URL that looks like a tunnel's
}

var (
	anyURL     = regexp.MustCompile("https?://[^\\s\"'<>|`\\x1b]+")
	schemes    = regexp.MustCompile("https?://")
	oneURL     = regexp.MustCompile(`^https?://(?:\[[^\]]*\])?[^,;()\[\]{}=→/?#]*(?:[/?#][^,;()\[\]{}→]*)?`) // of several in one run
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
		if match, ok := f.match(line); ok {
			found, _ = clean(match)
		}
		return found, found != ""
	}
	for raw := range candidates(line) {
		if found, _ := bare(raw); found != "" && strings.HasPrefix(found, "https:") {
			return found, true
		}
	}
	return "", false
}

// match is what the pattern takes for the URL in line.
func (f finder) match(line string) (found string, ok bool) {
	match := f.pattern.FindStringSubmatch(line)
	switch {
	case match == nil:
		return "", false
	case len(match) > 1:
		return match[1], true
	}
	return match[0], true
}

// untaken is a URL in a program's output that is not taken for the public one.
type untaken struct {
	url, why string
	page     bool // it may be one of documentation, or the like
}

// untaken gives such a URL in line, the likeliest to be meant; nil for none. An http one of this machine is what the tunnel
// leads to, and a known website is never meant.
func (f finder) untaken(line string) *untaken {
	if f.pattern != nil {
		if match, ok := f.match(line); ok {
			if _, why := clean(match); why != "" {
				return &untaken{url: match, why: why}
			}
		}
		return nil
	}
	var best *untaken
	for raw := range candidates(line) {
		plain := strings.HasPrefix(raw, "http:")
		if u, err := url.Parse(raw); plain && err == nil && onlyHere(u.Hostname()) {
			continue
		}
		_, why := bare(raw)
		if why == "" && plain {
			why = "only an https URL is"
		}
		if u := (untaken{raw, why, why == hasPath}); why != "" && u.likelier(best) {
			best = &u
		}
	}
	return best
}

// likelier tells whether it is rather the URL that was meant than one that was printed before.
func (u untaken) likelier(before *untaken) bool { return before == nil || before.page || !u.page }

// candidates are the URLs in line that are of no known website.
func candidates(line string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, run := range anyURL.FindAllString(line, -1) {
			for raw := range apart(run) {
				raw = strings.TrimRight(raw, ".,;:!?)]}([{-=→")
				if u, err := url.Parse(raw); err == nil && website(strings.ToLower(u.Hostname())) {
					continue
				}
				if !yield(raw) {
					return
				}
			}
		}
	}
}

// apart gives the URLs that stand in one run without a space between them, as those of this machine and of the tunnel in
// http://localhost:4141,https://a.example.dev. One may be a part of another.
func apart(run string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for {
			next := nextURL(run)
			if next == len(run) {
				yield(run)
				return
			}
			if !yield(oneURL.FindString(run[:next])) {
				return
			}
			run = run[next:]
		}
	}
}

// nextURL is where the next URL begins that is no part of the first one: an http one leads to this machine, and has none.
func nextURL(run string) int {
	for _, at := range schemes.FindAllStringIndex(run, -1) {
		if at := at[0]; at > 0 && (strings.HasPrefix(run, "http:") || !strings.ContainsAny(run[at-1:at], "/=?&#%")) {
			return at
		}
	}
	return len(run)
}

// onlyHere tells whether a host is this machine's.
func onlyHere(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsUnspecified())
}

// hasPath is why a page of documentation is not taken: it has a path, a tunnel hardly ever.
const hasPath = "it has a path or a query; where that is the tunnel's, --tunnel-pattern says so"

// bare gives what is taken of a URL that looks like a tunnel's, or says why it does not.
func bare(raw string) (found, why string) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", unreadable(raw, err)
	}
	found, why = clean(u.Scheme + "://" + u.Host)
	switch {
	case strings.Trim(u.Path, "/") != "" || u.RawQuery != "":
		return "", hasPath
	case why == "" && !publicHost.MatchString(u.Host):
		return "", "its host is no name that is public"
	}
	return found, why
}

// clean gives a URL without a slash at its end, or says why it could not be a public one.
func clean(raw string) (found, why string) {
	raw = strings.TrimRight(raw, "/")
	u, err := url.Parse(raw)
	if err != nil {
		return "", unreadable(raw, err)
	}
	wrong := hostport.URL(u)
	switch {
	case u.Scheme != "https" && u.Scheme != "http":
		return "", "it is no http or https URL"
	case u.Hostname() == "":
		return "", "it has no host"
	case wrong != nil:
		return "", "it " + wrong.Error()
	case u.User != nil:
		return "", "it has a user name or password"
	case u.RawQuery != "" || u.Fragment != "":
		return "", "it has a query or a fragment"
	case escape.Line(raw) != raw:
		return "", "it has characters that no URL has"
	}
	return raw, ""
}

// unreadable is an error of url.Parse, which repeats the URL, and of one with a password a part of that.
func unreadable(raw string, err error) string {
	if strings.Contains(raw, "@") {
		return "it cannot be read, and seems to have a password"
	}
	var wrong *url.Error
	if errors.As(err, &wrong) {
		err = wrong.Err
	}
	return "it cannot be read: " + err.Error()
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
