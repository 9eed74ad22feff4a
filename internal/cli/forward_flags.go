package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"dev.internal/plivoscope/internal/webhook/forward"
	"dev.internal/plivoscope/internal/webhook/replay"
)

// forwarding says where callbacks are passed on to, and how.
func (f *flags) forwarding(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.StringArrayVar(&f.forwardTo, "forward-to", nil, "send each callback on to this `URL`, as :3000; inbound=URL, delivery_report=URL, other=URL and /path=URL take those alone; may be repeated")
	fs.StringVar(&f.forwardSignURL, "forward-sign-url", "", "sign what is forwarded for this `URL`, where your app sees another one than --forward-to")
	fs.BoolVar(&f.forwardAsCaptured, "forward-as-captured", false, "forward with the signatures that came, instead of new ones for your app's URL")
	fs.StringVar(&f.forwardInvalid, "forward-invalid", "as-captured", "as-captured: forward a callback without a valid signature as it came; drop: forward none")
	fs.BoolVar(&f.forwardAnswer, "forward-answer", false, "answer Plivo what your app answers within 5 s, and 504 where it does not")
	_ = cmd.RegisterFlagCompletionFunc("forward-invalid", cobra.FixedCompletions([]string{"as-captured", "drop"}, cobra.ShellCompDirectiveNoFileComp))
}

// routes are where callbacks go. One value may name several, with spaces between them: an environment
// variable has only one.
func (f *flags) routes() ([]forward.Route, error) {
	var all []forward.Route
	if f.forwardInvalid != "" && f.forwardInvalid != "as-captured" && f.forwardInvalid != "drop" {
		return nil, fmt.Errorf("--forward-invalid %q is not known; use as-captured or drop", cut(f.forwardInvalid))
	}
	if f.forwardAsCaptured && f.forwardSignURL != "" {
		return nil, fmt.Errorf("--forward-as-captured and --forward-sign-url exclude each other: as captured, nothing is signed")
	}
	for _, value := range f.forwardTo {
		words := strings.Fields(value)
		if len(words) == 0 {
			words = []string{""}
		}
		for _, word := range words {
			r, err := forward.ParseRoute(word)
			if err != nil {
				return nil, fmt.Errorf("--forward-to: %w", err)
			}
			r.SignURL, r.AsCaptured, r.DropInvalid, r.Answers = f.forwardSignURL, f.forwardAsCaptured, f.forwardInvalid == "drop", f.forwardAnswer
			all = append(all, r)
		}
	}
	if f.forwardSignURL != "" {
		if _, err := replay.CheckTarget(f.forwardSignURL); err != nil {
			return nil, fmt.Errorf("--forward-sign-url: %w", err)
		}
	}
	return all, nil
}
