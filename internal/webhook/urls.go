package webhook

import (
	"net/http"
	"slices"
	"strings"
)

// publicURLs are the URLs that a signature may have been made over. They are not changed once they are in use.
type publicURLs struct {
	now []publicURL
	// earlier are those that were public once, by their hosts: what a request costs does not grow with their number.
	earlier map[string][]publicURL
}

// parseURLs reads URLs in their order.
func parseURLs(urls []string) (all []publicURL, err error) {
	for _, raw := range urls {
		parsed, err := parsePublicURL(raw)
		if err != nil {
			return nil, err
		}
		all = append(all, parsed...)
	}
	return all, nil
}

// SetPublicURLs changes the URLs that signatures are checked over; callbacks that are being judged
// finish with the earlier ones. It fails, and changes nothing, where one is no http(s) URL.
func (s *Server) SetPublicURLs(urls ...string) error {
	public, err := parseURLs(urls)
	if err != nil {
		return err
	}
	s.changeURLs(func(p *publicURLs) { p.now = public })
	return nil
}

// SetEarlierURLs changes the URLs that were public once, and may lead here still: a signature of the third version
// of a request that asked for the host of one of them is checked over it too. No other request's is, and no
// signature that leaves the parameters out. There may be many. It fails, and changes nothing, where one is no
// http(s) URL.
func (s *Server) SetEarlierURLs(urls ...string) error {
	public, err := parseURLs(urls)
	if err != nil {
		return err
	}
	earlier := make(map[string][]publicURL, len(public))
	for _, p := range public {
		p.earlier = true
		earlier[p.host] = append(earlier[p.host], p)
	}
	s.changeURLs(func(p *publicURLs) { p.earlier = earlier })
	return nil
}

func (s *Server) changeURLs(change func(*publicURLs)) {
	s.urls.Lock()
	defer s.urls.Unlock()
	changed := s.publicURLs()
	change(&changed)
	s.public.Store(&changed)
}

func (s *Server) publicURLs() publicURLs {
	if p := s.public.Load(); p != nil {
		return *p
	}
	return publicURLs{}
}

// askedFor are the URLs that a request which asks for these hosts may have been signed over: those of now, and the
// earlier ones of the hosts.
func (p publicURLs) askedFor(hosts []string) []publicURL {
	all := p.now
	for _, host := range hosts {
		if earlier := p.earlier[host]; len(earlier) > 0 {
			all = slices.Concat(all, earlier)
		}
	}
	return all
}

// hostsOf are the hosts that a request asks for, without their ports: its own, and the one that an agent which wrote
// its own address there says was asked for. The caller can write either, so they choose among URLs and add none.
func hostsOf(r *http.Request) []string {
	hosts := []string{strings.ToLower(hostname(r.Host))}
	first, _, _ := strings.Cut(r.Header.Get("X-Forwarded-Host"), ",")
	if forwarded := strings.ToLower(hostname(strings.TrimSpace(first))); forwarded != "" && forwarded != hosts[0] {
		hosts = append(hosts, forwarded)
	}
	return hosts
}
