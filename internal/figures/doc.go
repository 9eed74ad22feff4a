// Package figures gathers what benchmarks measured and what attacks found, over many test processes, into
// one table.
//
// A benchmark or a test tells a row; where nobody collects, that is a line of its log and nothing more. Collect
// runs go test with a file for the rows and gives them back. It knows no test of its own: which commands
// there are stands in internal/bench/all and internal/siege/all. The package imports the standard library alone.
package figures
