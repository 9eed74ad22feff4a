package tunnel_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/webhook/tunnel"
)

// TestMain lets this binary be the program of a tunnel command: its arguments are what it does, one after
// the other.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "program" {
		os.Exit(program(os.Args[2:]))
	}
	if steps, named := os.LookupEnv(stepsVariable); named && filepath.Base(os.Args[0]) != "tunnel.test" {
		os.Exit(program(strings.Split(steps, "\n")))
	}
	os.Exit(m.Run())
}

// stepsVariable holds what this binary does under another name, a step a line.
const stepsVariable = "TUNNEL_TEST_STEPS"

// named puts this binary into PATH under the name of a program.
func named(t *testing.T, name string, steps ...string) {
	t.Helper()
	folder := t.TempDir()
	if err := os.Symlink(os.Args[0], filepath.Join(folder, name)); err != nil {
		t.Skip(err)
	}
	t.Setenv("PATH", folder)
	t.Setenv(stepsVariable, strings.Join(steps, "\n"))
}

func program(steps []string) int {
	for _, step := range steps {
		what, arg, _ := strings.Cut(step, "=")
		switch what {
		case "print":
			fmt.Println(arg)
		case "flood":
			for range 200_000 {
				fmt.Println(arg)
			}
		case "print-arguments":
			fmt.Println("arguments: " + strings.Join(os.Args[1:], " "))
		case "print-config":
			path := os.Args[slices.Index(os.Args, "--config")+1]
			text, err := os.ReadFile(path)
			fmt.Printf("config %s: %q %v\n", path, text, err)
		case "print-part":
			fmt.Print(arg)
		case "print-error":
			fmt.Fprintln(os.Stderr, arg)
		case "print-count": // how often it was run, kept in a file
			path, text, _ := strings.Cut(arg, ",")
			seen, _ := os.ReadFile(path)
			_ = os.WriteFile(path, append(seen, '.'), 0o600)
			fmt.Println(strings.ReplaceAll(text, "N", fmt.Sprint(len(seen)+1)))
		case "print-env":
			fmt.Printf("%s is %q\n", arg, os.Getenv(arg))
		case "call": // somebody who notices the end of this process
			if _, err := net.Dial("tcp", arg); err != nil {
				return 9
			}
		case "tunnel": // be a program with a tunnel command, which calls
			tun, err := tunnel.Parse(command("call="+arg, "print=https://a.example.dev", "wait"), tunnel.Settings{})
			if err != nil {
				return 6
			}
			_ = tun.Run(context.Background(), tunnel.Local{Addr: "127.0.0.1:4141"}, func(e tunnel.Event) {
				if e.State == tunnel.Online {
					fmt.Println(e.URL)
				}
			})
		case "stubborn":
			signal.Ignore(os.Interrupt, terminate)
		case "child":
			c := exec.Command(os.Args[0], "program", "stubborn", "call="+arg, "print=called", "wait")
			c.Stderr = os.Stdout // held for as long as it lives
			called, err := c.StdoutPipe()
			if err != nil || c.Start() != nil {
				return 8
			}
			_, _ = called.Read(make([]byte, 1))
		case "apart", "alone": // start a child in a group, or a session, of its own
			c := exec.Command(os.Args[0], "program", "call="+arg, "print=called", "wait")
			c.SysProcAttr = apart(what == "alone")
			called, err := c.StdoutPipe()
			if err != nil || c.Start() != nil {
				return 8
			}
			_, _ = called.Read(make([]byte, 1))
		case "exit":
			var code int
			_, _ = fmt.Sscan(arg, &code)
			return code
		case "until-input-ends":
			_, _ = io.Copy(io.Discard, os.Stdin)
			return 7
		case "wait":
			time.Sleep(time.Hour) // without cgo the runtime takes a process that waits for nothing at all for a deadlock
		}
	}
	return 0
}

// command is the spec of a tunnel command that does steps.
func command(steps ...string) string {
	words := []string{"'" + os.Args[0] + "'", "program"}
	for _, s := range steps {
		words = append(words, "'"+s+"'")
	}
	return strings.Join(append(words, "addr={addr}"), " ")
}

// run is a tunnel that runs.
type run struct {
	events chan tunnel.Event
	cancel context.CancelFunc
	done   chan error
	seen   []tunnel.Event
}

func start(t *testing.T, tun tunnel.Tunnel, local tunnel.Local) *run {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r := &run{events: make(chan tunnel.Event, 10_000), cancel: cancel, done: make(chan error, 1)}
	go func() { r.done <- tun.Run(ctx, local, func(e tunnel.Event) { r.events <- e }) }()
	t.Cleanup(func() {
		cancel()
		select {
		case <-r.done:
		case <-time.After(time.Minute):
			t.Errorf("the tunnel did not end")
		}
	})
	return r
}

// until waits for an event.
func (r *run) until(t *testing.T, what string, is func(tunnel.Event) bool) tunnel.Event {
	t.Helper()
	limit := time.After(time.Minute)
	for {
		select {
		case e := <-r.events:
			r.seen = append(r.seen, e)
			if is(e) {
				return e
			}
		case <-limit:
			t.Fatalf("%s did not happen; there was %+v", what, r.seen)
		}
	}
}

func (r *run) state(t *testing.T, s tunnel.State) tunnel.Event {
	t.Helper()
	return r.until(t, string(s), func(e tunnel.Event) bool { return e.State == s })
}

// stop ends the tunnel and gives what Run returned.
func (r *run) stop(t *testing.T) error {
	t.Helper()
	r.cancel()
	return r.result(t)
}

func (r *run) result(t *testing.T) error {
	t.Helper()
	select {
	case err := <-r.done:
		r.done <- nil // for the end of the test
		return err
	case <-time.After(time.Minute):
		t.Fatal("the tunnel did not end")
		return nil
	}
}

// failed waits for the tunnel to fail for good.
func (r *run) failed(t *testing.T) *tunnel.Error {
	t.Helper()
	last := r.state(t, tunnel.Failed)
	var failure *tunnel.Error
	if err := r.result(t); !errors.As(err, &failure) {
		t.Fatalf("Run returned %v, want an *Error", err)
	}
	if last.Why != failure.Why || last.Code != failure.Code {
		t.Errorf("the last event says %q %q, the error %q %q", last.Why, last.Code, failure.Why, failure.Code)
	}
	return failure
}

func parse(t *testing.T, spec string, s tunnel.Settings) tunnel.Tunnel {
	t.Helper()
	tun, err := tunnel.Parse(spec, s)
	if err != nil {
		t.Fatal(err)
	}
	return tun
}

// callers notices the end of processes that called it.
func callers(t *testing.T) (addr string, gone func(n int)) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	ended := make(chan struct{}, 100)
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_, _ = io.Copy(io.Discard, conn)
				ended <- struct{}{}
			}()
		}
	}()
	return ln.Addr().String(), func(n int) {
		t.Helper()
		for range n {
			select {
			case <-ended:
			case <-time.After(time.Minute):
				t.Fatal("a process was left")
			}
		}
	}
}
