//go:build unix

package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/screentest"
	"dev.internal/plivoscope/internal/webhook/tunnel/ngroktest"
)

const ngrokToken = "2madeUpForTests_0123456789abcdef"

func ngrokService(t *testing.T) *ngroktest.Service {
	t.Helper()
	s, err := ngroktest.Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// overNgrok is a command on a live account whose API is nowhere, with a token for ngrok and its stand-in.
func overNgrok(t *testing.T, server, ca string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := command(t, args...)
	cmd.Env = append(cmd.Env, "PLIVO_API_URL=http://127.0.0.1:9", "NGROK_AUTHTOKEN="+ngrokToken,
		"PLIVOSCOPE_NGROK_SERVER="+server, "PLIVOSCOPE_NGROK_CA="+ca)
	return cmd
}

// eventsOf is a process whose JSON lines are read as they come.
type eventsOf struct {
	t   *testing.T
	cmd *exec.Cmd
	out *bufio.Scanner
	err *bytes.Buffer
	all []map[string]any
}

func watch(t *testing.T, cmd *exec.Cmd) *eventsOf {
	t.Helper()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	e := &eventsOf{t: t, cmd: cmd, out: bufio.NewScanner(stdout), err: &bytes.Buffer{}}
	cmd.Stderr = e.err
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() {
		timer.Stop()
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	e.out.Buffer(nil, 1<<20)
	return e
}

// until reads lines up to one that is as is says.
func (e *eventsOf) until(what string, is func(map[string]any) bool) map[string]any {
	e.t.Helper()
	for e.out.Scan() {
		var line map[string]any
		if err := json.Unmarshal(e.out.Bytes(), &line); err != nil {
			e.t.Fatalf("%s: %v", e.out.Text(), err)
		}
		e.all = append(e.all, line)
		if is(line) {
			return line
		}
	}
	_ = e.cmd.Wait()
	e.t.Fatalf("no line %s, but %v and\n%s", what, e.all, e.err)
	return nil
}

func (e *eventsOf) state(state string) map[string]any {
	e.t.Helper()
	return e.until("of the tunnel "+state, func(l map[string]any) bool { return l["event"] == "tunnel" && l["state"] == state })
}

// end sends a signal and gives the exit code.
func (e *eventsOf) end(sig os.Signal) int {
	e.t.Helper()
	if sig != nil {
		if err := e.cmd.Process.Signal(sig); err != nil {
			e.t.Skipf("no signals here: %v", err)
		}
	}
	for e.out.Scan() {
	}
	_ = e.cmd.Wait()
	return e.cmd.ProcessState.ExitCode()
}

// listen is ready once a probe came back through the tunnel, says each of its changes, and leaves nothing.
func TestListenOverNgrok(t *testing.T) {
	t.Parallel()
	service := ngrokService(t)
	cmd := overNgrok(t, service.Addr(), service.CAFile(), "listen", "--addr", "127.0.0.1:0", "-o", "json", "--log-level", "debug")
	listen := watch(t, cmd)
	online := listen.state("online")
	at := online["url"].(string)
	if online["name"] != "ngrok" || online["round_trip_ms"].(float64) <= 0 || online["why"] != "" {
		t.Errorf("online is %v", online)
	}
	ready := listen.until("ready", func(l map[string]any) bool { return l["event"] == "ready" })
	if ready["public_url"] != at || ready["tunnel"] != "ngrok" {
		t.Errorf("ready is %v", ready)
	}
	for _, l := range listen.all[:len(listen.all)-2] {
		if l["event"] != "tunnel" || l["state"] != "connecting" {
			t.Errorf("before it is online there is %v", l)
		}
	}
	resp, err := http.Get(ready["listen_url"].(string) + "/health")
	if err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if !strings.Contains(string(answer), `"tunnel":{"name":"ngrok","state":"online","url":"`+at) {
		t.Errorf("health says %s", answer)
	}

	postSignedBy(t, service.Client(), at+"/sms/delivery-report", at+"/sms/delivery-report", "5b40a428-bfc7-4daf-9d06-726c558bf3b8")
	callback := listen.until("of a callback", func(l map[string]any) bool { return l["message_uuid"] != nil })
	if got := callback["signature"].(map[string]any)["outcome"]; got != string(signature.Valid) || callback["url"] != at+"/sms/delivery-report" {
		t.Errorf("the callback over %v is %v", callback["url"], got)
	}

	service.Move()
	service.Cut()
	listen.state("reconnecting")
	if moved := listen.state("online")["url"]; moved == at {
		t.Errorf("the URL is still %v", moved)
	}
	if code := listen.end(os.Interrupt); code != exitInterrupted {
		t.Errorf("it ended with %d\n%s", code, listen.err)
	}
	if n := service.Seen().Sessions; n != 0 {
		t.Errorf("%d sessions are left", n)
	}
	if !strings.Contains(listen.err.String(), "The public URL has changed") {
		t.Errorf("it said\n%s", listen.err)
	}
	// The token is in none of what was printed and written.
	printed := fmt.Sprint(listen.all, listen.err)
	err = filepath.WalkDir(cmd.Dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			text, readErr := os.ReadFile(path)
			printed += string(text)
			err = readErr
		}
		return err
	})
	if err != nil || strings.Contains(printed, ngrokToken) {
		t.Errorf("the token is told, or %v", err)
	}
}

// A tunnel that fails for good ends what waits for it.
func TestTunnelExitCodes(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]int{"ERR_NGROK_107": exitCredentials, "ERR_NGROK_120": exitUpstream} {
		service := ngrokService(t)
		service.RefuseLogin(code)
		for _, args := range [][]string{
			{"listen", "--addr", "127.0.0.1:0", "-o", "json"},
			{"send", "--from", "+14155550100", "--to", "+14155550199", "--text", "hi", "--wait", "delivered"},
		} {
			p := watch(t, overNgrok(t, service.Addr(), service.CAFile(), args...))
			if args[0] == "listen" {
				if failed := p.state("failed"); failed["code"] != code || failed["why"] == "" {
					t.Errorf("%s: %v", code, failed)
				}
			}
			if got := p.end(nil); got != want {
				t.Errorf("%s %s: it ended with %d, want %d\n%s", args[0], code, got, want, p.err)
			}
			if !strings.Contains(p.err.String(), "authtoken") && !strings.Contains(p.err.String(), "version of its client") {
				t.Errorf("%s %s: it said\n%s", args[0], code, p.err)
			}
			for _, l := range p.all {
				if l["event"] == "ready" {
					t.Errorf("%s %s: it was ready", args[0], code)
				}
			}
		}
	}
}

// Without a network listen has its own address, and says what is missing; it was never ready.
func TestListenWithoutNetwork(t *testing.T) {
	t.Parallel()
	service := ngrokService(t)
	// Its port is free: nobody listens there any more.
	gone := httptest.NewServer(http.NotFoundHandler())
	addr := gone.Listener.Addr().String()
	gone.Close()
	p := watch(t, overNgrok(t, addr, service.CAFile(), "listen", "--addr", "127.0.0.1:0", "-o", "json", "--timeout", "3s"))
	why := p.until("why it is connecting", func(l map[string]any) bool { return l["state"] == "connecting" && l["why"] != "" })
	if got := p.end(nil); got != exitUpstream || !strings.Contains(p.err.String(), "was not online within 3s") {
		t.Errorf("%v: it ended with %d\n%s", why, got, p.err)
	}
	send := overNgrok(t, addr, service.CAFile(), "send", "--from", "+14155550100", "--to", "+14155550199", "--text", "hi", "--wait", "sent", "--timeout", "1s")
	out, _ := send.CombinedOutput()
	if code := send.ProcessState.ExitCode(); code != exitUpstream || !strings.Contains(string(out), "nothing was sent: the tunnel (ngrok) was not online") {
		t.Errorf("send ended with %d\n%s", code, out)
	}
}

// The screen starts without a network too.
func TestScreenWithoutNetwork(t *testing.T) {
	t.Parallel()
	service := ngrokService(t)
	s := screentest.Open(t, overNgrok(t, "127.0.0.1:1", service.CAFile(), "--ephemeral", "--addr", "127.0.0.1:0"), 80, 24)
	s.Wait(`plivoscope\s+LOCAL API\s+… ngrok connecting`)
	s.Press("6")
	s.Wait(`ngrok connecting since`)
	s.Press("q")
	<-s.Ended
	_ = s.Cmd.Wait()
}

// The whole way: a message is sent to a simulator, whose callbacks come back through the tunnel and verify.
func TestSendOverNgrok(t *testing.T) {
	t.Parallel()
	service := ngrokService(t)
	simulateCmd := command(t, "simulate", "--addr", "127.0.0.1:0", "--speed", "20", "-o", "json")
	simulateCmd.Env = append(simulateCmd.Env, "SSL_CERT_FILE="+service.CAFile()) // the edge is on this machine
	simulate := start(t, simulateCmd)
	cmd := overNgrok(t, service.Addr(), service.CAFile(), "send", "--tunnel", "ngrok", "--from", "+14155550100", "--to", "+14155550199", "--text", "hi", "--wait", "delivered", "-o", "json")
	cmd.Env = append(cmd.Env, "PLIVO_API_URL="+simulate.ready.APIURL)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("send: %v\n%s%s", err, out, &stderr)
	}
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	var m messageJSON
	if err := json.Unmarshal(lines[len(lines)-1], &m); err != nil {
		t.Fatal(err)
	}
	if m.Status != plivo.Delivered || m.Unverified || !strings.HasPrefix(m.CallbackURL, "https://127.0.0.1:") {
		t.Errorf("the message is %s, unverified %v, and reports to %s", m.Status, m.Unverified, m.CallbackURL)
	}
	if n := service.Seen().Sessions; n != 0 {
		t.Errorf("%d sessions are left", n)
	}
}
