package signature

// suspicions are findings that reproduce nothing: what looks wrong in itself.
func (s *search) suspicions(v Verdict) []Finding { return nil }

// excluded says what was tried in vain and what no search can find.
func (s *search) excluded(v Verdict, d Diagnosis) (ruledOut, remains []string) { return nil, nil }
