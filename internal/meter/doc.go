// Package meter measures what goes on without holding it up: how much comes in each second, and how long
// it takes. Whoever counts and whoever reads take no lock, so a meter may stand on the way of every
// callback.
//
// It is a leaf: it imports the standard library alone.
package meter
