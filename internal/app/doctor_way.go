package app

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// lookAtServer tells which callback server the way from outside is tried with.
func lookAtServer(_ context.Context, d *doctor) Finding {
	switch {
	case d.apiErr != nil:
		return skipped("nothing to look at, for what api says", "")
	case d.openErr != nil:
		return d.notOpen()
	case d.running && !d.app.joined:
		return fine("the callback server listens at " + d.app.listenURL)
	case d.app.joined:
		what := fmt.Sprintf("process %d serves this history at %s", d.app.serverPID, d.app.listenURL)
		if unused := d.o.Surroundings.OwnServer; len(unused) > 0 {
			return warn(what+", so "+strings.Join(unused, ", ")+" is not used", "end that process to have doctor try it, or name another history with --db")
		}
		return fine(what)
	}
	return fine("a callback server was opened for this at " + d.app.listenURL)
}

// notOpen explains why there is no server to try anything with.
func (d *doctor) notOpen() Finding {
	advice := "correct the option or the setting that it names, and try again"
	if o := d.o; o.PublicURL != "" {
		if _, err := checkPublicURL(o.PublicURL, o.InsecureURL); err != nil {
			advice = "give --public-url as Plivo is to call it, https://name.example, with nothing behind"
		}
	}
	return failedAs(FaultLocal, d.openErr, advice)
}

// lookAtRoundTrip sends a request out through the public URL, which has to come in here.
func lookAtRoundTrip(ctx context.Context, d *doctor) Finding {
	at := d.app.publicURL()
	if d.app.joined {
		return d.healthThrough(ctx, at)
	}
	took, err := d.app.prove(ctx, at)
	if err != nil {
		return lostOnTheWay(at, err)
	}
	return cameBack(at, took)
}

func cameBack(at string, took time.Duration) Finding {
	what := "a request went out to " + at + " and came back in " + rounded(took)
	if onLoopback(at) {
		what += ", on this machine alone"
	}
	return fine(what)
}

// healthThrough asks the server of another process for its health: only that one could tell that it is itself.
func (d *doctor) healthThrough(ctx context.Context, at string) Finding {
	got, err := d.ask(ctx, http.MethodGet, at+webhook.HealthPath, nil, nil)
	if err != nil {
		return lostOnTheWay(at, err)
	}
	if got.keptOut() {
		return d.provedElsewhere(ctx, at)
	}
	if _, ok := got.health(); !ok {
		return got.strange(at)
	}
	return cameBack(at, got.took)
}

// provedElsewhere is for a server whose --allow keeps this process out: it tells what came of its own requests, which
// nothing keeps out and nobody else can answer.
func (d *doctor) provedElsewhere(ctx context.Context, at string) Finding {
	const why = "the server that runs lets only the addresses of its --allow in, which keeps doctor out"
	got, err := d.ask(ctx, http.MethodGet, d.app.listenURL+webhook.HealthPath, nil, nil)
	if err == nil {
		if t, ok := got.health(); ok && t != nil && t.State == string(tunnel.Online) && t.RoundTrip > 0 {
			return fine(fmt.Sprintf("%s; its own request went out to %s and came back in %s", why, at, rounded(time.Duration(t.RoundTrip*float64(time.Millisecond)))))
		}
	}
	return skipped(why+", and no request of its own has come back yet through "+at, "see what the process that serves says of its public URL")
}

// keptOut tells whether a server of this program refused the address of who asked.
func (a answered) keptOut() bool {
	return a.status == http.StatusForbidden && strings.HasPrefix(string(a.body), webhook.NotAllowed)
}

// lookAtSignature sends a signed request as Plivo does through the public URL, and lets the server judge it.
func lookAtSignature(ctx context.Context, d *doctor) Finding {
	a := d.app
	at := a.publicURL() + webhook.SignaturePath
	// With what is most easily changed on the way.
	params := []signature.Param{
		{Name: "From", Value: "14155550100"},
		{Name: "To", Value: "14155550123"},
		{Name: "Text", Value: "a + b = 1 & 50 % \u00fc \u20ac \U0001F44D"},
		{Name: "MessageUUID", Value: "plivoscope-doctor"},
		{Name: "requester_ip", Value: ""},
	}
	form := url.Values{}
	for _, p := range params {
		form.Add(p.Name, p.Value)
	}
	header, err := a.signed(at, params)
	if err != nil {
		return skipped("nothing can be signed: "+err.Error(), "")
	}
	header.Set("Content-Type", "application/x-www-form-urlencoded")
	got, err := d.ask(ctx, http.MethodPost, at, header, []byte(form.Encode()))
	if err != nil {
		return lostOnTheWay(a.publicURL(), err)
	}
	var j webhook.Judgement
	switch {
	case got.keptOut():
		return skipped("the server takes requests of the networks of --allow alone, and this one came from elsewhere", "run it without --allow to try")
	case got.status != http.StatusOK || json.Unmarshal(got.body, &j) != nil || j.Signature == "":
		return got.strange(a.publicURL())
	}
	return judged(at, len(params), j)
}

// judged explains what the server says of a request that was signed for at.
func judged(at string, params int, j webhook.Judgement) Finding {
	over := escape.Line(j.URL)
	switch j.Signature {
	case signature.Valid:
		return fine("a request that was signed as Plivo does it came in and verified")
	case signature.Missing:
		return failed(FaultNetwork, "the signature headers do not arrive: something on the way drops X-Plivo-Signature-V3", "let the tunnel or proxy pass all headers on")
	case signature.Unchecked:
		return failed(FaultLocal, "the server has no token to check signatures with", "set PLIVO_AUTH_TOKEN where it runs, and start it again")
	}
	switch {
	case j.URL != at:
		return failed(FaultNetwork, "a signed request does not verify: it was signed for "+at+" and checked over "+over, "let the tunnel or proxy pass path and query on as they are, or name with --public-url what Plivo calls")
	case j.Method != http.MethodPost || j.Params != params:
		return failed(FaultNetwork, fmt.Sprintf("a signed request does not verify: of %d parameters %d arrived", params, j.Params), "let the tunnel or proxy pass the body on as it is")
	}
	return failed(FaultLocal, "a signed request does not verify, though URL and parameters arrive as they were sent: the server checks with another token, or the body was changed", "start the server again with the PLIVO_AUTH_TOKEN of now")
}

// signed gives the signature headers of a POST as Plivo sends them.
func (a *App) signed(at string, params []signature.Param) (http.Header, error) {
	header := http.Header{}
	sign := func(token signature.Token, schemes ...signature.Scheme) error {
		for _, scheme := range schemes {
			nonce := fmt.Sprintf("%020d", rand.Uint64())
			if given := header.Get(scheme.NonceHeader()); given != "" {
				nonce = given // the Ma- headers share it
			}
			value, err := signature.Sign(token, scheme, http.MethodPost, at, nonce, params)
			if err != nil {
				return err
			}
			header.Set(scheme.Header(), value)
			header.Set(scheme.NonceHeader(), nonce)
		}
		return nil
	}
	err := sign(a.replayKeys.Account, signature.V2, signature.V3)
	if err == nil && !a.replayKeys.Main.Empty() {
		err = sign(a.replayKeys.Main, signature.MaV2, signature.MaV3)
	}
	return header, err
}

// answered is what came back.
type answered struct {
	status int
	header http.Header
	body   []byte
	took   time.Duration
}

// health reads an answer of /health.
func (a answered) health() (t *webhook.TunnelHealth, ok bool) {
	var h struct {
		Status string                `json:"status"`
		Tunnel *webhook.TunnelHealth `json:"tunnel"`
	}
	ok = a.status == http.StatusOK && json.Unmarshal(a.body, &h) == nil && h.Status == "ok"
	return h.Tunnel, ok
}

// answerMost bounds how much of an answer is read, in bytes.
const answerMost = 64 << 10

// ask sends one request the whole way, on a connection of its own.
func (d *doctor) ask(ctx context.Context, method, target string, header http.Header, body []byte) (answered, error) {
	req, err := http.NewRequestWithContext(ctx, method, target, bytes.NewReader(body))
	if err != nil {
		return answered{}, err
	}
	for name, values := range header {
		req.Header[name] = values
	}
	req.Header.Set("User-Agent", "plivoscope-doctor")
	conns := http.DefaultTransport.(*http.Transport).Clone()
	conns.DisableKeepAlives = true
	conns.TLSClientConfig = &tls.Config{RootCAs: d.o.ProbeRoots, MinVersion: tls.VersionTLS12}
	client := &http.Client{
		Transport:     conns,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	began := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return answered{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	got := answered{status: resp.StatusCode, header: resp.Header}
	got.body, err = io.ReadAll(io.LimitReader(resp.Body, answerMost))
	got.took = time.Since(began)
	return got, err
}

// lostOnTheWay explains a request that was not answered.
func lostOnTheWay(at string, err error) Finding {
	var refusal *tunnel.Refusal
	if errors.As(err, &refusal) {
		what, advice := parted(refusal.Why)
		return failed(FaultNetwork, what, cmp.Or(advice, "check the address, and that the tunnel runs and leads to this machine"))
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return failed(FaultNetwork, at+" takes requests and does not answer in time: the tunnel forwards nothing", "start the tunnel again, and check that it forwards to this machine")
	}
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	return failed(FaultNetwork, at+" cannot be reached: "+escape.Line(err.Error()), "check the address, and that the tunnel runs")
}

// parted takes a sentence, or several, apart: what is so, and what to do.
func parted(why string) (what, advice string) {
	why = strings.TrimSuffix(strings.TrimSpace(why), ".")
	end := len(why)
	for _, mark := range []string{". ", "; "} {
		if i := strings.Index(why, mark); i >= 0 {
			end = min(end, i)
		}
	}
	return why[:end], strings.TrimLeft(why[end:], ".; ")
}

// strange explains an answer that is not the server's.
func (a answered) strange(at string) Finding {
	code := a.header.Get("Ngrok-Error-Code")
	said := fmt.Sprintf("%s answers %d", at, a.status)
	if code != "" {
		said += " (" + escape.Line(code) + ")"
	}
	switch html := strings.Contains(a.header.Get("Content-Type"), "html"); {
	case a.status == http.StatusBadGateway || a.status == http.StatusGatewayTimeout || a.status == http.StatusServiceUnavailable:
		return failed(FaultNetwork, said+": the tunnel's edge does not reach this server", "let the tunnel forward to the port that plivoscope listens on")
	case code != "":
		return failed(FaultNetwork, said+": the tunnel's edge answers in the server's place", "check that the tunnel runs and leads to this machine")
	case a.status >= 300 && a.status < 400:
		return failed(FaultNetwork, said+", a redirect to "+escape.Line(a.header.Get("Location"))+", which Plivo's signature would not survive", "name the URL that needs no redirect")
	case html:
		return failed(FaultNetwork, said+" with a web page that is not this server's", "Plivo would get it too: check the address, and whether the provider puts a page in between")
	}
	return failed(FaultNetwork, said+", but not as this server does: it leads elsewhere", "let the tunnel forward to the port that plivoscope listens on")
}
