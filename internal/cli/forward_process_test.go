package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// postReport posts the nth signed delivery report of a message and tells whether it was acknowledged.
func postReport(client *http.Client, target, uuid, status string, n int) bool {
	params := []signature.Param{
		{Name: "MessageUUID", Value: uuid},
		{Name: "From", Value: "14155550100"},
		{Name: "To", Value: "14155550199"},
		{Name: "Status", Value: status},
		{Name: "Sequence", Value: strconv.Itoa(n)},
	}
	form := url.Values{}
	for _, p := range params {
		form.Set(p.Name, p.Value)
	}
	const nonce = "05429567804466091622"
	signed, err := signature.Sign(signature.NewToken("account", testToken), signature.V3, "POST", target, nonce, params)
	if err != nil {
		return false
	}
	req, err := http.NewRequest("POST", target, strings.NewReader(form.Encode()))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set(signature.V3.Header(), signed)
	req.Header.Set(signature.V3.NonceHeader(), nonce)
	resp, err := client.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// developersApp takes callbacks that are signed for its own URL, at one address through its restarts.
type developersApp struct {
	t      *testing.T
	addr   string
	server *http.Server
	fails  func(n int64) bool // whether it answers the nth request 500

	asked atomic.Int64
	mu    sync.Mutex
	took  []string // message and sequence, in the order in which they were answered 200
}

func (a *developersApp) start() {
	a.t.Helper()
	ln, err := net.Listen("tcp", a.addr)
	if err != nil {
		a.t.Fatal(err)
	}
	a.addr = ln.Addr().String()
	a.server = &http.Server{Handler: a}
	go func() { _ = a.server.Serve(ln) }()
}

func (a *developersApp) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if n := a.asked.Add(1); a.fails != nil && a.fails(n) {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	_ = r.ParseForm()
	var params []signature.Param
	for name, values := range r.PostForm {
		for _, value := range values {
			params = append(params, signature.Param{Name: name, Value: value})
		}
	}
	verdict := signature.Verify(signature.Request{
		Method: r.Method, URL: "http://" + r.Host + r.URL.RequestURI(), Header: r.Header, Params: params,
	}, []signature.Token{signature.NewToken("account", testToken)})
	if verdict.Outcome != signature.Valid {
		a.t.Errorf("a callback came that is %s", verdict.Outcome)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	report := plivo.NewReport(params)
	sequence, _ := report.Sequence()
	a.took = append(a.took, fmt.Sprint(report.MessageUUID(), " ", sequence))
}

// inOrder gives how many different callbacks it took, and checks that those of each message came in their
// order; one that came again counts when it came first.
func (a *developersApp) inOrder() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	seen, last := map[string]bool{}, map[string]int{}
	for _, key := range a.took {
		if seen[key] {
			continue
		}
		seen[key] = true
		uuid, sequence, _ := strings.Cut(key, " ")
		n, _ := strconv.Atoi(sequence)
		if n != last[uuid]+1 {
			a.t.Errorf("of message %s number %d came after %d", uuid, n, last[uuid])
		}
		last[uuid] = n
	}
	return len(seen)
}

// TestForwardThroughKills kills listen twice in the middle of a flood, and restarts the app that it forwards
// to: every callback that was acknowledged arrives, in order within each message.
func TestForwardThroughKills(t *testing.T) {
	t.Parallel()
	app := &developersApp{t: t, addr: "127.0.0.1:0", fails: func(n int64) bool { return n%37 == 0 }}
	app.start()
	defer func() { _ = app.server.Close() }()
	history := filepath.Join(t.TempDir(), "history.db")
	var at atomic.Pointer[string]
	listen := func() started {
		l := start(t, command(t, "listen", "--db", history, "--addr", "127.0.0.1:0", "-o", "json", "--forward-to", "http://"+app.addr))
		url := l.ready.PublicURL + "/sms/delivery-report"
		at.Store(&url)
		return l
	}
	l := listen()
	drained := drain(l)

	const senders, messages, each = 8, 6, 8
	var acked atomic.Int64
	var all sync.WaitGroup
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
	for sender := range senders {
		all.Go(func() {
			for m := range messages {
				uuid := fmt.Sprintf("5b40a428-bfc7-4daf-%04d-%012d", sender, m)
				for n := 1; n <= each; {
					if t.Failed() {
						return
					}
					if postReport(client, *at.Load(), uuid, "sent", n) {
						acked.Add(1)
						n++
						continue
					}
					time.Sleep(5 * time.Millisecond) // nobody listens: it was killed
				}
			}
		})
	}
	wait := func(what string, ok func() bool) {
		t.Helper()
		for end := time.Now().Add(60 * time.Second); !ok(); time.Sleep(5 * time.Millisecond) {
			if time.Now().After(end) {
				t.Fatalf("waited in vain until %s: %d acknowledged, %d taken", what, acked.Load(), app.inOrder())
			}
		}
	}
	kill := func() {
		_ = l.cmd.Process.Kill()
		<-drained
		_ = l.cmd.Wait()
		l = listen()
		drained = drain(l)
	}
	wait("some are taken", func() bool { return app.inOrder() > 40 })
	kill()
	wait("more are taken", func() bool { return app.inOrder() > 100 })
	_ = app.server.Close()
	before := acked.Load()
	wait("some wait for the app", func() bool { return acked.Load() > min(before+60, senders*messages*each-1) })
	kill()
	app.start()
	all.Wait()
	wait("all are taken", func() bool { return app.inOrder() == senders*messages*each })

	// One that was acknowledged and not told so came twice, and the second may still wait for another try.
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{Path: history})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	wait("each has an attempt that was answered 200", func() bool { return len(unanswered(t, db)) == 0 })

	// The counts of the history say the same, once the program has noted the last.
	_ = l.cmd.Process.Signal(os.Interrupt)
	<-drained
	_ = l.cmd.Wait()
	claim, err := db.ClaimRoute(ctx, "http://"+app.addr)
	if err != nil || !claim.Known || claim.Read != claim.Newest || len(claim.Open) != 0 || claim.Newest < senders*messages*each {
		t.Errorf("the route is at %+v, %v", claim, err)
	}
	if left := unanswered(t, db); len(left) != 0 {
		t.Errorf("callbacks %d have no attempt that was answered 200", left)
	}
	t.Logf("%d callbacks, %d taken", claim.Newest, len(app.took))
}

// unanswered are the callbacks of a history without an attempt, signed anew, that was answered 200.
func unanswered(t *testing.T, db *store.Store) (ids []int64) {
	t.Helper()
	newest, err := db.NewestCallback(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	answered := map[int64]bool{}
	for after := int64(0); ; {
		page, err := db.Forwarded(t.Context(), after, 500)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page {
			after = a.ID
			answered[a.CallbackID] = answered[a.CallbackID] || a.Answer.Status == 200 && a.Mode == webhook.Resigned
		}
		if len(page) < 500 {
			break
		}
	}
	for id := int64(1); id <= newest; id++ {
		if !answered[id] {
			ids = append(ids, id)
		}
	}
	return ids
}

// drain reads what a command prints, to its end.
func drain(s started) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for s.out.Scan() {
		}
	}()
	return done
}

// TestListenTellsWhatItForwarded ends after one callback, which was forwarded by then, and prints so in either
// form; with --forward-answer the app's answer is Plivo's.
func TestListenTellsWhatItForwarded(t *testing.T) {
	t.Parallel()
	for _, answers := range []bool{false, true} {
		app := &developersApp{t: t, addr: "127.0.0.1:0", fails: func(int64) bool { return answers }}
		app.start()
		args := []string{"listen", "--ephemeral", "--addr", "127.0.0.1:0", "-o", "json", "--count", "1", "--forward-to", "delivery_report=http://" + app.addr}
		if answers {
			args = append(args, "--forward-answer")
		}
		listen := start(t, command(t, args...))
		if acknowledged := postReport(http.DefaultClient, listen.ready.PublicURL+"/sms/delivery-report", "m", "sent", 1); acknowledged == answers {
			t.Errorf("acknowledged %v", acknowledged)
		}
		var c callbackJSON
		var f forwardedJSON
		for _, into := range []any{&c, &f} {
			if !listen.out.Scan() {
				t.Fatal("a line is missing")
			}
			if err := json.Unmarshal(listen.out.Bytes(), into); err != nil {
				t.Fatal(err)
			}
		}
		if listen.out.Scan() {
			t.Errorf("there is another line: %s", listen.out.Text())
		}
		if err := listen.cmd.Wait(); err != nil {
			t.Error(err)
		}
		want, answered := http.StatusOK, http.StatusOK
		if answers {
			want, answered = http.StatusInternalServerError, 0
		}
		if f.Event != "forwarded" || f.Route != "delivery_report=http://"+app.addr || f.CallbackID != c.ID || f.Mode != webhook.Resigned ||
			f.Status == nil || *f.Status != want || f.URL != "http://"+app.addr+"/sms/delivery-report" || f.Took <= 0 || f.Failure != "" {
			t.Errorf("%+v", f)
		}
		// The app's answer is known a moment later, unless this was printed late.
		if c.Answered.Status != answered && c.Answered.Status != want {
			t.Errorf("printed as answered %+v", c.Answered)
		}
		_ = app.server.Close()
	}
}

// TestListenTellsWhatWaits says at its end, however that comes, how many callbacks wait for the app, and the next start
// sends them; without a history that is not promised.
func TestListenTellsWhatWaits(t *testing.T) {
	t.Parallel()
	var down atomic.Bool
	down.Store(true)
	app := &developersApp{t: t, addr: "127.0.0.1:0", fails: func(int64) bool { return down.Load() }}
	app.start()
	defer func() { _ = app.server.Close() }()
	run := func(cmd *exec.Cmd, came int, done func() bool) string {
		listen := start(t, cmd)
		for n := range came {
			if !postReport(http.DefaultClient, listen.ready.PublicURL+"/sms/delivery-report", fmt.Sprint("m", n), "sent", 1) {
				t.Fatal("not acknowledged")
			}
		}
		for deadline := time.Now().Add(time.Minute); !done(); time.Sleep(20 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatal("the app was not asked")
			}
		}
		_ = listen.cmd.Process.Signal(os.Interrupt)
		_ = listen.cmd.Wait()
		return listen.err.String()
	}
	asked := func(n int) func() bool {
		from := app.asked.Load()
		return func() bool { return app.asked.Load() >= from+int64(n) }
	}
	to := "http://" + app.addr
	args := []string{"listen", "--addr", "127.0.0.1:0", "-o", "json", "--forward-to", to}
	if said := run(command(t, append(args, "--ephemeral")...), 1, asked(1)); !strings.Contains(said, "1 callback was not forwarded to "+to+" yet; without a history nothing keeps it\n") {
		t.Errorf("without a history:\n%s", said)
	}
	cmd := command(t, args...)
	if said := run(cmd, 3, asked(3)); !strings.Contains(said, "3 callbacks were not forwarded to "+to+" yet; the next start with --forward-to "+to+" sends what came within the hour before it\n") {
		t.Errorf("while the app is down:\n%s", said)
	}
	down.Store(false)
	if said := run(beside(cmd, args...), 0, func() bool { return app.inOrder() == 3 }); strings.Contains(said, "not forwarded") {
		t.Errorf("when all is forwarded:\n%s", said)
	}
}

// TestListenTellsWhatItForwardedAsText is a calm line.
func TestListenTellsWhatItForwardedAsText(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	p := &printer{lines: &lines{w: &b}}
	a := webhook.Attempt{CallbackID: 12, Route: "http://localhost:3000", Timings: webhook.Timings{Total: 12 * time.Millisecond}, Failure: webhook.Refused}
	if err := p.forwarded(a); err != nil || b.Len() > 0 {
		t.Errorf("without an answer: %q, %v", b.String(), err)
	}
	a.Answer.Status, a.Failure = 200, ""
	if err := p.forwarded(a); err != nil || b.String() != "    12 forwarded to http://localhost:3000: 200 in 12ms\n" {
		t.Errorf("%q, %v", b.String(), err)
	}
	b.Reset()
	p.width = func() int { return 40 }
	if err := p.forwarded(a); err != nil || b.String() != "    12 forwarded to\n        http://localhost:3000: 200 in\n        12ms\n" {
		t.Errorf("on a terminal: %q, %v", b.String(), err)
	}
}
