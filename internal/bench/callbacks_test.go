package bench

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// callbacks signs delivery reports as Plivo's typical one, each on a message of its own.
func callbacks(o order) ([]*http.Request, error) {
	all := make([]*http.Request, o.N)
	token := signature.NewToken("account", testToken)
	const nonce = "05429567804466091622"
	for i := range all {
		uuid := uuidOf(o.First + i)
		params := []signature.Param{
			{Name: "MessageUUID", Value: uuid},
			{Name: "From", Value: "14155550100"},
			{Name: "To", Value: fmt.Sprintf("1415555%04d", i%10000)},
			{Name: "Type", Value: "sms"},
			{Name: "Status", Value: []string{"queued", "sent", "delivered", "undelivered"}[i%4]},
			{Name: "Units", Value: "1"},
			{Name: "TotalRate", Value: "0.00250"},
			{Name: "TotalAmount", Value: "0.00250"},
			{Name: "MCC", Value: "310"},
			{Name: "MNC", Value: "004"},
			{Name: "ErrorCode", Value: []string{"000", "000", "000", "30"}[i%4]},
			{Name: "ParentMessageUUID", Value: uuid},
			{Name: "PartInfo", Value: ""},
			{Name: "Sequence", Value: "1"},
			{Name: "MessageTime", Value: "2024-08-21 12:58:49.244057"},
			{Name: "requester_ip", Value: "192.0.2.1"},
		}
		form := url.Values{}
		for _, p := range params {
			form.Set(p.Name, p.Value)
		}
		req, err := http.NewRequest("POST", o.Target, strings.NewReader(form.Encode()))
		if err != nil {
			return nil, err
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		// Not sent, but the client posts it again where the server has closed a connection that waited for its first
		// request too long, as on a machine that is busy with something else.
		req.Header["Idempotency-Key"] = nil
		for _, scheme := range []signature.Scheme{signature.V2, signature.MaV2, signature.V3, signature.MaV3} {
			signed, err := signature.Sign(token, scheme, "POST", o.Target, nonce, params)
			if err != nil {
				return nil, err
			}
			req.Header.Set(scheme.Header(), signed)
			req.Header.Set(scheme.NonceHeader(), nonce)
		}
		all[i] = req
	}
	return all, nil
}

func uuidOf(message int) string { return fmt.Sprintf("5b40a428-bfc7-4daf-9d06-%012d", message) }

// connections is over how many connections callbacks are posted: as many as one address may have open,
// with some to spare.
const connections = 64

// asCaller makes the test binary the one who posts: a process of its own, so that what measures is not
// held up by it.
const asCaller = "TEST_BINARY_IS_CALLER"

// order is what a caller posts where: callbacks of so many messages from the first on, so many a second, or
// as fast as they are answered.
type order struct {
	Target   string
	First, N int
	Pace     float64
}

// caller is a process that has signed what it is going to post.
type caller struct {
	cmd   *exec.Cmd
	start io.Closer // begins
	out   *bufio.Reader
}

func call(b *testing.B, o order) *caller {
	b.Helper()
	text, err := json.Marshal(o)
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(os.Args[0])
	if nice, err := exec.LookPath("nice"); err == nil && o.Pace == 0 {
		// Plivo is another machine: it does not take the processors from the program. Where it is asked how long an
		// answer takes, it has not to wait for them either.
		cmd = exec.Command(nice, "-n", "10", os.Args[0])
	}
	cmd.Env = append(os.Environ(), asCaller+"="+string(text))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	c := &caller{cmd, in, bufio.NewReader(out)}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if line, err := c.out.ReadString('\n'); err != nil {
		b.Fatalf("the caller is not ready: %q, %v", line, err)
	}
	return c
}

// posted is what a caller saw.
type posted struct {
	Took     time.Duration // from the first request to the last acknowledgement
	P50, P99 time.Duration // from a request to its acknowledgement
}

// post posts all, each of which has to be acknowledged.
func (c *caller) post(b *testing.B) posted {
	b.Helper()
	_ = c.start.Close()
	line, err := c.out.ReadString('\n')
	var p posted
	if err := errors.Join(err, json.Unmarshal([]byte(line), &p)); err != nil {
		b.Fatalf("not all callbacks were acknowledged: %q, %v", line, err)
	}
	return p
}

// beCaller is the whole process of a caller.
func beCaller(text string) {
	var o order
	err := json.Unmarshal([]byte(text), &o)
	var all []*http.Request
	if err == nil {
		all, err = callbacks(o)
	}
	if err == nil {
		fmt.Println("ready")
		_, _ = io.Copy(io.Discard, os.Stdin) // until it is told to begin
		var p posted
		if p, err = postAll(all, o.Pace); err == nil {
			_ = json.NewEncoder(os.Stdout).Encode(p)
			os.Exit(0)
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// postAll posts all requests, each once, over as many connections as there are.
func postAll(requests []*http.Request, pace float64) (posted, error) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	var next atomic.Int64
	var all sync.WaitGroup
	took := make([]time.Duration, len(requests))
	began := time.Now()
	for range min(connections, len(requests)) {
		all.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(requests) || ctx.Err() != nil {
					return
				}
				from := time.Now()
				if pace > 0 {
					due := began.Add(time.Duration(float64(i) / pace * float64(time.Second)))
					if wait := time.Until(due); wait > 0 {
						time.Sleep(wait)
						from = time.Now() // a sleep that was too long is nobody's delay
					} else {
						from = due // all connections were waiting for an answer: so was this request
					}
				}
				if err := exchange(client, requests[i].WithContext(ctx)); err != nil {
					cancel(err)
					return
				}
				took[i] = time.Since(from)
			}
		})
	}
	all.Wait()
	return posted{time.Since(began), quantile(took, 0.5), quantile(took, 0.99)}, context.Cause(ctx)
}

func exchange(client *http.Client, req *http.Request) error {
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, resp.Body)
	err = errors.Join(err, resp.Body.Close())
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("a callback was answered %s", resp.Status)
	}
	return err
}
