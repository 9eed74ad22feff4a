package cli

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

const (
	shopApp = "20000000000000001"
	shopURL = "https://shop.example/sms"
)

// liveAccount is a Plivo account, as far as the program can tell.
type liveAccount struct {
	t    *testing.T
	sim  *simulator.Simulator
	url  string
	api  *api.Client
	down atomic.Bool
	asks atomic.Pointer[func()] // called before each request is answered
}

func newLiveAccount(t *testing.T) *liveAccount {
	t.Helper()
	sim, err := simulator.New(simulator.Options{
		AuthID: testAuthID, AuthToken: testToken, Speed: 100,
		Applications: []simulator.Application{{ID: shopApp, Name: "shop", MessageURL: shopURL, MessageMethod: "GET"}},
		MoreNumbers:  []simulator.Number{{Number: "14155550111", App: shopApp}},
	})
	if err != nil {
		t.Fatal(err)
	}
	acc := &liveAccount{t: t, sim: sim}
	handler := sim.Handler()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if acc.down.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		if ask := acc.asks.Load(); ask != nil {
			(*ask)()
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(sim.Close)
	acc.url = server.URL
	if acc.api, err = api.New(api.Config{AuthID: testAuthID, AuthToken: testToken, BaseURL: acc.url}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(acc.api.Close)
	return acc
}

// command is a process of the account's owner; of several the first makes the folder.
func (acc *liveAccount) command(like *exec.Cmd, args ...string) *exec.Cmd {
	cmd := command(acc.t, args...)
	cmd.Env = append(cmd.Env, "PLIVO_API_URL="+acc.url)
	if like != nil {
		cmd.Env, cmd.Dir = like.Env, like.Dir
	}
	return cmd
}

func (acc *liveAccount) at() string {
	acc.t.Helper()
	a, err := acc.api.Application(acc.t.Context(), shopApp)
	if err != nil {
		acc.t.Fatal(err)
	}
	return a.MessageURL
}

// becomes waits until the application leads to url.
func (acc *liveAccount) becomes(url string) {
	acc.t.Helper()
	for limit := time.Now().Add(time.Minute); acc.at() != url; time.Sleep(2 * time.Millisecond) {
		if time.Now().After(limit) {
			acc.t.Fatalf("message_url is %s, want %s", acc.at(), url)
		}
	}
}

func listenArgs(more ...string) []string {
	return append([]string{"listen", "--addr", "127.0.0.1:0", "-o", "json"}, more...)
}

// exited gives the code of a process that has ended.
func exited(t *testing.T, cmd *exec.Cmd, err error) int {
	t.Helper()
	if err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode()
}

// TestAttachedListen lets a listen take inbound messages, and end as people end it.
func TestAttachedListen(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]struct {
		signal syscall.Signal
		code   int
	}{"Ctrl-C": {syscall.SIGINT, 130}, "terminated": {syscall.SIGTERM, 143}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acc := newLiveAccount(t)
			cmd := acc.command(nil, listenArgs("--attach-number", "+14155550111", "--yes")...)
			listen := start(t, cmd)
			acc.becomes(listen.ready.PublicURL + "/sms/inbound")
			if _, err := acc.sim.Inbound(t.Context(), simulator.InboundMessage{From: "+14155550123", To: "+14155550111", Text: "hi"}); err != nil {
				t.Fatal(err)
			}
			var c callbackJSON
			if !listen.out.Scan() || json.Unmarshal(listen.out.Bytes(), &c) != nil || c.Kind != "inbound" || c.Signature.Outcome != "valid" {
				t.Errorf("the line is %s", listen.out.Text())
			}
			_ = cmd.Process.Signal(how.signal)
			for listen.out.Scan() { // to its end
			}
			if code := exited(t, cmd, cmd.Wait()); code != how.code || acc.at() != shopURL {
				t.Errorf("it ended with %d and leaves message_url %s\n%s", code, acc.at(), listen.err)
			}
			if !strings.Contains(listen.err.String(), "is "+shopURL+" again") {
				t.Errorf("what was put back is not said:\n%s", listen.err)
			}
		})
	}
}

// TestAttachedListenIsKilled leaves the application attached: restore and the next start put it back.
func TestAttachedListenIsKilled(t *testing.T) {
	t.Parallel()
	acc := newLiveAccount(t)
	cmd := acc.command(nil, listenArgs("--attach-app", shopApp, "--yes")...)
	listen := start(t, cmd)
	acc.becomes(listen.ready.PublicURL + "/sms/inbound")

	held := acc.command(cmd, "restore", "-o", "json")
	out, err := held.Output()
	if code := exited(t, held, err); code != exitWantsYes || !strings.Contains(string(out), `"found_url":null,"outcome":"held"`) || acc.at() == shopURL {
		t.Errorf("restore of what runs ends with %d, says %s and leaves %s", code, out, acc.at())
	}
	attached, _, _ := checkedBy(t, acc.command(cmd, "doctor", "-o", "json"))
	if f := attached["inbound"]; f.Result == app.CheckWarning || strings.Contains(f.What, "a run that ended") {
		t.Errorf("doctor finds %+v while it runs", f)
	}
	second := acc.command(cmd, listenArgs("--attach-app", shopApp, "--yes")...)
	if said, err := second.CombinedOutput(); exited(t, second, err) != exitUser || !strings.Contains(string(said), "attached already") {
		t.Errorf("a second one ends with %v: %s", err, said)
	}

	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	if acc.at() == shopURL {
		t.Fatal("the killed one has put it back")
	}
	found, _, _ := checkedBy(t, acc.command(cmd, "doctor", "-o", "json", "--addr", "127.0.0.1:0"))
	if f := found["inbound"]; f.Result != app.CheckWarning || f.Advice != "run: plivoscope restore" || !strings.Contains(f.What, listen.ready.PublicURL+"/sms/inbound of a run that ended") {
		t.Errorf("doctor finds %+v", f)
	}
	restore := acc.command(cmd, "restore", "-o", "json")
	out, err = restore.Output()
	var r restoredJSON
	if code := exited(t, restore, err); code != exitDone || json.Unmarshal(out, &r) != nil {
		t.Fatalf("restore ends with %d and says %s", code, out)
	}
	at := listen.ready.PublicURL + "/sms/inbound"
	want := restoredJSON{AppID: shopApp, AppName: "shop", FormerURL: shopURL, FoundURL: &at, Outcome: "put_back"}
	if diff := cmp.Diff(want, r); diff != "" || acc.at() != shopURL {
		t.Errorf("restore says (-want +got):\n%s\nmessage_url is %s", diff, acc.at())
	}
	again := acc.command(cmd, "restore", "-o", "text")
	if said, err := again.CombinedOutput(); exited(t, again, err) != exitDone || !strings.Contains(string(said), "nothing to put back") {
		t.Errorf("a second restore ends with %v and says %s", err, said)
	}

	killed := acc.command(cmd, listenArgs("--attach-app", shopApp, "--yes")...)
	other := start(t, killed)
	acc.becomes(other.ready.PublicURL + "/sms/inbound")
	_ = killed.Process.Kill()
	_ = killed.Wait()
	next := acc.command(cmd, listenArgs()...)
	start(t, next)
	acc.becomes(shopURL)
	_ = next.Process.Signal(os.Interrupt)
	_ = next.Wait()
}

func TestForeignURLWantsYes(t *testing.T) {
	t.Parallel()
	acc := newLiveAccount(t)
	cmd := acc.command(nil, listenArgs("--attach-app", shopApp)...)
	cmd.Env = append(cmd.Env, "PLIVOSCOPE_YES=1") // lets send spend money, and says nothing of this
	said, err := cmd.CombinedOutput()
	if code := exited(t, cmd, err); code != exitWantsYes || acc.at() != shopURL || !strings.Contains(string(said), shopURL) || !strings.Contains(string(said), "--yes") {
		t.Errorf("it ends with %d, leaves %s and says %s", code, acc.at(), said)
	}
	masked := acc.command(nil, listenArgs("--attach-number", "+14155550199", "--mask")...)
	if said, err := masked.CombinedOutput(); exited(t, masked, err) != exitUser || strings.Contains(string(said), "14155550199") {
		t.Errorf("a number of nobody ends with %v and says %s", err, said)
	}
}

// TestForeignURLIsAskedFor answers the question on a terminal.
func TestForeignURLIsAskedFor(t *testing.T) {
	t.Parallel()
	for answer, code := range map[string]int{"y\n": exitInterrupted, "\n": exitWantsYes} {
		acc := newLiveAccount(t)
		cmd := acc.command(nil, listenArgs("--attach-app", shopApp)...)
		terminal, err := pty.Start(cmd)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = terminal.Close() }()
		asked := false
		var seen strings.Builder
		buffer := make([]byte, 4096)
		for {
			n, err := terminal.Read(buffer)
			seen.Write(buffer[:n])
			if !asked && strings.Contains(seen.String(), "[y/N]") {
				asked = true
				_, _ = terminal.WriteString(answer)
			}
			if strings.Contains(seen.String(), `"ready"`) && acc.at() != shopURL {
				_ = cmd.Process.Signal(os.Interrupt)
			}
			if err != nil {
				break
			}
		}
		if got := exited(t, cmd, cmd.Wait()); got != code || acc.at() != shopURL {
			t.Errorf("answered %q it ends with %d, want %d, and leaves %s:\n%s", answer, got, code, acc.at(), seen.String())
		}
	}
}

// TestScreensOpenUnattached says no to the question of before the screens.
func TestScreensOpenUnattached(t *testing.T) {
	t.Parallel()
	acc := newLiveAccount(t)
	cmd := acc.command(nil, "--addr", "127.0.0.1:0", "--attach-app", shopApp)
	cmd.Env = append(cmd.Env, "TERM=xterm-256color")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 36, Cols: 140})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = terminal.Close() }()
	hangs := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer hangs.Stop()
	asked, ended := false, false
	var seen strings.Builder
	buffer := make([]byte, 4096)
	for {
		n, err := terminal.Read(buffer)
		seen.Write(buffer[:n])
		if !asked && strings.Contains(seen.String(), "[y/N]") {
			asked = true
			_, _ = terminal.WriteString("\n")
		}
		if !ended && strings.Contains(seen.String(), "is not attached") {
			ended = true
			_ = cmd.Process.Signal(os.Interrupt)
		}
		if err != nil {
			break
		}
	}
	if code := exited(t, cmd, cmd.Wait()); code != exitInterrupted || !ended || acc.at() != shopURL || !strings.Contains(seen.String(), "(shop)") {
		t.Errorf("it ends with %d and leaves %s:\n%q", code, acc.at(), seen.String())
	}
}

// TestAPIIsDownAtTheEnd says how to mend what is owed.
func TestAPIIsDownAtTheEnd(t *testing.T) {
	t.Parallel()
	acc := newLiveAccount(t)
	cmd := acc.command(nil, listenArgs("--attach-app", shopApp, "--yes", "--db", "own history.db")...)
	listen := start(t, cmd)
	acc.becomes(listen.ready.PublicURL + "/sms/inbound")
	acc.down.Store(true)
	_ = cmd.Process.Signal(os.Interrupt)
	for listen.out.Scan() {
	}
	if code := exited(t, cmd, cmd.Wait()); code != exitUpstream || !strings.Contains(listen.err.String(), "plivoscope restore --db 'own history.db'") {
		t.Errorf("it ends with %d and says\n%s", code, listen.err)
	}
	acc.down.Store(false)
	restore := acc.command(cmd, "restore", "--db", "own history.db", "-o", "text")
	said, err := restore.CombinedOutput()
	if exited(t, restore, err) != exitDone || acc.at() != shopURL {
		t.Errorf("restore ends with %v, leaves %s and says %s", err, acc.at(), said)
	}
}

// TestInterruptedAtEveryRequest ends a listen while the API answers the first, the second … of its requests.
func TestInterruptedAtEveryRequest(t *testing.T) {
	t.Parallel()
	// Two to look before it starts, two more to attach, the change, and one to see it done.
	for k := int64(1); k <= 6; k++ {
		acc := newLiveAccount(t)
		cmd := acc.command(nil, listenArgs("--attach-number", "+14155550111", "--yes")...)
		var seen atomic.Int64
		ask := func() {
			if seen.Add(1) == k {
				_ = cmd.Process.Signal(os.Interrupt)
			}
		}
		acc.asks.Store(&ask)
		out := &strings.Builder{}
		cmd.Stderr = out
		stdout, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		hangs := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
		_, _ = io.Copy(io.Discard, stdout)
		hangs.Stop()
		code := exited(t, cmd, cmd.Wait())
		acc.asks.Store(nil)
		if got := acc.at(); code != exitInterrupted || got != shopURL {
			t.Errorf("interrupted at request %d it ends with %d and leaves %s:\n%s", k, code, got, out)
		}
	}
}
