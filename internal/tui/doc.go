// Package tui is the full-screen terminal UI.
//
// There is one tea.Model, Model. Screens, sheets and panes are plain structs behind pointers whose
// methods return a tea.Cmd; they share an env and never talk to each other by messages. Update and
// View do no I/O: everything that may take time happens in a Cmd, with a context, on values that the
// Cmd captured, never on the model.
//
// State is the truth and messages are hints. The core wakes the model through a one-slot channel; the
// model then asks for the rows that it shows, at most once in 33 ms, and a result that belongs to an
// earlier question (another filter, another place) is dropped by its generation. So a flood of
// callbacks costs the same few redraws as one callback.
//
// View only joins lines that were rendered when they changed. One function, computeLayout, turns a
// terminal size into rectangles; every line is exactly as wide as the screen and the frame exactly as
// high. Styles come from an injected renderer and are turned into plain escape sequences once.
//
// Text from the network passes internal/escape before it becomes a cell or a line.
//
// The package may import app, store, webhook, plivo and signature for their types, and escape; the
// core behind it is reached through Core alone. Only this package and its grid know Bubble Tea.
package tui
