//go:build unix

package siege

import (
	"bufio"
	"encoding/json"
	"net/http"
	"testing"

	"dev.internal/plivoscope/internal/figures"
	"dev.internal/plivoscope/internal/screentest"
)

// TestSimulatorGone: the simulator that the screens send to is killed: the send says so, and callbacks are taken.
func TestSimulatorGone(t *testing.T) {
	t.Parallel()
	h, l := newHouse(t), newLedger(t)
	simulate := h.command("simulate", "--addr", "127.0.0.1:0", "-o", "json")
	out, err := simulate.StdoutPipe()
	must(t, err)
	must(t, simulate.Start())
	t.Cleanup(func() { _ = simulate.Process.Kill(); _ = simulate.Wait() })
	line, err := bufio.NewReader(out).ReadBytes('\n')
	must(t, err)
	var ready struct {
		APIURL string `json:"api_url"`
	}
	must(t, json.Unmarshal(line, &ready))
	cmd := h.command("--addr", "127.0.0.1:0")
	cmd.Env = append(cmd.Env, "PLIVO_API_URL="+ready.APIURL, "PLIVO_SENDER_ID=+14155550100")
	s := screentest.Open(t, cmd, 120, 36)
	url := h.serves(t) + "/sms/delivery-report"
	s.Wait(`No messages yet`)
	must(t, simulate.Process.Kill())
	_ = simulate.Wait()
	s.Press("n")
	s.Wait(`› Text`)
	s.Press("Hello")
	s.Press("\t")
	s.Wait(`› To`)
	s.Press("+14155550199")
	s.Wait(`Send 1 message`)
	s.Press("\x13")
	s.Wait(`(?i)refused|not reached|cannot reach|unreachable|no answer`)
	l.until(t, url, http.StatusOK)
	s.Press("\x1b")
	s.Wait(`Messages \(`)
	figures.Tell(t, figures.Attack{What: "the simulator gone under the screens", Tries: 1, Survived: 1, Lost: l.lost(t, h.exported(t))})
}
