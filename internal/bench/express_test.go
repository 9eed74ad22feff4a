package bench

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// expressDir names the variable of the environment with the folder that testdata/express is installed in by npm, as
// internal/bench/all does: a benchmark asks no registry.
const expressDir = "PLIVOSCOPE_BENCH_EXPRESS"

// noExpress says why the guide's server cannot be measured here; empty where it can.
func noExpress() string {
	if _, err := exec.LookPath("node"); err != nil {
		return "no node"
	}
	if _, err := os.Stat(filepath.Join(os.Getenv(expressDir), "node_modules", "express", "package.json")); os.Getenv(expressDir) == "" || err != nil {
		return "express is not installed"
	}
	return ""
}

// express is the guide's server as a process of its own.
func express(b *testing.B) server {
	b.Helper()
	cmd := exec.Command("node", filepath.Join("testdata", "express", "server.js"))
	cmd.Env = append(os.Environ(), "NODE_ENV=production", "NODE_PATH="+filepath.Join(os.Getenv(expressDir), "node_modules"), "PLIVO_AUTH_TOKEN="+testToken)
	s := start(b, cmd)
	s.url += "/sms/delivery-report"
	return s
}
