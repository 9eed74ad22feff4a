package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/simulator/control"
)

// clockJSON is what the control API tells of the clock.
type clockJSON control.Clock

func (c clockJSON) String() string {
	words := "the clock shows " + utc(c.Now)
	if c.Stopped {
		words += " and stands still"
	}
	if c.Speed != 1 {
		words += fmt.Sprintf(", %v times as fast as Plivo", c.Speed)
	}
	switch {
	case c.Pending == 0:
		return words + "; nothing is left to post"
	case c.Next == nil:
		return words + fmt.Sprintf("; %d pending", c.Pending)
	}
	return words + fmt.Sprintf("; %d pending, the next at %s", c.Pending, utc(*c.Next))
}

// What stands in place of a time that the clock is moved on by.
const (
	untilIdle = "idle"
	untilNext = "next"
)

func newSimulateAdvance(s Streams) *cobra.Command {
	var c simulatorClient
	cmd := &cobra.Command{
		Use:   "advance DURATION|next|idle",
		Short: "Move the clock of a running simulator on, and wait for what is due by then",
		Long: `Move the clock of a simulator that runs on by a time, as 60s, of Plivo's: at a --speed of 20 the clock then shows
3 s more, in which all comes that takes Plivo 60 s; or, as next, to when something is posted next, however far that is;
or, as idle, until nothing is left to post, also of the messages that your app sends on the way. The command ends when all that is due by then was posted and answered, retries
included, and prints the clock.`,
		Example: `  plivoscope simulate advance 60s
  plivoscope simulate advance next
  plivoscope simulate advance idle`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("give the one time that the clock is to go on by, as \"plivoscope simulate advance 60s\", or next for when something is posted next, or idle for until nothing is left to post")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			set, err := c.plainSettings(cmd, s)
			if err != nil {
				return err
			}
			if d, err := time.ParseDuration(args[0]); args[0] != untilIdle && args[0] != untilNext && (err != nil || d < 0) {
				return fmt.Errorf("%q is no time to move a clock on by: give it as 60s or 1h30m, or next, or idle", cut(args[0]))
			}
			a, err := c.call(cmd.Context(), set.env, http.MethodPost, "clock", map[string]string{"advance": args[0]})
			if err == nil {
				err = a.problem()
			}
			if err != nil {
				return err
			}
			return c.printClock(s, set.json, a)
		},
	}
	c.add(cmd)
	return cmd
}

func (c *simulatorClient) printClock(s Streams, asJSON bool, a controlAnswer) error {
	var clock clockJSON
	if err := json.Unmarshal(a.Body, &clock); err != nil {
		return unreadable(err)
	}
	return c.print(s, asJSON, a, func() []string { return []string{capital(clock.String()) + "."} })
}

// capital begins a sentence.
func capital(s string) string { return string(s[0]-'a'+'A') + s[1:] }

func unreadable(err error) error {
	return withCode(exitUpstream, fmt.Errorf("the simulator's answer cannot be read: %w; is it of another version?", err))
}

// stateJSON is what the control API tells of the simulator, as far as text shows it.
type stateJSON struct {
	AuthID string `json:"auth_id"`
	Fate   struct {
		Fate string `json:"fate"`
		Next *struct {
			Fate     string `json:"fate"`
			Messages int    `json:"messages"`
		} `json:"next"`
	} `json:"fate"`
	Rules  int            `json:"rules"`
	Clock  clockJSON      `json:"clock"`
	Counts map[string]int `json:"counts"`
}

func newSimulateState(s Streams) *cobra.Command {
	return simulateState(s, "state", "Print what a running simulator is and did", "Print the account, the clock, the counts and the settings of a simulator that runs.", http.MethodGet, "state")
}

func newSimulateReset(s Streams) *cobra.Command {
	return simulateState(s, "reset", "Bring a running simulator back to where it began", `Bring a simulator that runs back to where it began: it forgets all messages, drops what is still to be posted, and
has the account, the fates, the rules, the clock and the counts as it was started with. With --seed, all that is
random repeats from the start. It prints the state.`, http.MethodPost, "reset")
}

func simulateState(s Streams, use, short, long, method, path string) *cobra.Command {
	var c simulatorClient
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long, Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := c.plainSettings(cmd, s)
			if err != nil {
				return err
			}
			a, err := c.call(cmd.Context(), set.env, method, path, nil)
			if err == nil {
				err = a.problem()
			}
			if err != nil {
				return err
			}
			var state stateJSON
			if err := json.Unmarshal(a.Body, &state); err != nil {
				return unreadable(err)
			}
			return c.print(s, set.json, a, func() []string {
				n := state.Counts
				fate := fmt.Sprintf("Messages without a fate of their own: %s; rules: %d", state.Fate.Fate, state.Rules)
				if next := state.Fate.Next; next != nil {
					fate += fmt.Sprintf("; of the next %s: %s", plural(next.Messages, "message"), next.Fate)
				}
				return []string{
					"Account " + state.AuthID + ".",
					fate + ".",
					capital(state.Clock.String()) + ".",
					fmt.Sprintf("Taken: %d; refused requests: %d; remembered: %d.", n["accepted"], n["refused"], n["remembered"]),
					fmt.Sprintf("Callbacks posted: %d, of which not answered 200: %d; inbound: %d; to be posted again: %d.", n["posted"], n["unanswered"], n["inbound"], n["retrying"]),
				}
			})
		},
	}
	c.add(cmd)
	return cmd
}

func newSimulateInbound(s Streams) *cobra.Command {
	var (
		c  simulatorClient
		in struct {
			From  string   `json:"from"`
			To    string   `json:"to,omitempty"`
			Text  string   `json:"text,omitempty"`
			Media []string `json:"media,omitempty"`
			URL   string   `json:"url,omitempty"`
		}
	)
	cmd := &cobra.Command{
		Use:   "inbound --from NUMBER --text TEXT",
		Short: "Let a phone write to an account of a running simulator",
		Long: `Let a phone write to a number of a simulator that runs: the message is posted, signed, to the message_url
of the number's application, which "simulate --inbound-url" has set, and what your app answers is printed.
The exit code is 3 where no answer came, and 6 where it was not 200 or Plivo would not take its XML. Messages
that the answer asks for are sent.`,
		Example: `  plivoscope simulate inbound --from +14155550123 --text hi
  plivoscope simulate inbound --from +14155550123 --to +14155550100 \
    --media https://name.example/a.png -o json`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := c.plainSettings(cmd, s)
			if err != nil {
				return err
			}
			switch {
			case in.From == "":
				return errors.New("the message has no sender: give the phone's number with --from")
			case in.Text == "" && len(in.Media) == 0:
				return errors.New("the message is empty: give --text or --media")
			}
			a, err := c.call(cmd.Context(), set.env, http.MethodPost, "inbound", in)
			if err != nil {
				return err
			}
			return c.tellReceipt(s, set.json, a)
		},
	}
	c.add(cmd)
	fs := cmd.Flags()
	fs.StringVar(&in.From, "from", "", "`NUMBER` of the phone")
	fs.StringVar(&in.To, "to", "", "`NUMBER` of the account (default its first)")
	fs.StringVar(&in.Text, "text", "", "`TEXT` of the message")
	fs.StringArrayVar(&in.Media, "media", nil, "`URL` of a file, for an MMS (may be repeated)")
	fs.StringVar(&in.URL, "url", "", "post it to `URL` instead of the message_url of the number's application")
	for _, name := range []string{"from", "to", "text", "media", "url"} {
		typedOnly(fs, name) // those of send are of another side
	}
	return cmd
}

func (c *simulatorClient) tellReceipt(s Streams, asJSON bool, a controlAnswer) error {
	if a.Status != http.StatusOK && a.Status != http.StatusBadGateway {
		return a.problem()
	}
	var r control.Receipt
	if err := json.Unmarshal(a.Body, &r); err != nil {
		return unreadable(err)
	}
	err := c.print(s, asJSON, a, func() []string {
		m := s.masker()
		answered := "no answer"
		if r.Answered > 0 {
			answered = fmt.Sprintf("answered %d", r.Answered)
		}
		all := []string{fmt.Sprintf("Message %s, %s %s: %s.", r.UUID, r.Method, m.URL(r.URL), answered)}
		if r.Answer != "" {
			all = append(all, m.Text(r.Answer))
		}
		for _, uuid := range r.Replies {
			all = append(all, "Sent as its reply: "+uuid)
		}
		return all
	})
	again := ""
	if r.RetryIn > 0 {
		again = fmt.Sprintf("; it is posted again in %v", time.Duration(r.RetryIn*float64(time.Second)))
	}
	switch {
	case err != nil:
		return err
	case a.Words != "" && r.Answered == 0:
		return withCode(exitUpstream, errors.New(a.Words+again))
	case a.Words != "":
		return withCode(exitUnmet, errors.New(a.Words+again))
	case r.Problem != "":
		return withCode(exitUnmet, errors.New("Plivo would not take the answer: "+r.Problem))
	}
	return nil
}

func newSimulateWait(s Streams) *cobra.Command {
	var (
		c  simulatorClient
		on struct {
			UUID      string `json:"message_uuid,omitempty"`
			To        string `json:"to,omitempty"`
			From      string `json:"from,omitempty"`
			Status    string `json:"status,omitempty"`
			Callbacks int    `json:"callbacks,omitempty"`
			Answered  int    `json:"answered,omitempty"`
			Idle      bool   `json:"idle,omitempty"`
			Timeout   string `json:"timeout"`
		}
	)
	cmd := &cobra.Command{
		Use:   "wait [--uuid UUID | --to NUMBER] [--status STATUS] [--callbacks N] [--answered CODE] [--idle]",
		Short: "Wait until a message of a running simulator is where a test wants it",
		Long: `Wait until a message of a simulator that runs has reached a status, so many of its callbacks were posted, or
were answered with a status; or until nothing is left to post (--idle). All that is given has to hold of
one message, which is printed: --to and --from may be met by one of before too, so reset the simulator first,
or give --uuid. The exit code is 6 where it did not come about by --timeout.`,
		Example: `  plivoscope simulate wait --to +14155550199 --status delivered \
    --callbacks 3 --answered 200
  plivoscope simulate wait --idle --timeout 30s`,
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			set, err := c.plainSettings(cmd, s)
			if err != nil {
				return err
			}
			if c.timeout < 0 {
				return fmt.Errorf("--timeout %s is below zero: give a time as 90s", c.timeout)
			}
			on.Timeout = c.limit().String()
			a, err := c.call(cmd.Context(), set.env, http.MethodPost, "wait", on)
			if err != nil {
				return err
			}
			return c.tellWait(s, set.json, a)
		},
	}
	c.add(cmd)
	fs := cmd.Flags()
	fs.StringVar(&on.UUID, "uuid", "", "`UUID` of the message")
	fs.StringVar(&on.To, "to", "", "`NUMBER` that it goes to")
	fs.StringVar(&on.From, "from", "", "`NUMBER` that it comes from")
	fs.StringVar(&on.Status, "status", "", "`STATUS` that it has reached")
	fs.IntVar(&on.Callbacks, "callbacks", 0, "`N` different callbacks of it were posted, or were answered with what --answered says")
	fs.IntVar(&on.Answered, "answered", 0, "HTTP `STATUS` that its callbacks were last answered with")
	fs.BoolVar(&on.Idle, "idle", false, "nothing is left to post, of any message")
	c.waiting(cmd, "wait no longer than this (default 1m)")
	for _, name := range []string{"uuid", "from", "to", "status", "callbacks", "answered"} {
		typedOnly(fs, name)
	}
	return cmd
}

func (c *simulatorClient) tellWait(s Streams, asJSON bool, a controlAnswer) error {
	if a.Status != http.StatusOK && a.Status != http.StatusRequestTimeout {
		return a.problem()
	}
	var there struct {
		Message *struct {
			UUID      string       `json:"message_uuid"`
			From      string       `json:"from"`
			To        string       `json:"to"`
			Status    plivo.Status `json:"status"`
			ErrorCode string       `json:"error_code"`
			Posted    int          `json:"callbacks_posted"`
			Taken     int          `json:"callbacks_taken"`
		} `json:"message"`
		Clock clockJSON `json:"clock"`
	}
	if err := json.Unmarshal(a.Body, &there); err != nil {
		return unreadable(err)
	}
	err := c.print(s, asJSON, a, func() []string {
		if there.Message == nil {
			return []string{capital(there.Clock.String()) + "."}
		}
		m := there.Message
		code := ""
		if plivo.HasError(m.ErrorCode) {
			code = " (" + m.ErrorCode + ")"
		}
		return []string{fmt.Sprintf("Message %s from %s to %s: %s%s, %s posted, %d answered 200.", m.UUID, s.masker().Number(m.From), s.masker().Number(m.To), m.Status, code, plural(m.Posted, "callback"), m.Taken)}
	})
	return errors.Join(err, a.problem())
}
