//go:build race

package tunnel_test

func init() { raceDetector = true }
