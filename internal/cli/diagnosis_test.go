package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
)

// postSigned posts a delivery report to one URL with the signature of another; an empty one for none.
func postSigned(t *testing.T, to, signedFor, uuid string) {
	t.Helper()
	postSignedBy(t, http.DefaultClient, to, signedFor, uuid)
}

func postSignedBy(t *testing.T, client *http.Client, to, signedFor, uuid string) {
	t.Helper()
	key := signature.NewToken("account", testToken)
	nonce := 0
	signed, err := scenario.KeysOf(key, key).Sign(http.MethodPost, signedFor, []signature.Param{
		{Name: "MessageUUID", Value: uuid},
		{Name: "From", Value: "14155550100"},
		{Name: "To", Value: "14155550199"},
		{Name: "Status", Value: "delivered"},
		{Name: "Sequence", Value: "3"},
	}, func() string { nonce++; return fmt.Sprint("0542956780446609162", nonce) })
	if err != nil {
		t.Error(err)
		return
	}
	req, err := http.NewRequest(signed.Method, to, bytes.NewReader(signed.Body))
	if err != nil {
		t.Error(err)
		return
	}
	req.Header = signed.Header
	if signedFor == unsigned {
		req.Header = http.Header{"Content-Type": signed.Header["Content-Type"]}
	}
	resp, err := client.Do(req)
	if err != nil {
		t.Error(err)
		return
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("POST %s is answered %s", to, resp.Status)
	}
}

const unsigned = "http://unsigned.invalid/"

// TestListenDiagnoses has listen say why a callback does not verify: in JSON, in text on the same
// history, and the history afterwards.
func TestListenDiagnoses(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "history.db")
	listen := start(t, command(t, "listen", "--db", db, "--addr", "127.0.0.1:0", "-o", "json", "--count", "5"))
	reader := command(t, "listen", "--db", db, "--addr", "127.0.0.1:0", "-o", "text", "--count", "5")
	text := listening(t, reader)

	url := listen.ready.ListenURL + "/sms/delivery-report"
	postSigned(t, url, url, "good")
	postSigned(t, url, url+"/", "slash")
	postSigned(t, url, unsigned, "unsigned")
	postSigned(t, url, url+"/", "slash again")
	postSigned(t, url, unsigned, "another")
	type line struct {
		UUID      string `json:"message_uuid"`
		Signature struct {
			Outcome signature.Outcome `json:"outcome"`
			Cause   *string           `json:"cause"`
		} `json:"signature"`
		Diagnosis *[]diagnosisJSON `json:"diagnosis"`
	}
	lines := map[string]line{}
	for listen.out.Scan() {
		var l line
		if err := json.Unmarshal(listen.out.Bytes(), &l); err != nil {
			t.Fatalf("%v: %s", err, listen.out.Text())
		}
		lines[l.UUID] = l
	}
	good, slash, none := lines["good"], lines["slash"], lines["unsigned"]
	if good.Signature.Outcome != signature.Valid || good.Signature.Cause == nil || *good.Signature.Cause != "" || good.Diagnosis != nil {
		t.Errorf("one that verifies: %+v", good)
	}
	if none.Signature.Outcome != signature.Missing || *none.Signature.Cause != "" || none.Diagnosis == nil || len(*none.Diagnosis) != 1 || (*none.Diagnosis)[0].Name != "header-missing" {
		t.Errorf("one without signature: %+v", none)
	}
	if slash.Signature.Outcome != signature.Invalid || *slash.Signature.Cause != "slash" || slash.Diagnosis == nil || len(*slash.Diagnosis) == 0 {
		t.Fatalf("one that was signed with a slash: %+v", slash)
	}
	if d := (*slash.Diagnosis)[0]; d.Cause != "slash" || d.Confidence != signature.Certain || d.Detail == "" || d.Remedy == "" || d.Name == "" ||
		!slices.Equal(d.Changes, []changeJSON{{Part: signature.PartURL, Checked: url, Signed: url + "/"}}) {
		t.Errorf("its diagnosis is %+v", d)
	}
	if err := listen.cmd.Wait(); err != nil {
		t.Errorf("listen --count 5: %v", err)
	}

	shown := text()
	for _, words := range []string{
		"INVALID slash ", "valid V3 ", "\n    checked      " + url + "\n", "\n    signed       " + url + "/\n" + strings.Repeat(" ", 17+len(url)) + "^\n",
		"\n  – not signed: " + strings.TrimPrefix((*none.Diagnosis)[0].Detail, "is not there: ") + " – ",
		"\n  as callback 2 above\n", "\n  as callback 3 above\n", // where the same would be said again
	} {
		if !strings.Contains(shown, words) {
			t.Errorf("as text it has no %q:\n%s", words, shown)
		}
	}
	if strings.Count(shown, "\n  ✗ signature: ") != 1 || strings.Count(shown, "– not signed: ") != 1 ||
		!strings.Contains(shown, "\n  ✗ signature: "+(*slash.Diagnosis)[0].Detail+" – ") {
		t.Errorf("as text it is\n%s", shown)
	}

	for _, c := range []struct{ args, want string }{
		{"history --filter sig:slash -o json", `"cause":"slash"`},
		{"history --callbacks --filter sig:url -o json", `"cause":"slash"`},
		{"history --callbacks --filter sig:url -o text", "INVALID slash"},
	} {
		out, err := command(t, append(strings.Fields(c.args), "--db", db)...).Output()
		if err != nil || !strings.Contains(string(out), c.want) || strings.Contains(string(out), `"diagnosis"`) || strings.Contains(string(out), "✗ signature") {
			t.Errorf("%s: %v, %s", c.args, err, out)
		}
	}
}

// listening starts a command with text output and waits until it listens; the function that it gives
// waits for its end and gives what it printed.
func listening(t *testing.T, cmd *exec.Cmd) func() string {
	t.Helper()
	var out bytes.Buffer
	cmd.Stdout = &out
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	said := bufio.NewScanner(stderr)
	for said.Scan() && !strings.Contains(said.Text(), "listening on") {
	}
	return func() string {
		for said.Scan() {
		}
		if err := cmd.Wait(); err != nil {
			t.Errorf("%s: %v", cmd.Args, err)
		}
		return out.String()
	}
}

// TestDiagnosisIsEscaped prints a diagnosis that quotes the request without what a terminal obeys.
func TestDiagnosisIsEscaped(t *testing.T) {
	c := webhook.Callback{Method: "POST", Verdict: signature.Result{Outcome: signature.Invalid, Scheme: signature.V3}, Cause: "path+port"}
	d := &signature.Diagnosis{Findings: []signature.Finding{{
		Causes: []signature.Cause{signature.CausePath, signature.CausePort}, Detail: "matches if the path is /\x1b]0;x\x07\u202e\n<b>", Remedy: "Mend it.",
	}}}
	for _, asJSON := range []bool{false, true} {
		var out bytes.Buffer
		if err := (&printer{lines: &lines{w: &out}, json: asJSON}).callback(c, d); err != nil {
			t.Fatal(err)
		}
		if strings.ContainsAny(out.String(), "\x1b\x07\u202e") || !strings.Contains(out.String(), "<b>") || !strings.Contains(out.String(), "Mend it.") {
			t.Errorf("printed %q", out.String())
		}
		want := map[bool]int{false: 3, true: 1}[asJSON] // title, row, diagnosis
		if got := strings.Count(out.String(), "\n"); got != want {
			t.Errorf("%d lines, want %d:\n%s", got, want, out.String())
		}
	}
}

// A guess is no explanation: where nothing was found that makes a signature match, that is what is said.
func TestGuessesAreNoExplanation(t *testing.T) {
	c := webhook.Callback{ID: 7, Verdict: signature.Result{Outcome: signature.Invalid, Scheme: signature.V3, Header: "X-Plivo-Signature-V3"}}
	d := &signature.Diagnosis{
		Findings: []signature.Finding{
			{Confidence: signature.Possible, Detail: "was checked over a URL of this machine", Remedy: "Mend it."},
			{Confidence: signature.Possible, Detail: "has another guess"},
		},
		Remains: []string{"A token of another account."},
	}
	ask := (&flags{db: "my history.db"}).more(&settings{options: app.Options{HistoryPath: "my history.db"}})
	want := "  ✗ signature: nothing that was tried makes it match; plivoscope verify --id 7 --db 'my history.db' says what was tried\n" +
		"    worth a look: the signature was checked over a URL of this machine"
	if diff := cmp.Diff(want, beneath(c, d, 0, ask)); diff != "" {
		t.Error(diff)
	}
	d.Findings = nil
	if diff := cmp.Diff("  ✗ signature: nothing that was tried makes it match", beneath(c, d, 0, nil)); diff != "" {
		t.Error(diff)
	}
	c.Method, c.URL = "POST", "https://h/cb"
	if got := beneath(c, nil, 0, nil); got != "  checked POST https://h/cb" {
		t.Errorf("without a diagnosis and a history: %q", got)
	}
}

// TestSignatureWords fit their column.
func TestSignatureWords(t *testing.T) {
	for _, c := range []struct {
		outcome signature.Outcome
		cause   string
		want    string
	}{
		{signature.Valid, "", "valid Ma-V3"},
		{signature.Invalid, "", "INVALID"},
		{signature.Invalid, "unknown", "INVALID ?"},
		{signature.Invalid, "slash", "INVALID slash"},
		{signature.Invalid, "scheme+slash", "INVALID scheme"},
		{signature.Invalid, "params", "INVALID params"},
		{signature.Missing, "nonce", "missing"},
		{signature.Unchecked, "", "unchecked"},
	} {
		got := signatureWords(signature.Result{Outcome: c.outcome, Scheme: signature.MaV3}, c.cause)
		if diff := cmp.Diff(c.want, got); diff != "" || len(got) > 14 {
			t.Errorf("%s, %q (-want +got):\n%s", c.outcome, c.cause, diff)
		}
	}
}

// TestListenDiagnosesWithinBounds prints a flood that cannot be explained whole, each with a cause or
// without, and diagnoses not all of it.
func TestListenDiagnosesWithinBounds(t *testing.T) {
	t.Parallel()
	const flood = 600
	listen := start(t, command(t, "listen", "--ephemeral", "--addr", "127.0.0.1:0", "-o", "json", "--count", fmt.Sprint(flood)))
	url := listen.ready.ListenURL + "/sms/delivery-report"
	go func() {
		for range flood {
			postSigned(t, url, "https://other.example/", "flood")
		}
	}()
	diagnosed := 0
	for listen.out.Scan() {
		if strings.Contains(listen.out.Text(), `"diagnosis"`) {
			diagnosed++
		}
	}
	if err := listen.cmd.Wait(); err != nil {
		t.Errorf("listen --count %d: %v", flood, err)
	}
	if diagnosed == 0 || diagnosed == flood {
		t.Errorf("%d of %d are diagnosed", diagnosed, flood)
	}
}

// What listen --until waited for was said, but by nobody that can be trusted.
func TestUntilUnverified(t *testing.T) {
	t.Parallel()
	cmd := command(t, "listen", "--addr", "127.0.0.1:0", "-o", "json", "--until", "delivered", "--timeout", "3s")
	listen := start(t, cmd)
	url := listen.ready.ListenURL + "/sms/delivery-report"
	postSigned(t, url, url+"/", "5b40a428-bfc7-4daf-9d06-726c558bf3b8")
	for listen.out.Scan() {
	}
	_ = listen.cmd.Wait()
	want := "no message reached delivered by a verified callback within 3s (--timeout changes that); the callbacks say delivered, but their signature does not verify (slash: matches if "
	if got := listen.err.String(); listen.cmd.ProcessState.ExitCode() != exitUnmet || !strings.Contains(got, want) || !strings.Contains(got, "): see plivoscope verify --id 1\n") {
		t.Errorf("ended with %d: %s", listen.cmd.ProcessState.ExitCode(), got)
	}
}
