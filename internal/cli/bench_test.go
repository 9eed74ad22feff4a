package cli

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// BenchmarkVersion is the whole process of --version, beside the cheapest process there is.
func BenchmarkVersion(b *testing.B) {
	empty, err := exec.LookPath("true")
	if err != nil {
		b.Skip("no program to compare with")
	}
	var own, bare time.Duration
	for b.Loop() {
		cmd := exec.Command(os.Args[0], "--version")
		cmd.Env = append(os.Environ(), asProgram+"=1")
		own += elapsed(b, func() error { return cmd.Run() })
		bare += elapsed(b, func() error { return exec.Command(empty).Run() })
	}
	n := time.Duration(b.N)
	b.ReportMetric(float64((own/n).Microseconds())/1000, "ms/version")
	b.ReportMetric(float64((bare/n).Microseconds())/1000, "ms/empty-process")
	b.ReportMetric(float64(own)/float64(bare), "ratio")
}

// BenchmarkReady is from the start of the process to the answer to its first request.
func BenchmarkReady(b *testing.B) {
	dir := b.TempDir()
	var total time.Duration
	for b.Loop() {
		cmd := exec.Command(os.Args[0], "listen", "--ephemeral", "--addr", "127.0.0.1:0", "-o", "json")
		cmd.Env = append(os.Environ(), asProgram+"=1", "XDG_STATE_HOME="+dir)
		total += elapsed(b, func() error {
			s := start(b, cmd)
			resp, err := http.Get(s.ready.ListenURL + "/health")
			if err != nil {
				return err
			}
			return resp.Body.Close()
		})
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	}
	b.ReportMetric(float64((total/time.Duration(b.N)).Microseconds())/1000, "ms/first-answer")
}

// BenchmarkListen floods listen with signed callbacks of distinct messages, three a message, and
// beside it, in a process of its own too, a bare net/http handler that discards what it gets.
func BenchmarkListen(b *testing.B) {
	dir := b.TempDir()
	listenCmd := exec.Command(os.Args[0], "listen", "--db", dir+"/history.db", "--addr", "127.0.0.1:0", "-o", "json")
	listenCmd.Env = append(os.Environ(), asProgram+"=1", "XDG_STATE_HOME="+dir, "PLIVO_AUTH_ID="+testAuthID, "PLIVO_AUTH_TOKEN="+testToken)
	listen := start(b, listenCmd)
	go func() {
		for listen.out.Scan() {
		}
	}()
	bareCmd := exec.Command(os.Args[0])
	bareCmd.Env = append(os.Environ(), asBareServer+"=1")
	bare := start(b, bareCmd)

	const callbacks, connections = 6000, 64
	target := listen.ready.PublicURL + "/sms/delivery-report"
	requests := make([]func(string) *http.Request, callbacks)
	for i := range requests {
		requests[i] = signedReport(b, target, fmt.Sprintf("5b40a428-bfc7-4daf-%04d-%012d", os.Getpid()%10000, i/3), i%3)
	}
	var took, bareTook time.Duration
	for b.Loop() {
		took += elapsed(b, func() error { return flood(requests, target, connections) })
		bareTook += elapsed(b, func() error { return flood(requests, bare.ready.ListenURL, connections) })
	}
	total := float64(callbacks * b.N)
	b.ReportMetric(total/took.Seconds(), "callbacks/s")
	b.ReportMetric(total/bareTook.Seconds(), "bare-requests/s")
	b.ReportMetric(bareTook.Seconds()/took.Seconds(), "ratio")
}

// signedReport makes one callback of a message as Plivo's typical one; the target is only what it is
// posted to, not what is signed.
func signedReport(b *testing.B, signedURL, uuid string, hop int) func(target string) *http.Request {
	b.Helper()
	params := []signature.Param{
		{Name: "MessageUUID", Value: uuid},
		{Name: "From", Value: "14155550100"},
		{Name: "To", Value: "14155550199"},
		{Name: "Type", Value: "sms"},
		{Name: "Status", Value: []string{"queued", "sent", "delivered"}[hop]},
		{Name: "Units", Value: "1"},
		{Name: "TotalRate", Value: "0.00250"},
		{Name: "TotalAmount", Value: "0.00250"},
		{Name: "MCC", Value: "310"},
		{Name: "MNC", Value: "004"},
		{Name: "ErrorCode", Value: "000"},
		{Name: "ParentMessageUUID", Value: uuid},
		{Name: "PartInfo", Value: ""},
		{Name: "Sequence", Value: strconv.Itoa(hop + 1)},
		{Name: "MessageTime", Value: "2024-08-21 12:58:49.244057"},
		{Name: "requester_ip", Value: "192.0.2.1"},
	}
	form := url.Values{}
	for _, p := range params {
		form.Set(p.Name, p.Value)
	}
	body := form.Encode()
	const nonce = "05429567804466091622"
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	for _, scheme := range []signature.Scheme{signature.V2, signature.MaV2, signature.V3, signature.MaV3} {
		signed, err := signature.Sign(signature.NewToken("account", testToken), scheme, "POST", signedURL, nonce, params)
		if err != nil {
			b.Fatal(err)
		}
		header.Set(scheme.Header(), signed)
		header.Set(scheme.NonceHeader(), nonce)
	}
	return func(target string) *http.Request {
		req, err := http.NewRequest("POST", target, strings.NewReader(body))
		if err != nil {
			panic(err) // the benchmark's own URL
		}
		req.Header = header
		return req
	}
}

// flood posts all requests over so many connections, each once.
func flood(requests []func(string) *http.Request, target string, connections int) error {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections}}
	defer client.CloseIdleConnections()
	var next atomic.Int64
	errs := make(chan error, connections)
	for range connections {
		go func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(requests) {
					errs <- nil
					return
				}
				resp, err := client.Do(requests[i](target))
				if err == nil {
					_, err = io.Copy(io.Discard, resp.Body)
					err = errors.Join(err, resp.Body.Close())
					if err == nil && resp.StatusCode != http.StatusOK {
						err = fmt.Errorf("answered %s", resp.Status)
					}
				}
				if err != nil {
					errs <- err
					return
				}
			}
		}()
	}
	var err error
	for range connections {
		err = errors.Join(err, <-errs)
	}
	return err
}

// asBareServer makes the test binary the server that BenchmarkListen is compared with.
const asBareServer = "TEST_BINARY_IS_BARE_SERVER"

func bareServer() {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		os.Exit(1)
	}
	fmt.Printf(`{"event":"ready","listen_url":"http://%s"}`+"\n", ln.Addr())
	_ = http.Serve(ln, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	}))
}

func elapsed(b *testing.B, f func() error) time.Duration {
	b.Helper()
	begin := time.Now()
	if err := f(); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}
