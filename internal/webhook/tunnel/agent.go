package tunnel

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/hostport"
)

// defaultAgentAPI is where an ngrok agent serves its API unless told otherwise.
const defaultAgentAPI = "127.0.0.1:4040"

// agentTunnel takes the URL of an ngrok agent that already runs. Starting, mending and ending the tunnel are
// the agent's business; this only looks, every other second, which URL of it leads here.
type agentTunnel struct {
	api    string // HOST:PORT
	log    *slog.Logger
	every  time.Duration
	client *http.Client
}

func newAgent(s Settings) (Tunnel, error) {
	api := s.AgentAPI
	if api == "" {
		api = defaultAgentAPI
	}
	if strings.Trim(api, "0123456789") == "" {
		api = net.JoinHostPort("127.0.0.1", api)
	}
	if _, _, err := hostport.Dial(api); err != nil {
		return nil, fmt.Errorf("--ngrok-api %q is no address of an ngrok agent's API: it %w; give it as HOST:PORT or PORT, as %s", s.AgentAPI, err, defaultAgentAPI)
	}
	return &agentTunnel{api: api, log: s.Logger, every: 2 * time.Second, client: &http.Client{
		Timeout:       5 * time.Second,
		Transport:     &http.Transport{Proxy: nil, MaxResponseHeaderBytes: 16 << 10}, // it is on this machine
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}, nil
}

func (a *agentTunnel) Name() string { return "ngrok-agent" }

// Metered is true: the agent's requests count as ngrok's do.
func (a *agentTunnel) Metered() bool { return true }

// NamesCaller is true: ngrok's edge appends the caller's address.
func (a *agentTunnel) NamesCaller() bool { return true }

func (a *agentTunnel) Run(ctx context.Context, local Local, emit func(Event)) error {
	defer a.client.CloseIdleConnections()
	say := &speaker{emit: emit}
	say.away("", "")
	_, port, err := net.SplitHostPort(local.Addr)
	if err != nil {
		return say.failed(&Error{Why: fmt.Sprintf("The local address %s has no port for the agent to forward to.", escape.Line(local.Addr))})
	}
	for ; ctx.Err() == nil; pause(ctx, a.every) {
		found, why := a.look(ctx, port)
		switch {
		case ctx.Err() != nil:
		case found != "":
			say.online(found, "")
		default:
			say.away(why, "")
		}
	}
	return nil
}

// look asks the agent for the URL that leads to port; where none does, why says what to do.
func (a *agentTunnel) look(ctx context.Context, port string) (found, why string) {
	list, err := a.endpoints(ctx)
	var (
		op     *net.OpError
		status *agentStatus
	)
	start := "start one with: ngrok http " + port
	switch {
	case errors.As(err, &op) && op.Op == "dial":
		return "", fmt.Sprintf("No ngrok agent answers at %s: %s. If one runs with another web_addr, name that with --ngrok-api.", a.api, start)
	case errors.As(err, &status):
		return "", fmt.Sprintf("What answers at %s is no ngrok agent (%s): %s, or name the address of its API with --ngrok-api.", a.api, status, start)
	case err != nil:
		return "", fmt.Sprintf("The ngrok agent at %s does not answer as one (%s).", a.api, escape.Line(err.Error()))
	}
	var others []string
	for _, e := range list {
		public, _ := clean(e.public())
		if !strings.HasPrefix(public, "https://") {
			continue
		}
		if e.leadsTo(port) {
			return public, ""
		}
		others = append(others, shown(e.upstream()))
	}
	if len(others) == 0 {
		return "", fmt.Sprintf("The ngrok agent at %s has no https endpoint: %s", a.api, start)
	}
	more := ""
	if len(others) > 3 {
		others, more = others[:3], " and more"
	}
	return "", fmt.Sprintf("The ngrok agent at %s forwards to %s%s, and not to this port: %s", a.api, strings.Join(others, ", "), more, start)
}

// agentStatus is an answer that is not the API's.
type agentStatus struct{ status int }

func (e *agentStatus) Error() string { return fmt.Sprintf("it answers %d", e.status) }

// endpoints lists what the agent forwards; older agents call it tunnels.
func (a *agentTunnel) endpoints(ctx context.Context) ([]agentEndpoint, error) {
	var list struct {
		Endpoints []agentEndpoint `json:"endpoints"`
		Tunnels   []agentEndpoint `json:"tunnels"`
	}
	err := a.get(ctx, "/api/endpoints", &list)
	var status *agentStatus
	if errors.As(err, &status) || err == nil && list.Endpoints == nil {
		err = a.get(ctx, "/api/tunnels", &list)
	}
	return append(list.Endpoints, list.Tunnels...), err
}

// agentMost is how many bytes of an agent's answer are read.
const agentMost = 1 << 20

func (a *agentTunnel) get(ctx context.Context, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+a.api+path, nil)
	if err != nil {
		return err
	}
	request.Header.Set("Accept", "application/json")
	response, err := a.client.Do(request)
	if err != nil {
		var inner *url.Error
		if errors.As(err, &inner) {
			err = inner.Err
		}
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, agentMost))
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return &agentStatus{response.StatusCode}
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("its answer is no JSON as expected: %w", err)
	}
	return nil
}

// agentEndpoint is an endpoint of a new agent, or a tunnel of an older one.
type agentEndpoint struct {
	URL       string `json:"url"`
	PublicURL string `json:"public_url"`
	Upstream  struct {
		URL string `json:"url"`
	} `json:"upstream"`
	Config struct {
		Addr string `json:"addr"`
	} `json:"config"`
}

func (e agentEndpoint) public() string { return e.URL + e.PublicURL }

func (e agentEndpoint) upstream() string { return e.Upstream.URL + e.Config.Addr }

// leadsTo tells whether the upstream is a port of this machine: a port alone, HOST:PORT or a URL.
func (e agentEndpoint) leadsTo(port string) bool {
	to := e.upstream()
	if to == port {
		return true
	}
	if !strings.Contains(to, "://") {
		to = "http://" + to
	}
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "http" || strings.Trim(u.Path, "/") != "" {
		return false
	}
	at := u.Port()
	if at == "" {
		at = "80"
	}
	ip := net.ParseIP(u.Hostname())
	return at == port && (u.Hostname() == "localhost" || ip != nil && (ip.IsLoopback() || ip.IsUnspecified()))
}
