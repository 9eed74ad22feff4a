// Package local keeps what serves this machine's programs from everybody else: other machines, names that were
// pointed at this machine (DNS rebinding), what a proxy or tunnel passes on, and the pages of a browser. The
// simulator's control calls and the metrics stand behind it.
package local
