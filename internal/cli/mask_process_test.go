package cli

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestServersAreMasked holds that listen and simulate print and log no number and no text under --mask, and
// call a number the same.
func TestServersAreMasked(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "log")
	listenCmd := command(t, "listen", "--mask", "--ephemeral", "--addr", "127.0.0.1:0", "-o", "json", "--count", "3", "--log", log)
	listen := start(t, listenCmd)
	simulateCmd := command(t, "simulate", "--mask", "--addr", "127.0.0.1:0", "--speed", "20", "-o", "json", "--log", log+".simulate", "--log-level", "debug")
	simulateCmd.Env = listenCmd.Env // and with it the key
	simulate := start(t, simulateCmd)
	body := fmt.Sprintf(`{"src":"4915112345678","dst":"4915187654321","text":"the heron lands","url":%q}`, listen.ready.ListenURL+"/sms/delivery-report?text=heron&to=4915187654321")
	req, err := http.NewRequest("POST", simulate.ready.APIURL+"/v1/Account/"+testAuthID+"/Message/", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.SetBasicAuth(testAuthID, testToken)
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	var printed strings.Builder
	for listen.out.Scan() {
		printed.WriteString(listen.out.Text() + "\n")
	}
	if err := listen.cmd.Wait(); err != nil {
		t.Errorf("listen --count 3: %v", err)
	}
	// A message is accepted, and three callbacks are posted.
	var did strings.Builder
	for n := 0; n < 4 && simulate.out.Scan(); n++ {
		did.WriteString(simulate.out.Text() + "\n")
	}
	logged, err := os.ReadFile(log)
	if err != nil || !strings.Contains(string(logged), "callback stored") {
		t.Errorf("the log of listen is %q, %v", logged, err)
	}
	simulated, err := os.ReadFile(log + ".simulate")
	if err != nil || len(simulated) == 0 {
		t.Errorf("the log of simulate is %q, %v", simulated, err)
	}
	if strings.Count(printed.String(), `"signature":{"outcome":"valid"`) != 3 {
		t.Errorf("what is masked is not what is checked:\n%s", printed.String())
	}
	for what, text := range map[string]string{
		"listen": printed.String() + listen.err.String(), "simulate": did.String(), "the log of listen": string(logged), "the log of simulate": string(simulated),
	} {
		for _, c := range canaries {
			if strings.Contains(text, c) {
				t.Errorf("%s has %q:\n%s", what, c, text)
			}
		}
	}
	to := pseudonyms["to"]
	a, b := to.FindStringSubmatch(printed.String()), to.FindStringSubmatch(did.String())
	if a == nil || b == nil || a[1] != b[1] {
		t.Errorf("the destination is %q in listen, and %q in simulate", a, b)
	}
}
