package signature

import "slices"

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
	target wanted
}

// Diagnose searches for what makes the signature of c match: one change, then two of the likelier ones
// together, within a bound on the work of some milliseconds. It is for requests that do not verify; of
// one that does, it reports nothing. It panics on no input.
//
// Where a V3 signature does not match and a V2 one is there too, the V2 one, which covers no
// parameters, is explained first: what it says of token and URL holds for V3.
func Diagnose(c Case) Diagnosis {
	v := Verify(c.Request, c.Tokens)
	if v.Outcome == Valid {
		return Diagnosis{}
	}
	s := newSearch(&c)
	tiers := byTier(v.Checks)
	var d Diagnosis
	if len(tiers) > 0 {
		if m, ok := s.explain(tiers); ok {
			d.Findings = append(d.Findings, s.finding(m, Certain))
		} else if m, ok := s.weaker(tiers); ok {
			d.Findings = append(d.Findings, s.finding(m, Likely))
		}
	}
	d.Tried, d.Cut = s.tried, s.spent()
	if !d.Explained() {
		d.Findings = append(d.Findings, s.suspicions(v)...)
		d.RuledOut, d.Remains = s.excluded(v, d)
	}
	return d
}

// byTier groups the checks of one tier, strongest first.
func byTier(checks []Check) [][]Check {
	var groups [][]Check
	for _, tier := range tiers {
		var group []Check
		for _, c := range checks {
			if slices.Contains(tier, c.Scheme) {
				group = append(group, c)
			}
		}
		if group != nil {
			groups = append(groups, group)
		}
	}
	return groups
}

// explain searches the strongest tier.
func (s *search) explain(tiers [][]Check) (match, bool) {
	s.aim(tiers[0])
	if m, ok := s.singles(s.roots(tiers[0]), hypotheses, nil); ok {
		return m, true
	}
	if hint, ok := s.weaker(tiers); ok {
		s.aim(tiers[0])
		if m, ok := s.carryOn(hint, tiers[0]); ok {
			return m, true
		}
	}
	s.aim(tiers[0])
	return s.pairs(s.roots(tiers[0]))
}

// weaker explains the second tier, where it is the one that covers the URL alone.
func (s *search) weaker(tiers [][]Check) (match, bool) {
	if len(tiers) < 2 || tiers[0][0].Scheme.form() != V3 || tiers[1][0].Scheme.form() != V2 {
		return match{}, false
	}
	s.aim(tiers[1])
	roots := s.roots(tiers[1])
	for _, r := range roots {
		if t, ok := s.try(r); ok {
			return match{root: r, in: r, target: t}, true
		}
	}
	if m, ok := s.singles(roots, beyondParams, nil); ok {
		return m, true
	}
	return s.pairsOf(roots, beyondParams)
}

// carryOn takes what explains the weaker tier, but for its nonce, for granted in the stronger one.
func (s *search) carryOn(hint match, checks []Check) (match, bool) {
	var m match
	for _, root := range s.roots(checks) {
		if root.key.label != hint.root.key.label {
			continue
		}
		m.root = root
		m.in = root
		for _, st := range hint.steps {
			if st.h.cause == CauseNonce || st.h.cause == CauseRecipe {
				continue
			}
			to := m.in
			to.url, to.key = st.to.url, st.to.key
			m.steps = append(m.steps, step{st.h, m.in, to})
			m.in = to
		}
		break
	}
	if m.root.key == nil {
		return match{}, false
	}
	if t, ok := s.try(m.in); ok {
		m.target = t
		return m, true
	}
	if found, ok := s.singles([]input{m.in}, hypotheses, m.steps); ok {
		found.root = m.root
		return found, true
	}
	found, ok := s.pairsOf([]input{m.in}, onlyStronger)
	found.root, found.steps = m.root, append(slices.Clone(m.steps), found.steps...)
	return found, ok
}

// roots are the inputs as they were given, one for each token.
func (s *search) roots(checks []Check) []input {
	var all []input
	for _, t := range s.c.Tokens {
		if !t.Empty() {
			all = append(all, input{
				method: s.c.Method, url: s.c.URL, nonce: checks[0].Nonce, params: s.c.Params,
				key: s.key(t.label(), *t.value, ""), recipe: recipe{form: checks[0].Scheme.form()},
			})
		}
	}
	return all
}

// singles tries each hypothesis on each root; before are the steps that led to the roots.
func (s *search) singles(roots []input, all []hypothesis, before []step) (match, bool) {
	for _, root := range roots { // as it is, in another encoding
		if t, ok := s.try(root); ok {
			return match{root, before, root, t}, true
		}
	}
	for i := range all {
		for _, root := range roots {
			for to := range all[i].rewrite(s, root) {
				if t, ok := s.try(to); ok {
					return match{root, append(slices.Clone(before), step{&all[i], root, to}), to, t}, true
				}
			}
		}
	}
	return match{}, false
}

// pairs tries two hypotheses together: the likely ones with each other, then with all others.
func (s *search) pairs(roots []input) (match, bool) {
	if m, ok := s.pairsOf(roots, likely); ok {
		return m, true
	}
	return s.pairsOf(roots, hypotheses)
}

// pairsOf tries pairs of all in the order of their common likelihood.
func (s *search) pairsOf(roots []input, all []hypothesis) (match, bool) {
	for sum := 1; sum < 2*len(all)-2; sum++ {
		for i := max(0, sum-len(all)+1); 2*i < sum; i++ {
			j := sum - i
			for _, root := range roots {
				if s.spent() {
					return match{}, false
				}
				if m, ok := s.pair(root, &all[i], &all[j]); ok {
					return m, true
				}
			}
		}
	}
	return match{}, false
}

func (s *search) pair(root input, a, b *hypothesis) (match, bool) {
	for first := range a.rewrite(s, root) {
		for second := range b.rewrite(s, first) {
			if t, ok := s.try(second); ok {
				return match{root, []step{{a, root, first}, {b, first, second}}, second, t}, true
			}
		}
	}
	return match{}, false
}

// likely are the hypotheses that are tried in pairs first; beyondParams those that the signature of a
// request's URL alone can tell; onlyStronger the others.
var likely, beyondParams, onlyStronger []hypothesis

func init() {
	for _, h := range hypotheses {
		if h.likely {
			likely = append(likely, h)
		}
		switch h.cause {
		case CauseParams, CauseMethod, CauseQuery:
			onlyStronger = append(onlyStronger, h)
		case CauseRecipe:
		default:
			beyondParams = append(beyondParams, h)
		}
	}
}
