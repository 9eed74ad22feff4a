package plivo

import (
	"net/netip"
	"strings"
)

// IsLoopback reports whether a URL's host, without port and brackets, always means the machine itself:
// localhost and names under it, 127.0.0.0/8, ::1, and the former written as IPv6. It looks nothing up.
func IsLoopback(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().IsLoopback()
	}
	name := strings.TrimSuffix(strings.ToLower(host), ".")
	return name == "localhost" || strings.HasSuffix(name, ".localhost")
}
