package ngroktest

import (
	"encoding/binary"
	"encoding/json"
	"io"

	"golang.ngrok.com/muxado/v2"
)

// The types of streams, by who opens them.
const (
	typeLogin  muxado.StreamType = 0 // client
	typeBind   muxado.StreamType = 1 // client
	typeUnbind muxado.StreamType = 2 // client
	typeProxy  muxado.StreamType = 3 // service
	typeStop   muxado.StreamType = 5 // service
	typeInfo   muxado.StreamType = 8 // client
	typeTake   muxado.StreamType = 9 // service
	typeBeat   muxado.StreamType = 0xFFFFFFFF
)

// Login is what a client has said of itself.
type Login struct {
	ClientID string `json:"ClientId"` // that of its earlier session; empty for the first
	Extra    struct {
		Authtoken, Version, ClientType, UserAgent, Metadata, Cookie string

		HeartbeatInterval, HeartbeatTolerance int64 // ns
		StopUnsupportedError                  *string
	}
}

type loginAnswer struct {
	Version  string
	ClientID string `json:"ClientId"`
	Error    string
	Extra    struct {
		Version, Region, Cookie, AccountName, PlanName string
	}
}

// Bind is what a client has asked for.
type Bind struct {
	ID         string `json:"Id"` // that of the bind to renew; empty for a new one
	Proto      string
	ForwardsTo string
	Opts       map[string]any
	Extra      struct {
		Token, Metadata, Description string
		PoolingEnabled               bool
	}
}

// Host is the name that was asked for; empty for the account's own.
func (b Bind) Host() string {
	for _, field := range []string{"URL", "Domain", "Hostname"} {
		if s, _ := b.Opts[field].(string); s != "" {
			return s
		}
	}
	return ""
}

type bindAnswer struct {
	ID    string `json:"Id"`
	URL   string
	Proto string
	Opts  map[string]any
	Error string
	Extra struct{ Token, TunnelID string }
}

// proxyHeader goes before the bytes of a proxied connection, after its length.
type proxyHeader struct {
	ID             string `json:"Id"`
	ClientAddr     string
	Proto          string
	EdgeType       string
	PassthroughTLS bool
}

func writeProxyHeader(w io.Writer, h proxyHeader) error {
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	length := binary.LittleEndian.AppendUint64(nil, uint64(len(text)))
	_, err = w.Write(append(length, text...))
	return err
}
