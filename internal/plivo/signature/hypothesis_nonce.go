package signature

import (
	"iter"
	"slices"
	"strings"
)

// nonceHypotheses suppose that another nonce was signed.
var nonceHypotheses = []hypothesis{
	{
		name: "nonce-other-version", cause: CauseNonce, likely: true,
		about:  "The nonce that was signed is in the nonce header of another version.",
		advice: "Take the nonce from the header of the same version as the signature: X-Plivo-Signature-V3-Nonce for V3 and Ma-V3, X-Plivo-Signature-V2-Nonce for V2 and Ma-V2.",
		rewrite: withNonces(func(in input, h hint) bool {
			return !strings.EqualFold(h.source, in.recipe.form.NonceHeader())
		}),
		say: func(s *search, _, to input) string {
			return "the nonce is that of " + sourceOf(s.evidence.nonces, to.nonce)
		},
	},
	{
		name: "nonce-repeated", cause: CauseNonce,
		about:  "The nonce header came more than once, and another of its values, or all of them joined, was signed.",
		advice: "Keep a proxy from sending the nonce header on twice, and take its first value.",
		rewrite: withNonces(func(in input, h hint) bool {
			return strings.EqualFold(h.source, in.recipe.form.NonceHeader()) && strings.TrimSpace(h.value) == h.value
		}),
		say: func(_ *search, _, to input) string {
			if strings.Contains(to.nonce, ",") {
				return "the nonce is all values of its header joined, " + quote(to.nonce)
			}
			return "the nonce is another value of its header, " + quote(to.nonce)
		},
	},
	{
		name: "nonce-as-sent", cause: CauseNonce,
		about:  "The nonce was signed with the white space around it.",
		advice: "Send the nonce without white space around it: what signed this request is not Plivo.",
		rewrite: withNonces(func(in input, h hint) bool {
			return strings.EqualFold(h.source, in.recipe.form.NonceHeader()) && strings.TrimSpace(h.value) != h.value
		}),
		say: func(_ *search, _, to input) string {
			return "the nonce is " + quote(to.nonce) + ", with its white space"
		},
	},
	{
		name: "nonce-empty", cause: CauseNonce,
		about:  "The request was signed without a nonce.",
		advice: "Sign with the nonce and send it in the nonce header of the same version: Plivo never signs V2 and V3 without one.",
		rewrite: func(_ *search, in input) iter.Seq[input] {
			if in.recipe.form == V1 {
				return none
			}
			in.nonce = ""
			return one(in)
		},
		say: always("the nonce is empty"),
	},
}

// withNonces gives in with those of the nonces that headers hold.
func withNonces(take func(in input, h hint) bool) func(*search, input) iter.Seq[input] {
	return func(s *search, in input) iter.Seq[input] {
		if in.recipe.form == V1 || !slices.ContainsFunc(s.evidence.nonces, func(h hint) bool { return take(in, h) }) {
			return none
		}
		return func(yield func(input) bool) {
			for _, h := range s.evidence.nonces {
				to := in
				if to.nonce = h.value; take(in, h) && to.nonce != in.nonce && !yield(to) {
					return
				}
			}
		}
	}
}
