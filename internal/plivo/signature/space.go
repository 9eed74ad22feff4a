package signature

import "slices"

// maxVariants is how many inputs of one hypothesis are kept to make pairs of.
const maxVariants = 24

// space is an input with what the hypotheses make of it.
type space struct {
	root     input
	before   []step // that led to the root
	variants map[*hypothesis][]input
}

func newSpace(root input, before ...step) *space {
	return &space{root, before, map[*hypothesis][]input{}}
}

// step is a hypothesis that was applied.
type step struct {
	h        *hypothesis
	from, to input
}

// match is a way to a signature that the request carries.
type match struct {
	root   input
	steps  []step
	in     input
	target hit
}

// match gives the way through sp to a hit. Where an input stood for every token, it gets the one that
// it was.
func (sp *space) match(h hit, in input, steps ...step) match {
	given := h.key
	for given.from != nil {
		given = given.from
	}
	settle := func(in *input) {
		if in.key == nil {
			in.key = given
		}
	}
	m := match{sp.root, slices.Concat(sp.before, steps), in, h}
	if len(sp.before) > 0 {
		m.root = sp.before[0].from
	}
	settle(&m.root)
	m.in.key = h.key
	for i := range m.steps {
		settle(&m.steps[i].from)
		settle(&m.steps[i].to)
	}
	return m
}

// field is a part of an input.
type field int

const (
	fieldKey field = 1 << iota
	fieldMethod
	fieldURL
	fieldNonce
	fieldParams
	fieldRecipe
)

// touched are the fields in which b differs from a.
func touched(a, b input) field {
	var f field
	set := func(differs bool, bit field) {
		if differs {
			f |= bit
		}
	}
	set(a.key != b.key, fieldKey)
	set(a.method != b.method, fieldMethod)
	set(a.url != b.url, fieldURL)
	set(a.nonce != b.nonce, fieldNonce)
	set(!sameParams(a.params, b.params), fieldParams)
	set(a.recipe != b.recipe, fieldRecipe)
	return f
}

// sameParams tells whether two lists are one: inputs share what no hypothesis changed.
func sameParams(a, b []Param) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

// overlay gives in with the fields of other.
func overlay(in, other input, fields field) input {
	if fields&fieldKey != 0 {
		in.key = other.key
	}
	if fields&fieldMethod != 0 {
		in.method = other.method
	}
	if fields&fieldURL != 0 {
		in.url = other.url
	}
	if fields&fieldNonce != 0 {
		in.nonce = other.nonce
	}
	if fields&fieldParams != 0 {
		in.params = other.params
	}
	if fields&fieldRecipe != 0 {
		in.recipe = other.recipe
	}
	return in
}

// field is the part of an input that hypotheses of a cause mostly change.
func (c Cause) field() field {
	switch c {
	case CauseToken:
		return fieldKey
	case CauseMethod:
		return fieldMethod
	case CauseNonce:
		return fieldNonce
	case CauseParams:
		return fieldParams
	case CauseRecipe:
		return fieldRecipe
	default:
		return fieldURL
	}
}

// singles tries each hypothesis on the root of sp, and keeps for pairs what was not tried before under
// another name.
func (s *search) singles(sp *space, all []*hypothesis) (match, bool) {
	if sp.root.nonce != "" || sp.root.recipe.form == V1 {
		// As it is: the signature may be written in another encoding, or damaged.
		if len(sp.before) == 0 {
			s.proof = provesOne
		}
		hit, out := s.try(sp.root)
		s.proof = provesAny
		if out == matched {
			return sp.match(hit, sp.root), true
		}
	}
	if sp.root.nonce == "" {
		// Where it is missing, what changes nothing is the supposition that none was signed.
		all = ahead(all, CauseNonce)
	}
	for _, h := range all {
		if s.spent() {
			break
		}
		var kept []input
		for to := range s.rewrite(h, sp.root) {
			if s.spent() {
				break
			}
			hit, out := s.try(to)
			if out == matched {
				return sp.match(hit, to, step{h, sp.root, to}), true
			}
			if out == failed && len(kept) < maxVariants {
				kept = append(kept, to)
			}
			if out == failed && len(sp.before) == 0 && s.form == s.given.recipe.form {
				s.note(h, to)
			}
			if !sameParams(to.params, sp.root.params) {
				s.work += workParam * len(to.params)
			}
		}
		sp.variants[h] = kept
	}
	return match{}, false
}

// ahead puts the hypotheses of these causes before the others.
func ahead(all []*hypothesis, causes ...Cause) []*hypothesis {
	var first, rest []*hypothesis
	for _, h := range all {
		if slices.Contains(causes, h.cause) {
			first = append(first, h)
		} else {
			rest = append(rest, h)
		}
	}
	return append(first, rest...)
}

// pairs tries two hypotheses together: the likely ones with each other, then with the rare ones, then
// with other recipes, then the rest.
func (s *search) pairs(sp *space, of table) (match, bool) {
	for _, lists := range [][2][]*hypothesis{
		{of.likely, of.likely},
		{of.likely, of.rare},
		{of.likely, of.recipes},
		{of.rare, of.rare},
		{of.rare, of.recipes},
		{of.recipes, of.recipes},
	} {
		if m, ok := s.product(sp, lists[0], lists[1]); ok {
			return m, true
		}
	}
	return match{}, false
}

// product tries each of one list with each of another, or of the same one, in the order of their
// common likelihood.
func (s *search) product(sp *space, as, bs []*hypothesis) (match, bool) {
	for sum := range len(as) + len(bs) {
		for i := max(0, sum-len(bs)+1); i <= sum && i < len(as); i++ {
			a, b := as[i], bs[sum-i]
			if as[0] == bs[0] && i >= sum-i {
				break
			}
			if b.first && !a.first {
				a, b = b, a
			}
			if s.spent() {
				return match{}, false
			}
			if m, ok := s.pair(sp, a, b); ok {
				return m, true
			}
		}
	}
	return match{}, false
}

func (s *search) pair(sp *space, a, b *hypothesis) (match, bool) {
	firsts, seconds := sp.variants[a], sp.variants[b]
	again := a.cause.field() == b.cause.field()
	if len(firsts) == 0 && b.cause == CauseRecipe {
		// What changes nothing under Plivo's recipe may under another, and the reverse.
		again = true
		for to := range s.rewrite(a, sp.root) {
			if firsts = append(firsts, to); len(firsts) == maxVariants {
				break
			}
		}
	}
	if again && len(seconds) == 0 && b.cause.field() == fieldParams {
		return match{}, false // it finds nothing in other parameters either
	}
	for _, first := range firsts {
		var m match
		var ok bool
		if again {
			m, ok = s.onTop(sp, a, b, first, s.rewrite(b, first))
		} else {
			m, ok = s.beside(sp, a, b, first, seconds)
		}
		if ok || s.spent() {
			return m, ok
		}
	}
	return match{}, false
}

// onTop tries what b makes of what a made of the root.
func (s *search) onTop(sp *space, a, b *hypothesis, first input, seconds func(func(input) bool)) (match, bool) {
	for second := range seconds {
		if s.spent() {
			break
		}
		if hit, out := s.try(second); out == matched {
			return sp.match(hit, second, step{a, sp.root, first}, step{b, first, second}), true
		}
	}
	return match{}, false
}

// beside tries what a and b each made of the root together, where they changed different fields.
func (s *search) beside(sp *space, a, b *hypothesis, first input, seconds []input) (match, bool) {
	changed := touched(sp.root, first)
	return s.onTop(sp, a, b, first, func(yield func(input) bool) {
		for _, other := range seconds {
			fields := touched(sp.root, other)
			if fields&changed != 0 {
				for to := range s.rewrite(b, first) {
					if !yield(to) {
						return
					}
				}
				return
			}
			if !yield(overlay(first, other, fields)) {
				return
			}
		}
	})
}
