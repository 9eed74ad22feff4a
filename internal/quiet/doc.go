// Package quiet keeps the program from asking the terminal questions before anybody wanted a screen.
//
// Bubble Tea v1 asks the terminal for its background colour while Go initialises packages, before
// main runs. On a terminal that does not answer, as those of CI runners and of some editors, every
// command would write escape sequences and then wait five seconds, --version too. Lip Gloss asks only
// as long as nobody has told it the answer, so this package tells it one, dark, in its own init. The
// screen finds out the true one by itself before it starts.
//
// It works only when this init runs before Bubble Tea's. Go initialises the packages that are ready in
// the order of their import paths, and that is all there is to hold on to: this module's path has to
// sort before github.com/charmbracelet/bubbletea, and this package may import Lip Gloss and nothing
// that pulls in Bubble Tea. It exports nothing; cmd/plivoscope imports it for its effect.
package quiet
