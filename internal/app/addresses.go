package app

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"dev.internal/plivoscope/internal/webhook"
)

// keptEarlier is how many URLs that were public once a signature may be checked over: as many as the history keeps.
const keptEarlier = 100

// addresses are the URLs under which this process's server is reached, and was.
type addresses struct {
	mu      sync.Mutex
	public  string   // what is given to Plivo: the listen URL unless there is another
	opened  string   // what a tunnel says it opened; empty while there is nothing
	earlier []string // of this history, the newest first
}

// publicURL is the URL that is given to Plivo, without a callback's path; the listen URL where there is no other.
func (a *App) publicURL() string {
	a.urls.mu.Lock()
	defer a.urls.mu.Unlock()
	return a.urls.public
}

// Unreachable says why Plivo cannot reach this server, in words for the middle of a sentence; empty where it can, as
// far as that is known.
func (a *App) Unreachable() string {
	if a.CallbackURL() != "" {
		return ""
	}
	public := a.publicURL()
	if given := public != a.listenURL || a.o.PublicURL != "" && !a.joined; given && onLoopback(public) {
		return fmt.Sprintf("the public URL %s is one of this machine, which Plivo cannot reach", public)
	}
	return "no public URL is known"
}

// ours tells whether a URL is one of this process's server, of now or before.
func (a *App) ours(rawURL string) bool {
	a.urls.mu.Lock()
	defer a.urls.mu.Unlock()
	all := append([]string{a.listenURL, a.urls.public, a.urls.opened}, a.urls.earlier...)
	return slices.ContainsFunc(all, func(own string) bool { return own != "" && sameHost(rawURL, own) })
}

// recallURLs reads which URLs were public before. Those of this machine are left out, and those of another
// server that runs on this history: what is signed over them came to another address.
func (a *App) recallURLs(ctx context.Context) error {
	noted, err := a.store.PublicURLs(ctx)
	if err != nil {
		return err
	}
	lease, live, err := a.store.Lease(ctx)
	if err != nil {
		return err
	}
	a.urls.mu.Lock()
	defer a.urls.mu.Unlock()
	for _, base := range noted {
		theirs := live && (sameHost(base, lease.PublicURL) || sameHost(base, lease.ListenURL))
		if !theirs && !onLoopback(base) && base != a.urls.public && len(a.urls.earlier) < keptEarlier {
			a.urls.earlier = append(a.urls.earlier, base)
		}
	}
	return nil
}

// open lets the callback server check signatures over a URL that a tunnel opened. It is not given to Plivo
// until it was proved.
func (a *App) open(ctx context.Context, url string) error {
	a.urls.mu.Lock()
	before := a.urls.opened
	if before == url {
		a.urls.mu.Unlock()
		return nil
	}
	a.urls.opened = url
	if before == "" {
		before = a.urls.public
	}
	a.retire(before, url)
	earlier := slices.Clone(a.urls.earlier)
	a.urls.mu.Unlock()
	if err := a.server.SetPublicURLs(url); err != nil {
		return err
	}
	if err := a.server.SetEarlierURLs(earlier...); err != nil {
		return err
	}
	if err := a.noteURL(ctx, url); err != nil {
		a.log.Warn("the public URL was not noted in the history", "url", url, "err", err)
	}
	return nil
}

// retire puts a URL among the earlier ones, in the place of one that is current again. The lock is held.
func (a *App) retire(before, current string) {
	kept := slices.DeleteFunc(a.urls.earlier, func(url string) bool { return url == before || url == current })
	if before != "" && before != current {
		kept = slices.Insert(kept, 0, before)
	}
	a.urls.earlier = kept[:min(len(kept), keptEarlier)]
}

// publish gives url to Plivo from now on; empty for none, which leaves the listen URL. It gives the URL before.
func (a *App) publish(url string) (before string) {
	if url == "" {
		url = a.listenURL
	}
	a.urls.mu.Lock()
	before, a.urls.public = a.urls.public, url
	a.urls.mu.Unlock()
	if before == url {
		return before
	}
	if a.sim != nil {
		a.sim.SetInboundURL(url + webhook.InboundPath)
	}
	if url != a.listenURL && a.attachable() {
		a.custody.want(url)
	}
	select {
	case a.releases <- struct{}{}:
	default: // it is about to be told already
	}
	return before
}

// noteURL remembers a public URL, and that of the reports under it, by which the history knows it for public.
func (a *App) noteURL(ctx context.Context, url string) error {
	for _, noted := range []string{url + webhook.DeliveryReportPath, url} {
		if err := a.store.NoteURL(ctx, noted); err != nil {
			return err
		}
	}
	return nil
}
