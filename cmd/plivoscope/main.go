// Command plivoscope is a terminal program for developers who integrate Plivo SMS.
package main

import (
	"os"

	"dev.internal/plivoscope/internal/cli"
	_ "dev.internal/plivoscope/internal/headstart" // keeps garbage collections rare
	_ "dev.internal/plivoscope/internal/quiet"     // keeps subcommands from probing the terminal
)

func main() {
	os.Exit(cli.Main(os.Args[1:], cli.Streams{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
