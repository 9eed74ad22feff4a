package app

import (
	"errors"
	"net/http"

	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// CheckReplay fails where no callback at all could be sent, before the first is tried.
func CheckReplay(o replay.Options) error {
	if o.Mode != webhook.AsCaptured && o.Keys.Account.Empty() {
		return errors.New("there is no token to sign with: set PLIVO_AUTH_TOKEN in the environment or .env, start the simulator that the callbacks are of, or send them --as-captured")
	}
	// What not even a plain callback can be sent with fails all others too.
	plain := webhook.Callback{
		Method: http.MethodPost, URL: "https://callback.example/sms", Body: []byte("CallbackFirst=1&CallbackSecond=2"),
		Header: http.Header{
			"Content-Type":               {"application/x-www-form-urlencoded"},
			"X-Plivo-Signature-V2-Nonce": {"1"}, "X-Plivo-Signature-V3-Nonce": {"1"},
		},
	}
	_, err := replay.Build(plain, o)
	return err
}
