package tui

import (
	"fmt"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/docstest"
	"dev.internal/plivoscope/internal/store"
)

// TestFilterTable holds docs/filters.md to the words that the filter takes; -update writes it.
func TestFilterTable(t *testing.T) {
	docstest.Page(t, "../../docs/filters.md", filterTable())
}

// filterTable is what docs/filters.md says. Each example in it is a filter.
func filterTable() string {
	var b strings.Builder
	b.WriteString("# Filters\n\n`/` on Messages and Callbacks, and `plivoscope history --filter`, take words that all have to match:\n\n")
	for _, f := range [][2]string{
		{"status:failed,undelivered", "failed or undelivered"},
		{"status:failed -code:30,40", "failed, but not with these codes"},
		{"sig:invalid since:1h", "of the last hour, with a signature that does not match"},
		{"is:unclear,lost", "to look after: the send may have failed, or a callback did not come"},
		{"to:+49 -hello", "to Germany, without hello in the text"},
		{`from:"ACME Shop" text:"order, shipped"`, "space and commas in values"},
		{`"status:failed"`, "this text, not the status"},
	} {
		if _, err := store.ParseFilter(f[0]); err != nil {
			panic(err)
		}
		fmt.Fprintf(&b, "    %-42s %s\n", f[0], f[1])
	}
	b.WriteString(`
- Words stand apart by spaces. A comma between values means or, a ` + "`-`" + ` before a word means not.
- A value in double quotes may hold spaces and commas, and after a backslash quotes and backslashes.
- What has no word is looked for in the text as it stands: ` + "`12:30`" + ` and a URL need no quotes.
- Upper and lower case do not matter, nor do leading zeros of a code: ` + "`code:030`" + ` is ` + "`code:30`" + `.
- On Callbacks ` + "`dir:` `is:` `from:` `to:`" + ` look at the message of a callback, the others at the callback itself:
  ` + "`since:`" + ` at when it came, ` + "`text:`" + ` at its URL and body.

| word | looks at | takes | as in |
|---|---|---|---|
`)
	words := store.FilterWords()
	for _, w := range words {
		fmt.Fprintf(&b, "| `%s:` | %s | %s | `%s:%s` |\n", w.Name, w.About, w.Takes, w.Name, w.Example)
	}
	b.WriteString(`
While you type, words and values are offered below the line, those of the rows at hand too. ` + "`tab`" + ` takes what
all of them begin with, then one after the other; ` + "`→`" + ` takes the grey text after the cursor; a click takes
what it meets; ` + "`enter`" + ` applies what the line holds. What cannot become right is told under its character.
` + "`↑`" + ` brings the filters back that you applied before. The last 100 are kept in ` + "`filters`" + ` beside the histories,
but for those with ` + "`from:` `to:` `text:`" + ` or plain text, which are forgotten at the end, and none with
` + "`--ephemeral`, `--mask`" + ` and in the demo.

## Values
`)
	for _, w := range words {
		if len(w.Values) == 0 {
			continue
		}
		more := "Among others"
		if w.Closed {
			more = "These alone"
		}
		fmt.Fprintf(&b, "\n### %s:\n\n%s.\n\n| value | means |\n|---|---|\n", w.Name, more)
		for _, v := range w.Values {
			fmt.Fprintf(&b, "| `%s` | %s |\n", v.Text, v.About)
		}
		if w.Name == "is" {
			b.WriteString("\n`silent` is a message of which no callback came at all, or none after the last one, in the [usual time](watchdog.md). Once Plivo\nwas asked and knows more than the callbacks have told, it is `lost`, and `silent` no more; one that was sent without a\ncallback URL stays `silent`, for nothing was lost. `is:silent,lost` is both.\n")
		}
		if w.Name == "sig" {
			b.WriteString("\nSeveral causes at once are joined: `sig:scheme+slash`. `sig:url` stands for scheme, host, path, slash and query too.\n")
		}
	}
	return b.String()
}
