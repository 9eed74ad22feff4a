package simulator

import (
	"errors"
	"testing"
)

// TestPosterStaysOnThisMachine has the client itself refuse an address elsewhere: a name may pass the
// check of its looks and lead away all the same.
func TestPosterStaysOnThisMachine(t *testing.T) {
	for _, url := range []string{"http://192.0.2.1/", "http://[2001:db8::1]/"} {
		response, err := newPoster(false).Get(url)
		if err == nil {
			_ = response.Body.Close()
		}
		if !errors.Is(err, errRemote) {
			t.Errorf("%s: error is %v", url, err)
		}
	}
}
