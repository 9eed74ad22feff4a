package cli

import (
	"fmt"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// asEdge makes the test binary the program of a tunnel command: edge ADDR FOLDER [flap].
const asEdge = "TEST_BINARY_IS_EDGE"

// edge is a public edge on this machine: it leaves its process ID in a folder, and says its URL.
func edge() {
	addr, folder := os.Args[1], os.Args[2]
	if err := os.WriteFile(filepath.Join(folder, strconv.Itoa(os.Getpid())), nil, 0o600); err != nil {
		panic(err)
	}
	server := httptest.NewTLSServer(&httputil.ReverseProxy{Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(&url.URL{Scheme: "http", Host: addr})
		p.Out.Host = p.In.Host
		p.SetXForwarded()
	}})
	fmt.Printf("Forwarding %s to %s\n", server.URL, addr)
	if len(os.Args) > 3 {
		time.Sleep(300 * time.Millisecond)
		os.Exit(1)
	}
	select {}
}
