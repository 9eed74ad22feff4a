// Package ngroktest is a stand-in for ngrok's service on loopback: it speaks the protocol that ngrok's own
// client speaks, over real TLS with a certificate authority of its own, and has a public edge that proxies
// requests to whoever has bound an endpoint. The client is pointed at it by its server address and CA options,
// the whole program by PLIVOSCOPE_NGROK_SERVER and PLIVOSCOPE_NGROK_CA, and neither is changed for it.
//
// Since no name of ngrok's can be resolved without it, the public URLs are https://127.0.0.1:PORT, each on a
// port of its own, with a certificate of the same authority: what trusts the CA file can call them.
//
// It can fail in the ways that the real one fails in. It cannot show that today's service accepts today's
// client, nor the real edge's headers or times.
//
// It is for tests. It imports the standard library and muxado, which ngrok's client brings in.
package ngroktest
