// Package docstest holds pages of the documentation to what the program says of itself, for tests. It knows
// nothing of this program and imports none of its packages.
//
// A test binary that is run with -update writes the page instead. It has to know that flag: golden files
// bring it with them; who has none says flag.Bool("update", …).
package docstest
