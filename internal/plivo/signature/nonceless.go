package signature

// nonceless tells whether the strongest header has no nonce: then nothing can be computed as Plivo did,
// whatever the token.
func nonceless(v Verdict) bool {
	return len(v.Checks) > 0 && v.Checks[0].Nonce == "" && v.Checks[0].Scheme.NonceHeader() != ""
}

// diagnoseNonceless tries what may stand in for the nonce, each alone and with one change beside. Where
// that explains nothing there is little to say but what lost it.
func (s *search) diagnoseNonceless(v Verdict) Diagnosis {
	var d Diagnosis
	if m, ok := s.withStandIns(byTier(v.Checks)[0]); ok {
		d.Findings = append(d.Findings, s.finding(m, Certain))
	} else {
		d.Findings = s.look(v, s.noNonce, s.badURL, s.noToken)
	}
	d.Tried = s.tried
	return d
}

func (s *search) withStandIns(checks []Check) (match, bool) {
	s.aim(checks)
	bare := newSpace(s.root(checks))
	var found []step
	for i := range nonceHypotheses {
		h := &nonceHypotheses[i]
		for to := range s.rewrite(h, bare.root) {
			st := step{h, bare.root, to}
			if hit, out := s.try(to); out == matched {
				return bare.match(hit, to, st), true
			}
			found = append(found, st)
		}
	}
	others := choose(func(c Cause) bool { return c != CauseNonce }).all()
	for _, st := range found {
		if m, ok := s.singles(newSpace(st.to, st), others); ok {
			return m, true
		}
	}
	return match{}, false
}
