// Package grid is a virtual table: it holds the rows around its viewport, not the table.
//
// Rows are identified by an int64, newest (largest) on top. The selection and the viewport stand on
// identities, so rows that arrive elsewhere move neither; while it follows, the table stays on the
// newest row until the user moves. What to read next is a Query around an identity, which the owner
// answers with a Page from any source that can go both ways from a row; an answer that no longer
// covers what is shown is refused. The grid itself does no I/O.
//
// Columns have a least and an ideal width and a priority; as the width shrinks the least important
// ones go first, and a flexible one takes what is left. Cells are plain text with a Paint; they are
// cut and padded by display width and cannot carry control bytes to the terminal. A row is rendered
// while it is visible, once for each change, the selected one with each move too; Lines costs nothing.
// Rows may have a sign of their own beside the mark of the selected one, and neighbours that belong
// together may be drawn as joined.
//
// It imports lipgloss to turn styles into escape sequences once, and x/ansi for widths.
package grid
