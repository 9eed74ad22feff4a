package cli

import (
	"bytes"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// TestVerifyOfAnEarlierSimulator says of callbacks that were signed with the token of a simulator that has ended what
// was found when they came, while another one runs, and says it of no other request.
func TestVerifyOfAnEarlierSimulator(t *testing.T) {
	t.Parallel()
	cmd := command(t, "listen", "--addr", "127.0.0.1:0", "-o", "json")
	withoutAccount(cmd)
	first := start(t, cmd)
	url := first.ready.PublicURL + "/cb"
	signed(t, first.ready.AuthToken, "POST", url, "", "", nil)
	sum, err := signature.Sign(signature.NewToken("", first.ready.AuthToken), signature.V3, "POST", url+"/", "78", nil)
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest("POST", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("X-Plivo-Signature-V3", sum)
	req.Header.Set("X-Plivo-Signature-V3-Nonce", "78")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	noted := func() bool {
		out, err := beside(cmd, "history", "--callbacks", "-o", "json").Output()
		return err == nil && bytes.Contains(out, []byte(`"cause":"slash"`))
	}
	for deadline := time.Now().Add(time.Minute); !noted(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the cause is not noted")
		}
	}
	_ = first.cmd.Process.Signal(os.Interrupt)
	_ = first.cmd.Wait()
	second := start(t, beside(cmd, "listen", "--addr", "127.0.0.1:0", "-o", "json"))
	const gone = "the token it was signed with is not here any more (an earlier simulator's is kept nowhere), so it cannot be "
	for name, test := range map[string]struct {
		args            []string
		code            int
		out, error, not string
	}{
		"valid then":          {[]string{"--id", "1", "-o", "text"}, exitUser, "? unchecked: it verified when it came; " + gone + "checked again\n", "cannot be checked now, for want of the token it was signed with\n", "✗"},
		"valid then, as JSON": {[]string{"--id", "1"}, exitUser, `"when_it_came":{"outcome":"valid","cause":"","text":"it verified when it came; `, "cannot be checked now", `"outcome":"invalid"`},
		"explained then":      {[]string{"--id", "2", "-o", "text"}, exitUnmet, `✗ invalid: when it came, the cause was: a "/" too many or too few in the URL (slash); ` + gone + "examined again\n", "the signature does not verify\n", "✗ X-Plivo"},
		"explained, as JSON":  {[]string{"--id", "2"}, exitUnmet, `"when_it_came":{"outcome":"invalid","cause":"slash","text":"when it came, the cause was: `, "the signature does not verify", `"outcome":"valid"`},
		"with another token":  {[]string{"--id", "1", "--token", "another"}, exitUnmet, `"when_it_came":{"outcome":"valid","cause":"","text":"it verified when it came; it was signed with another token than those given"}`, "the signature does not verify", `"outcome":"unchecked"`},
		"with its token":      {[]string{"--id", "2", "--token", first.ready.AuthToken}, exitUnmet, `"name":"slash-added"`, "the signature does not verify\n", "when_it_came"},
		"over another URL":    {[]string{"--id", "1", "--url", "https://other.example/"}, exitUnmet, `"outcome":"invalid"`, "the signature does not verify\n", "when_it_came"},
	} {
		out, err := beside(cmd, append([]string{"verify"}, test.args...)...).Output()
		if code(err) != test.code || !strings.Contains(string(out), test.out) || !strings.Contains(said(err), test.error) || strings.Contains(string(out)+said(err), test.not) {
			t.Errorf("%s: %v: %s\n%s", name, err, said(err), out)
		}
		if all := string(out) + said(err); strings.Count(all, gone) > 1 {
			t.Errorf("%s: the reason is said twice: %s\n%s", name, said(err), out)
		}
		if checks := strings.Count(string(out), `"computed":""`) > 0; strings.Contains(name, "JSON") && !checks {
			t.Errorf("%s: it is checked with another's token:\n%s", name, out)
		}
	}
	// What came to the second one has one name for its token everywhere, also where a live account's is at hand.
	signed(t, second.ready.AuthToken, "POST", second.ready.PublicURL+"/cb", "", "", nil)
	live := beside(cmd, "verify", "--id", "3", "-o", "text", "--simulator")
	live.Env = append(live.Env, "PLIVO_AUTH_TOKEN=0123456789012345678901234567890123456789")
	if out, err := live.Output(); err != nil || !strings.Contains(string(out), `matches with the token "account"`) || !strings.Contains(string(out), `with the token "live account"`) {
		t.Errorf("with a live account's token: %v: %s\n%s", err, said(err), out)
	}
	if out, err := beside(cmd, "history", "--callbacks").Output(); err != nil || !strings.Contains(string(out), `"token":"account"`) {
		t.Errorf("%v\n%s", err, out)
	}
	_ = second.cmd.Process.Signal(os.Interrupt)
	_ = second.cmd.Wait()
	out, err := beside(cmd, "verify", "--id", "2", "-o", "text").Output()
	if code(err) != exitUser || !strings.Contains(said(err), "while it runs; when it came, the cause was: a \"/\" too many or too few in the URL (slash)\n") {
		t.Errorf("while none runs: %v: %s\n%s", err, said(err), out)
	}
}
