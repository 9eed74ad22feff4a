//go:build unix

package cli

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// TestListenTellsOfSilence has a listen print that a callback is missed, once that was judged, and that it came after
// all; masked and not.
func TestListenTellsOfSilence(t *testing.T) {
	t.Parallel()
	for name, masked := range map[string]bool{"as it is": false, "masked": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := filepath.Join(t.TempDir(), "a.db")
			args := []string{"listen", "--db", db, "--addr", "127.0.0.1:0", "--fate", "none", "--speed", "50"}
			if masked {
				args = append(args, "--mask")
			}
			cmd := command(t, append(args, "-o", "json")...)
			withoutAccount(cmd)
			listen := watch(t, cmd)
			ready := listen.until("ready", func(l map[string]any) bool { return l["event"] == "ready" })
			run := func(args ...string) string {
				t.Helper()
				other := command(t, append(args, "--db", db, "-o", "json")...)
				withoutAccount(other)
				out, err := other.Output()
				if err != nil {
					t.Fatalf("%q: %v\n%s", args, err, out)
				}
				return string(out)
			}
			sent := run("send", "--to", "+4915187654321", "--text", "the heron lands")
			uuid := between(t, sent, `"uuid":"`, `"`)
			saysDelivered := false
			for !saysDelivered { // until the simulator does
				saysDelivered = strings.Contains(run("reconcile", uuid), `"provider":{"status":"delivered"`)
			}
			missed := listen.until("that a callback is missed", func(l map[string]any) bool {
				return l["event"] == "silence" && strings.HasPrefix(fmt.Sprint(l["text"]), "Plivo says delivered since ")
			})
			m := missed["message"].(map[string]any)
			if m["uuid"] != uuid || m["status"] != "queued" || m["callback_lost"] != true || m["silence"].(map[string]any)["cause"] != "unknown" {
				t.Errorf("what is missed is %v", missed)
			}
			if to := fmt.Sprint(m["to"]); (to == "+4915187654321") == masked {
				t.Errorf("it went to %s", to)
			}

			token := signature.NewToken("account", ready["auth_token"].(string))
			params := scenario.Report{MessageUUID: uuid, From: "14155550100", To: "4915187654321", Type: "sms", Status: plivo.Undelivered, ErrorCode: "30", Units: 1, Sequence: 3}.Params()
			nonce := 0
			signed, err := scenario.KeysOf(token, token).Sign(http.MethodPost, ready["listen_url"].(string)+"/sms/delivery-report", params, func() string { nonce++; return fmt.Sprint(nonce) })
			if err != nil {
				t.Fatal(err)
			}
			request, err := signed.Request(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			answer, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			_ = answer.Body.Close()
			ended := listen.until("that it came", func(l map[string]any) bool { return l["event"] == "silence_ended" })
			if m := ended["message"].(map[string]any); m["uuid"] != uuid || ended["text"] != "A callback came after all: it is undelivered." || m["silence"] != nil {
				t.Errorf("the end is %v", ended)
			}
			if before := listen.all[len(listen.all)-2]; before["message_uuid"] != uuid {
				t.Errorf("before the end is printed %v", before)
			}
			if masked {
				for _, c := range canaries {
					if all := fmt.Sprint(listen.all); strings.Contains(all, c) {
						t.Errorf("it prints %q: %s", c, all)
					}
				}
			}
		})
	}
}

// TestListenTellsOfSilenceBesideTheTable has a text listen say on standard error that a callback is missed: what reads
// its standard output is given the table alone, from its titles on.
func TestListenTellsOfSilenceBesideTheTable(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "a.db")
	cmd := command(t, "listen", "--db", db, "--addr", "127.0.0.1:0", "--fate", "none", "--speed", "50", "-o", "text")
	withoutAccount(cmd)
	var table bytes.Buffer
	cmd.Stdout = &table
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer late.Stop()
	said := bufio.NewScanner(stderr)
	until := func(words string) {
		t.Helper()
		for said.Scan() {
			if strings.Contains(said.Text(), words) {
				return
			}
		}
		_ = cmd.Wait()
		t.Fatalf("it does not say %q beside the table:\n%s", words, table.String())
	}
	run := func(args ...string) string {
		t.Helper()
		other := beside(cmd, append(args, "--db", db)...)
		out, err := other.Output()
		if err != nil {
			t.Fatalf("%q: %v", args, err)
		}
		return string(out)
	}
	until("listening on ")
	uuid := between(t, run("send", "--to", "+4915187654321", "--text", "the heron lands", "-o", "json"), `"uuid":"`, `"`)
	run("reconcile", uuid) // which judges at once
	until(uuid + " to +4915187654321: ")
	_ = cmd.Process.Signal(os.Interrupt)
	for said.Scan() {
	}
	_ = cmd.Wait()
	if out := table.String(); out != "" {
		t.Errorf("without a callback the table is\n%s", out)
	}
}

// between is what stands between two texts.
func between(t *testing.T, s, before, after string) string {
	t.Helper()
	_, rest, _ := strings.Cut(s, before)
	found, _, ok := strings.Cut(rest, after)
	if !ok {
		t.Fatalf("there is no %s…%s in %s", before, after, s)
	}
	return found
}
