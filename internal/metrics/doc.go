// Package metrics tells monitoring what the program counts, in the format of Prometheus, at an address of its own
// that no tunnel leads to.
//
// Everything is read from the parts that count it when somebody asks: between two questions a metric costs nothing,
// and a callback never more than an atomic addition. The table in catalog.go names every metric; docs/metrics.md is
// made from it. Every value of a label is out of a list that no caller can make longer, and neither a number nor a
// token is among them.
package metrics
