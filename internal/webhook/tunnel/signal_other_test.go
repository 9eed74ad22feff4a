//go:build !unix

package tunnel_test

import "os"

var terminate = os.Kill
