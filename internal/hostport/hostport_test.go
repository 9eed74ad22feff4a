package hostport_test

import (
	"net/url"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/hostport"
)

// told is the text of an error, empty for none.
func told(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestURL(t *testing.T) {
	for raw, want := range map[string]string{
		"https://h": "", "https://h/a:0/": "", "https://h:1": "", "https://h:65535/x": "", "http://[::1]": "", "http://[::1]:3000": "",
		"https://h:":                           "has a colon behind its host, and no port; write the port, or leave the colon out",
		"http://[::1]:":                        "has a colon behind its host, and no port; write the port, or leave the colon out",
		"https://h:0":                          `has the port "0"; a port is a number from 1 to 65535`,
		"https://h:65536/":                     `has the port "65536"; a port is a number from 1 to 65535`,
		"https://h:0443":                       `has the port "0443"; write it as 443`,
		"https://h:00":                         `has the port "00"; a port is a number from 1 to 65535`,
		"https://h:" + strings.Repeat("9", 90): `has the port "` + strings.Repeat("9", 40) + `…"; a port is a number from 1 to 65535`,
	} {
		u, err := url.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got := told(hostport.URL(u)); got != want {
			t.Errorf("%s: it %q, want %q", raw, got, want)
		}
	}
}

func TestAddresses(t *testing.T) {
	const (
		none     = "is no HOST:PORT"
		brackets = "is no HOST:PORT; an IPv6 address stands in brackets, as [::1]:4141"
		noPort   = "has no port; write it as HOST:PORT, as in [::1]:4141"
		isURL    = "is no HOST:PORT, but a URL; leave out what stands before the host and behind the port"
	)
	for raw, want := range map[string]struct{ host, port, listen, dial string }{
		"127.0.0.1:4141": {host: "127.0.0.1", port: "4141"},
		"[::1]:1":        {host: "::1", port: "1"},
		":65535":         {port: "65535", dial: "has no host; write it as HOST:PORT"},
		"h:0":            {host: "h", port: "0", dial: `has the port "0"; a port is a number from 1 to 65535`},
		"h:65536":        {host: "h", port: "65536", listen: `has the port "65536"; a port is a number from 0 to 65535`, dial: `has the port "65536"; a port is a number from 1 to 65535`},
		"h:08443":        {host: "h", port: "08443", listen: `has the port "08443"; write it as 8443`, dial: `has the port "08443"; write it as 8443`},
		"h:http":         {host: "h", port: "http", listen: `has the port "http"; a port is a number from 0 to 65535`, dial: `has the port "http"; a port is a number from 1 to 65535`},
		"h:+80":          {host: "h", port: "+80", listen: `has the port "+80"; a port is a number from 0 to 65535`, dial: `has the port "+80"; a port is a number from 1 to 65535`},
		"h:":             {listen: "has no port behind its colon", dial: "has no port behind its colon"},
		"h":              {listen: none, dial: none},
		"":               {listen: none, dial: none},
		"h:1:2":          {listen: none, dial: none},
		"[::1]":          {listen: noPort, dial: noPort},
		"http://h:1":     {listen: isURL, dial: isURL},
		"fe80::1%eth0":   {listen: brackets, dial: brackets},
		"::1":            {listen: brackets, dial: brackets},
	} {
		for name, c := range map[string]struct {
			split func(string) (string, string, error)
			want  string
		}{"Listen": {hostport.Listen, want.listen}, "Dial": {hostport.Dial, want.dial}} {
			host, port, err := c.split(raw)
			if told(err) != c.want || err == nil && (host != want.host || port != want.port) {
				t.Errorf("%s(%q) is %q, %q, %q; want %+v", name, raw, host, port, told(err), want)
			}
		}
	}
}
