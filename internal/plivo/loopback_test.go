package plivo_test

import (
	"testing"

	"dev.internal/plivoscope/internal/plivo"
)

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost": true, "localhost.": true, "app.localhost": true, "a.b.LOCALHOST.": true,
		"127.0.0.1": true, "127.8.9.10": true, "127.255.255.255": true, "::1": true, "0:0:0:0:0:0:0:1": true,
		"::ffff:127.0.0.1": true, "::ffff:7f00:1": true,

		"": false, ".": false, "localhost.example": false, "notlocalhost": false, "localhost:80": false,
		"128.0.0.1": false, "126.255.255.255": false, "127.1": false, "127.0.0.1.": false, "0.0.0.0": false, "::": false,
		"::2": false, "::127.0.0.1": false, "::ffff:10.0.0.1": false, "192.168.0.1": false, "example.org": false,
	} {
		if got := plivo.IsLoopback(host); got != want {
			t.Errorf("IsLoopback(%q) = %v, want %v", host, got, want)
		}
	}
}
