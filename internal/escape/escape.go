package escape

// Line makes text from outside safe to show on one line of a terminal, a log or an export: control
// bytes (C0, C1, ESC, newlines too), bidi controls, zero-width characters and invalid UTF-8 are shown
// escaped.
func Line(s string) string { panic("unwritten") }

// Block is Line for text of several lines: newlines are kept, tabs become spaces.
func Block(s string) string { panic("unwritten") }
