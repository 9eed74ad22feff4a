package signature

import (
	"iter"
	"strings"
)

// urlHypotheses suppose that the request was sent to another URL than the one it is checked over.
var urlHypotheses = []hypothesis{
	{
		name: "scheme-https", cause: CauseScheme, likely: true,
		rewrite: func(_ *search, in input) iter.Seq[input] {
			scheme, rest, ok := strings.Cut(in.url, "://")
			if !ok || !strings.EqualFold(scheme, "http") {
				return none
			}
			in.url = "https://" + rest
			return one(in)
		},
		say:    always("the scheme is https"),
		remedy: always("Check the signature over the public https URL: whatever ends TLS in front of the application passes plain http on."),
	},
}
