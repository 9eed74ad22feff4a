// Package cli is the command line: one file a subcommand, the flags, the output formats and the table
// of exit codes.
//
// It parses, asks the use cases of app, and prints; it decides nothing about messages. Data goes to
// standard output, everything else to standard error. It may import everything below it and is the
// only importer of cobra.
package cli
