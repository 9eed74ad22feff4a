package cli

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

const (
	// completionRows is how many of the newest rows are looked at for what can be offered.
	completionRows = 500
	// completionTime is how long the history may take: whoever pressed a key waits for it.
	completionTime = 60 * time.Millisecond
)

// atHand is what can be offered: the settings of the command line so far, and its history.
type atHand struct {
	ctx    context.Context
	env    func(name string) string
	live   bool
	masked bool
	path   string // of the history
}

// look reads the settings as the command would, and says nothing of what is wrong with them: that is for the
// command to say.
func look(cmd *cobra.Command) (atHand, bool) {
	text := func(name string) string {
		if flag := cmd.Flags().Lookup(name); flag != nil {
			return flag.Value.String()
		}
		return ""
	}
	f := flags{env: text("env")}
	env, err := f.environment(cmd)
	if err != nil {
		return atHand{}, false
	}
	f.db = text("db")
	f.simulator, _ = strconv.ParseBool(text("simulator"))
	f.ephemeral, _ = strconv.ParseBool(text("ephemeral"))
	h := atHand{ctx: cmd.Context(), env: env.Get}
	h.masked, _ = strconv.ParseBool(text("mask"))
	set := &settings{env: env}
	// Some commands work without an account on a history that is named.
	if err := f.account(set); err != nil && f.db == "" {
		return h, false
	}
	h.live = set.options.Mode == app.Live
	if err := f.historyPath(cmd, set); err != nil || f.ephemeral {
		return h, true
	}
	h.path = set.options.HistoryPath
	return h, true
}

// read asks the history, where there is one; what went wrong leaves nothing to offer.
func (h atHand) read(ask func(context.Context, *store.Reader)) {
	if h.path == "" {
		return
	}
	ctx, cancel := context.WithTimeout(h.ctx, completionTime)
	defer cancel()
	r, err := store.OpenReader(ctx, h.path)
	if err != nil {
		return
	}
	ask(ctx, r)
	_ = r.Close()
}

func (h atHand) messages() (all []plivo.Message) {
	h.read(func(ctx context.Context, r *store.Reader) {
		all, _ = r.Messages(ctx, store.Window{Limit: completionRows})
	})
	return all
}

// plainWord is what can be typed as it is in any shell, and acts on no terminal. What came from the network
// and is anything else is not offered.
var plainWord = regexp.MustCompile(`^[+A-Za-z0-9/._-]{1,100}$`)

// offers collects candidates, each once, with what they stand for.
type offers struct {
	typed string
	words []string
	seen  map[string]bool
}

func (o *offers) add(word, about string) {
	if len(o.words) == mostOffered || !strings.HasPrefix(word, o.typed) || !plainWord.MatchString(word) || o.seen[word] {
		return
	}
	if o.seen == nil {
		o.seen = map[string]bool{}
	}
	o.seen[word] = true
	o.words = append(o.words, described(word, about))
}

func described(word, about string) string {
	if about == "" {
		return word
	}
	return word + "\t" + escape.Line(about)
}

// ago says how long before now t was, in a word.
func ago(t, now time.Time) string {
	switch d := now.Sub(t); {
	case d < time.Minute:
		return "just now"
	case d < time.Hour:
		return fmt.Sprintf("%d min ago", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h ago", d/time.Hour)
	default:
		return fmt.Sprintf("%d days ago", d/(24*time.Hour))
	}
}

func statusAndAge(m plivo.Message, now time.Time) string {
	return statusWord(m.Status) + ", " + ago(m.CreatedAt, now)
}

// statusWord is a status that Plivo has. Anybody can put anything in the place of one, also what is masked.
func statusWord(s plivo.Status) string {
	if !s.Known() && s != plivo.Sending {
		return "unknown status"
	}
	return string(s)
}

// own gives the number of ours and the other's of a message.
func own(m plivo.Message) (ours, theirs string) {
	if m.Direction == plivo.Inbound {
		return m.To, m.From
	}
	return m.From, m.To
}

func completeSender(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	h, ok := look(cmd)
	if !ok {
		return nil, noFiles
	}
	o := offers{typed: typed}
	if !h.live {
		o.add(simulator.DefaultNumber, "the simulator's own")
	}
	if h.masked {
		return o.words, noFiles
	}
	o.add(h.env("PLIVO_SENDER_ID"), "PLIVO_SENDER_ID")
	now := time.Now()
	for _, m := range h.messages() {
		ours, _ := own(m)
		o.add(ours, "used "+ago(m.CreatedAt, now))
	}
	return o.words, noFiles
}

// completeNumber offers the senders that are numbers: an alphanumeric one gets no messages.
func completeNumber(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	words, directive := completeSender(cmd, args, typed)
	return slices.DeleteFunc(words, func(w string) bool {
		number, _, _ := strings.Cut(w, "\t")
		return strings.Trim(number, "+0123456789") != ""
	}), directive
}

func completeDestination(cmd *cobra.Command, _ []string, typed string) ([]string, cobra.ShellCompDirective) {
	h, ok := look(cmd)
	if !ok {
		return nil, noFiles
	}
	before := typed[:strings.LastIndexByte(typed, ',')+1] // several stand in one flag
	o := offers{typed: typed[len(before):]}
	if !h.masked {
		now := time.Now()
		for _, m := range h.messages() {
			if _, theirs := own(m); !slices.Contains(strings.Split(before, ","), theirs) {
				o.add(theirs, statusAndAge(m, now))
			}
		}
	}
	if !h.live {
		for _, n := range simulator.MagicNumbers() {
			o.add(n.Number, "simulator: "+n.About)
		}
	}
	for i := range o.words {
		o.words[i] = before + o.words[i]
	}
	return o.words, noFiles
}

// completeCallback offers the numbers of the newest callbacks.
func completeCallback(cmd *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	h, ok := look(cmd)
	if !ok {
		return nil, noFiles
	}
	o := offers{typed: typed}
	h.read(func(ctx context.Context, r *store.Reader) {
		all, _ := r.Callbacks(ctx, store.Window{Limit: completionRows})
		now := time.Now()
		for _, c := range all {
			if id := fmt.Sprint(c.ID); !slices.Contains(args, id) {
				o.add(id, aboutCallback(c, now))
			}
		}
	})
	return o.words, noFiles | cobra.ShellCompDirectiveKeepOrder
}

func aboutCallback(c webhook.Callback, now time.Time) string {
	words := []string{strings.ReplaceAll(string(c.Kind), "_", " ")}
	if status := c.Report.Status(); status != "" {
		words = append(words, statusWord(status))
	}
	words = append(words, "signature "+string(c.Verdict.Outcome), ago(c.ReceivedAt, now))
	return strings.Join(words, ", ")
}
