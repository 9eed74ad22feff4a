package cli

import (
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"
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

func elapsed(b *testing.B, f func() error) time.Duration {
	b.Helper()
	begin := time.Now()
	if err := f(); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}
