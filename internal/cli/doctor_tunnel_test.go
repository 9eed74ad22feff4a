package cli

import (
	"os/exec"
	"runtime"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/webhook/tunnel/ngroktest"
)

// doctorOverNgrok is a doctor that opens a tunnel to a stand-in for ngrok's service.
func doctorOverNgrok(t *testing.T) (*exec.Cmd, *ngroktest.Service) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("the stand-in's certificate is taken from the environment there alone")
	}
	service, err := ngroktest.Start(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(service.Close)
	cmd := doctorOn(t, simulated(t, simulator.Options{}), "--tunnel", "ngrok")
	cmd.Env = append(cmd.Env, "NGROK_AUTHTOKEN=made-up", "PLIVOSCOPE_NGROK_SERVER="+service.Addr(),
		"PLIVOSCOPE_NGROK_CA="+service.CAFile(), "SSL_CERT_FILE="+service.CAFile())
	return cmd, service
}

// TestDoctorGoesThroughNgrok sends the signed request through ngrok's own client and the stand-in's edge.
func TestDoctorGoesThroughNgrok(t *testing.T) {
	t.Parallel()
	cmd, _ := doctorOverNgrok(t)
	found, code, stderr := checkedBy(t, cmd)
	if code != 0 {
		t.Errorf("ended with %d: %s", code, stderr)
	}
	for check, words := range map[string]string{
		"tunnel": "the tunnel ngrok leads here from https://127.0.0.1:", "round_trip": "https://127.0.0.1:", "signature": "verified",
	} {
		if f := found[check]; f.Result != app.CheckOK || !strings.Contains(f.What, words) {
			t.Errorf("%s is %+v, want %q", check, f, words)
		}
	}
}

func TestDoctorSaysWhyThereIsNoTunnel(t *testing.T) {
	t.Parallel()
	refused, service := doctorOverNgrok(t)
	service.RefuseLogin("ERR_NGROK_107")
	broken := doctorOn(t, simulated(t, simulator.Options{}), "--tunnel", "false {addr}", "--timeout", "1s")
	silent := doctorOn(t, simulated(t, simulator.Options{}), "--tunnel", "sh -c 'sleep 60; true {addr}'", "--timeout", "500ms")
	again := doctorOn(t, simulated(t, simulator.Options{}), "--tunnel", "sh -c 'echo no licence; exit 1; true {addr}'", "--timeout", "1s")
	opening := doctorOn(t, simulated(t, simulator.Options{}), "--tunnel", "sh -c 'echo looking for a relay; sleep 60; true {addr}'", "--timeout", "2s")
	for name, c := range map[string]struct {
		cmd  *exec.Cmd
		what string
		code int
	}{
		"one that speaks meanwhile": {opening, "Its last words: “looking for a relay”", 3},
		"a token that is refused":   {refused, "the tunnel ngrok (ERR_NGROK_107) was refused", 2},
		"a program that ends":       {broken, "the tunnel command", 3},
		"a program without a URL":   {silent, "the tunnel command is still being opened after ", 3},
		"a program's last words":    {again, "no licence", 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, code, stderr := checkedBy(t, c.cmd)
			f := found["tunnel"]
			if code != c.code || f.Result != app.CheckFailed || !strings.Contains(f.What, c.what) {
				t.Errorf("ended with %d, and the tunnel is %+v: %s", code, f, stderr)
			}
			if found["signature"].Result != app.CheckSkipped || found["api"].Result != app.CheckOK {
				t.Errorf("the signature is %s, the account %s", found["signature"].Result, found["api"].Result)
			}
		})
	}
}
