package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/escape"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
)

// attaching says which application of the account is to send its messages here.
func (f *flags) attaching(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.attach.AppID, "attach-app", "", "while it runs, point the message_url of the application `ID` here; what was there is put back at the end")
	fs.StringVar(&f.attach.Number, "attach-number", "", "the same for the application of this `NUMBER` of the account")
	if fs.Lookup("yes") == nil {
		fs.BoolVar(&f.yes, "yes", false, "answer what would be asked with yes: let --attach-app and --attach-number replace a URL that somebody else set")
		typedOnly(fs, "yes")
	}
}

// answering says what inbound messages are answered with.
func (f *flags) answering(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringVar(&f.inboundReply, "inbound-reply", "", "reply to each inbound message with this `TEXT`")
	fs.StringVar(&f.inboundAnswer, "inbound-answer", "", "answer each inbound message with the XML of `FILE`, in which {from} and {to} stand for its numbers, and {callback} for where delivery reports come to this server")
}

// mostAnswer is the longest file of an answer, in bytes.
const mostAnswer = 64 << 10

// answer reads what inbound messages are answered with.
func (f *flags) answer(fs *pflag.FlagSet, set *settings) error {
	for _, name := range []string{"inbound-reply", "inbound-answer"} {
		if flag := fs.Lookup(name); flag != nil && flag.Changed && flag.Value.String() == "" {
			set.warnings = append(set.warnings, "--"+name+" is empty, so it sets no reply to inbound messages")
		}
	}
	if f.inboundReply == "" && f.inboundAnswer == "" {
		return nil
	}
	if f.inboundReply != "" && f.inboundAnswer != "" {
		return errors.New("--inbound-reply and --inbound-answer exclude each other: an inbound message gets one answer")
	}
	if f.forwardAnswer {
		set.warnings = append(set.warnings, "your app answers inbound messages that it is asked about (--forward-answer): only the others get the reply of --inbound-reply or --inbound-answer")
	}
	var err error
	if f.inboundReply != "" {
		if set.options.Answer, err = plivo.ReplyWith(f.inboundReply); err != nil {
			return fmt.Errorf("--inbound-reply: %w", err)
		}
		return nil
	}
	file, err := os.Open(f.inboundAnswer)
	if err != nil {
		return fmt.Errorf("--inbound-answer: cannot read %s: %w; check its name", f.inboundAnswer, bare(err))
	}
	defer func() { _ = file.Close() }()
	body, err := io.ReadAll(io.LimitReader(file, mostAnswer+1))
	switch {
	case err != nil:
		return fmt.Errorf("--inbound-answer: cannot read %s: %w", f.inboundAnswer, bare(err))
	case len(body) > mostAnswer:
		return fmt.Errorf("--inbound-answer: %s is longer than %d bytes, which no answer needs", f.inboundAnswer, mostAnswer)
	}
	if set.options.Answer, err = plivo.ReadAnswer(body); err != nil {
		return fmt.Errorf("--inbound-answer: Plivo does not take %s: %w", f.inboundAnswer, err)
	}
	return nil
}

// attachment reads what is to be attached, and how it is put back by hand.
func (f *flags) attachment(o *app.Options) error {
	if f.attach.AppID != "" && f.attach.Number != "" {
		return errors.New("--attach-app and --attach-number exclude each other: one application is attached, by its ID or by a number of its")
	}
	o.Attach = f.attach
	o.Attach.Replace = f.yes
	words := []string{"plivoscope", "restore"}
	for _, given := range [][2]string{{"--db", f.db}, {"--env", f.env}} {
		if given[1] != "" {
			words = append(words, given[0], shellWord(given[1]))
		}
	}
	o.Repair = strings.Join(words, " ")
	return nil
}

// shellWord is a word as a POSIX shell reads it.
func shellWord(s string) string {
	if strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+,") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// consent looks, before anything is served, whether the application can be attached, and asks where somebody else's
// URL would be replaced; declined says what a no comes to. That the API does not answer now stands in nobody's way.
func (f *flags) consent(ctx context.Context, s Streams, a *app.App, declined func(*app.ForeignError) error) error {
	err := a.CheckAttach(ctx)
	var (
		foreign *app.ForeignError
		refused *api.Error
	)
	switch {
	case errors.As(err, &foreign):
		if !s.canAsk() {
			return withCode(exitWantsYes, err)
		}
		whose := ""
		if foreign.Sibling {
			whose = ", which looks like that of another plivoscope"
		}
		s.say("application %s sends inbound messages to %s%s", escape.Line(foreign.Name()), s.masker().URL(foreign.URL), whose)
		ok, err := s.confirm(ctx, "let them come here, and put that URL back at the end?")
		switch {
		case err != nil:
			return err
		case !ok:
			return declined(foreign)
		}
		a.AllowReplacing(foreign)
		return nil
	case errors.As(err, &refused) && (refused.Kind == api.Network || refused.Kind == api.Upstream || refused.Kind == api.RateLimited):
		a.Notify(app.Warning, fmt.Sprintf("Whether the application can be attached is not known yet: %v.", err))
		return nil
	}
	return err
}

// endsDeclined ends a command that has no other way to attach than the one that was declined.
func endsDeclined(*app.ForeignError) error {
	return withCode(exitWantsYes, errors.New("nothing was changed"))
}

// canAsk reports whether somebody reads questions and can answer them.
func (s Streams) canAsk() bool { return isTerminal(s.In) && isTerminal(s.Err) }

// confirm asks a question; what is not yes is no. It waits until ctx ends.
func (s Streams) confirm(ctx context.Context, question string) (bool, error) {
	fmt.Fprintf(s.Err, "plivoscope: %s [y/N] ", question)
	answers := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(s.In).ReadString('\n')
		answers <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case answer := <-answers:
		return answer == "y" || answer == "yes", nil
	case <-ctx.Done():
		fmt.Fprintln(s.Err)
		return false, context.Cause(ctx)
	}
}
