package signature

import "slices"

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
	var d Diagnosis
	if nonceless(v) {
		return s.diagnoseNonceless(v)
	}
	if tiers := byTier(v.Checks); len(tiers) > 0 {
		if m, sure, ok := s.explain(tiers); ok {
			d.Findings = append(d.Findings, s.finding(m, sure))
		}
	}
	d.Tried, d.Cut = s.tried, s.cut
	if !d.Explained() {
		d.Findings = append(d.Findings, s.suspicions(v)...)
		d.RuledOut, d.Remains = s.excluded(v, d)
	} else {
		d.Cut = false
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

// explain searches the strongest tier, with the help of the one below it. Each step may take no more
// than leaves work for the next.
func (s *search) explain(tiers [][]Check) (match, Confidence, bool) {
	s.given = s.root(tiers[0])
	strongest := newSpace(s.given)
	all := everything.all()
	helps := len(tiers) > 1 && tiers[0][0].Scheme.form() == V3 && tiers[1][0].Scheme.form() == V2
	if helps {
		s.share = 50
		if slices.ContainsFunc(tiers[1], func(c Check) bool { return c.Token != "" }) {
			all = ahead(all, CauseParams, CauseMethod, CauseQuery, CauseNonce)
		}
	}
	s.aim(tiers[0])
	if m, ok := s.singles(strongest, all); ok {
		return m, Certain, true
	}
	var hint match
	var hinted bool
	if helps {
		s.share = 75
		if hint, hinted = s.weaker(tiers[1]); hinted {
			s.share = 100
			s.aim(tiers[0])
			if m, ok := s.onlyBeyond(s.carried(hint, strongest), strongest); ok {
				return m, Certain, true
			}
		}
	}
	s.share = 100
	s.aim(tiers[0])
	if m, ok := s.pairs(strongest, everything); ok {
		return m, Certain, true
	}
	return hint, Likely, hinted
}

// weaker explains a tier that covers the URL alone.
func (s *search) weaker(checks []Check) (match, bool) {
	s.aim(checks)
	sp := newSpace(s.root(checks))
	if m, ok := s.singles(sp, ofURL.all()); ok {
		return m, true
	}
	return s.pairs(sp, ofURL)
}

// onlyBeyond searches what only the stronger signature covers.
func (s *search) onlyBeyond(sp, strongest *space) (match, bool) {
	if sp != strongest {
		if m, ok := s.singles(sp, everything.all()); ok {
			return m, true
		}
	}
	return s.pairs(sp, onlyStronger)
}

// carried takes what explains the weaker tier, but for its nonce, for granted in the stronger one.
func (s *search) carried(hint match, strongest *space) *space {
	in := strongest.root
	var steps []step
	for _, st := range hint.steps {
		to := in
		to.url = st.to.url
		if st.h.cause == CauseToken {
			to.key = st.to.key
		}
		if touched(in, to) != 0 {
			steps = append(steps, step{st.h, in, to})
			in = to
		}
	}
	if len(steps) == 0 {
		return strongest
	}
	return newSpace(in, steps...)
}

// root is the request as it was given, under the tier of checks.
func (s *search) root(checks []Check) input {
	return input{
		method: s.c.Method, url: s.c.URL, nonce: checks[0].Nonce, params: s.c.Params,
		recipe: recipe{form: checks[0].Scheme.form()},
	}
}
