package cli

import (
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/store"
)

// completeFilter completes the last word of a filter: the words themselves, their values, and values of the
// history.
func completeFilter(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	place, ok := store.FilterAt(typed, len(typed))
	if !ok {
		return nil, noFiles
	}
	before := typed[:place.From]
	words := store.FilterWords()
	if place.Word == "" {
		var all []string
		for _, w := range words {
			if strings.HasPrefix(w.Name+":", place.Part) {
				all = append(all, described(before+w.Name+":", w.About))
			}
		}
		return all, noFiles | cobra.ShellCompDirectiveNoSpace
	}
	o := offers{typed: place.Part}
	for _, given := range place.Given {
		o.add(given, "")
	}
	known := len(o.words) // which are there already
	i := slices.IndexFunc(words, func(w store.FilterWord) bool { return w.Name == place.Word })
	for _, v := range words[i].Values {
		o.add(v.Text, v.About)
	}
	if len(words[i].Values) == 0 {
		offerOfHistory(cmd, place.Word, &o)
	}
	o.words = o.words[known:]
	for i := range o.words {
		o.words[i] = before + o.words[i]
	}
	return o.words, noFiles
}

// offerOfHistory adds the values of a word among the newest messages, and of UUIDs those that begin so, however
// old.
func offerOfHistory(cmd *cobra.Command, word string, o *offers) {
	h, ok := look(cmd)
	if !ok || h.masked && word != "uuid" {
		return
	}
	now := time.Now()
	rows := h.messages()
	if word == "uuid" && o.typed != "" {
		rows = h.beginning(o.typed)
	}
	for _, m := range rows {
		o.add(filterValue(m, word), statusAndAge(m, now))
	}
}

// beginning gives the newest messages whose UUIDs begin so, however old.
func (h atHand) beginning(uuid string) (all []plivo.Message) {
	f, err := store.ParseFilter("uuid:" + store.FilterText(uuid))
	if err != nil {
		return nil
	}
	h.read(func(ctx context.Context, r *store.Reader) {
		all, _ = r.Messages(ctx, store.Window{Filter: f, Limit: mostOffered})
	})
	return all
}

// completeUUID offers the UUIDs of messages, the newest first.
func completeUUID(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	o := offers{typed: typed}
	offerOfHistory(cmd, "uuid", &o)
	return slices.DeleteFunc(o.words, func(w string) bool {
		uuid, _, _ := strings.Cut(w, "\t")
		return slices.Contains(args, uuid)
	}), noFiles | cobra.ShellCompDirectiveKeepOrder
}

func filterValue(m plivo.Message, word string) string {
	switch word {
	case "from":
		return m.From
	case "to":
		return m.To
	case "uuid":
		return m.UUID
	case "path":
		if u, err := url.Parse(m.CallbackURL); err == nil {
			return u.Path
		}
	}
	return ""
}
