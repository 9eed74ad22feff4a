// Package hostport checks the ports of URLs and of addresses that somebody typed. What Go takes for one may have a port that no
// machine has, the name of a service in its place, or none behind a colon, and is refused far from where it was typed.
//
// The errors go on behind the name of what was typed: has the port "0"; a port is a number from 1 to 65535.
package hostport

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// URL checks the port of a URL; that it has none is good.
func URL(u *url.URL) error {
	switch {
	case strings.HasSuffix(u.Host, ":"):
		return errors.New("has a colon behind its host, and no port; write the port, or leave the colon out")
	case u.Port() == "":
		return nil
	}
	return checkPort(u.Port(), 1)
}

// Listen splits an address to listen on, HOST:PORT: without a host it is all of this machine's, and port 0 is any free one.
func Listen(raw string) (host, port string, err error) { return split(raw, 0) }

// Dial splits an address to connect to, HOST:PORT.
func Dial(raw string) (host, port string, err error) {
	host, port, err = split(raw, 1)
	if err == nil && host == "" {
		err = errors.New("has no host; write it as HOST:PORT")
	}
	return host, port, err
}

func split(raw string, least uint64) (host, port string, err error) {
	host, port, err = net.SplitHostPort(raw)
	switch {
	case err != nil && strings.Contains(raw, "://"):
		return "", "", errors.New("is no HOST:PORT, but a URL; leave out what stands before the host and behind the port")
	case err != nil && isIPv6(raw):
		return "", "", errors.New("is no HOST:PORT; an IPv6 address stands in brackets, as [::1]:4141")
	case err != nil && strings.HasPrefix(raw, "[") && strings.HasSuffix(raw, "]"):
		return "", "", errors.New("has no port; write it as HOST:PORT, as in [::1]:4141")
	case err != nil:
		return "", "", errors.New("is no HOST:PORT")
	case port == "":
		return "", "", errors.New("has no port behind its colon")
	}
	return host, port, checkPort(port, least)
}

func isIPv6(raw string) bool {
	ip, err := netip.ParseAddr(raw)
	return err == nil && ip.Is6()
}

// checkPort takes a port as everybody writes it: a signature is over the text of a URL, so two forms of one are two URLs.
func checkPort(text string, least uint64) error {
	n, err := strconv.ParseUint(text, 10, 16)
	switch plain := strconv.FormatUint(n, 10); {
	case err != nil || n < least:
		return fmt.Errorf("has the port %q; a port is a number from %d to 65535", cut(text), least)
	case plain != text:
		return fmt.Errorf("has the port %q; write it as %s", cut(text), plain)
	}
	return nil
}

// cut keeps what somebody typed from filling a sentence.
func cut(s string) string {
	const most = 40
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
