// Package siege attacks the whole program as the internet and bad luck would: it is killed, starved, lied to and
// flooded, and what it acknowledged must be there. Its tests run the real binary over loopback alone, bounded in count
// and time: a little of each with go test, the whole with go run ./internal/siege/all.
package siege
