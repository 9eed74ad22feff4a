// Package tui is the full-screen terminal UI, and the one that says the same in lines.
//
// There is one Model. Screens, sheets and panes are plain structs behind pointers whose
// methods return a tea.Cmd; they share an env and never talk to each other by messages. Update and
// View do no I/O: everything that may take time happens in a Cmd, with a context, on values that the
// Cmd captured, never on the model.
//
// State is the truth and messages are hints. The core wakes the model through a one-slot channel; the
// model then asks for the rows that it shows, for changes of the core at most once in 33 ms. Another
// filter ends the questions about the one before; the table refuses an answer that does not hold what it
// shows by now. So a flood of callbacks costs the same few redraws as one callback.
//
// A filter is looked for in steps of some milliseconds: what one finds is shown, and the next one is asked
// for until the page is full, the rows are counted to 1,000 or the history is at its end. What was looked at
// is remembered as IDs; no list holds more rows than some screens of them. The list of callbacks leaves large
// bodies out, and the selected one is read as it is selected. A key that opens the selected row waits
// some seconds for the rows, where it was pressed before them, and for no other key.
//
// View joins lines: those of rows, detail and form were rendered when they changed, the few around them
// are rendered anew. The functions of layout.go turn a terminal size into rectangles; every line is
// exactly as wide as the screen and the frame exactly as high. Styles come from an injected renderer and
// are turned into plain escape sequences once.
//
// Every binding has a name and a place where it acts, in keyMap.actions: the palette, the settings file, its
// check and the table in docs/keys.md are made from that list. The palette does what the key would do. What
// is copied is what came, but for characters that would act where it is pasted. While an editor, a pager or
// the shell has the terminal, the tea loop stands still and the core goes on, unless the process is stopped.
//
// The plain UI, for screen readers, is the same Model with nobody who paints: beside it somebody says in lines
// what a screen would show, asks by questions for what is typed into forms, and follows the history for a log.
// Lines are only ever added. They wait in memory and a Cmd writes them, in their order; all of them pass
// internal/escape at that one place.
//
// Text from the network is cut to what can be read and passes internal/escape before it becomes a cell
// or a line; measuring goes by whole characters, in grid.
//
// Compose has a second page for what most messages have no need of; the table of options makes its fields, the
// questions of the plain UI and the words for what is set, which the first page and the question about money
// repeat: nothing is sent that was not seen.
//
// The form of the signature screen stands for the request that filled it, byte by byte, until a field is
// edited: inputs drop what they cannot show. So does a field for a paste that it cannot show, or not as
// a whole. The request is examined once nothing was typed for a moment; an answer about an earlier one is
// dropped. A typed token stays with its field.
//
// Masking hides numbers and texts. Rows are masked where the answers of the core come in, so that whatever
// shows, copies or opens a row has it masked; forms, and what they are filled from, stay real and are masked
// where they are drawn, but for the field with the focus. So what is sent, examined or looked for is the real
// thing. A pseudonym that was shown can be looked for too.
//
// The filter line completes by the words and values that store knows and by the rows at hand, and keeps one
// height. What is only begun is no error. Filters that were applied are kept in a file, read and written in
// Cmds, but for those that name a number, a sender or a text.
//
// Which messages are new is known from the rows that were shown and from the counters of the status, of this
// run alone and in bounded memory: nothing is asked for it, and nothing kept. A message counts as read
// once it was selected for a moment, or opened.
//
// The replay screen holds the callback that it was filled with; what was edited of it are the differences of two
// texts, which show every byte. The core makes the request and says what differs, before anything is sent. A run
// belongs to the core too: the screen looks at it at most once in 33 ms, or at its end, and draws only while it
// is seen. A text from the editor that cannot be read back is kept until it can.
//
// The activity screen shows counters that the core's status holds already: it asks nothing, and renders
// only while it is seen.
//
// What came of sending a callback again is listed with the open callback, and said of its message in a line. A
// change asks only how often that was; the attempts are read where that is another number than before.
//
// What Plivo's API said of a message stands beside what callbacks told, and never in its status. A message that
// a callback is missed of has a sign in the list; whether its reports go to a public URL of before is looked at
// with each change, from memory.
//
// A question that the core has for the user, as whether a message_url of somebody else's may be
// replaced, waits until nothing is typed, is asked once, and can be had again by a key.
//
// The reply to inbound messages is set in memory by the core at once; what was typed and not set stays for the next
// opening, as does an inbound message that was not delivered. Masked, a reply that nobody has typed is hidden until it
// is typed into.
//
// The panel of the simulator is one for as long as the UI runs, as it was left. It asks for the state while it is
// seen: with the changes of the core, at most four times a second, each second, and after what it changed itself, of
// which one thing is done at a time; but the clock can be stopped and started beside a change that moves it on. What is
// typed stays, inert, until its change ends. Its schedule keeps the selected attempt in its line while others come. Chaos goes by its text form, name and
// value, which sliders and what is typed set alike.
//
// What is read at length, an open callback, an attempt and two compared ones, is a doc: rows of safe text that keep
// their paragraph through every width. A pager shows a window of it, paints only that, and searches all
// of it. A screen of callbacks that nobody sees reads nothing.
//
// The package may import app, store, webhook, mask, meter, plivo, its scenarios, signature and its sdk for their
// types, plivo's simulator for what its panel shows, webhook's capture to read what is pasted, archive to copy callbacks, replay for runs and faults and for
// what an attempt differs in, and escape; the core behind it is reached through Core alone. Only
// this package and its grid know Bubble Tea.
package tui
