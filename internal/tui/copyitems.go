package tui

// copyItem is one thing that can be copied: what it is called, and its text as it came, which may be
// hostile.
type copyItem struct{ name, text string }
