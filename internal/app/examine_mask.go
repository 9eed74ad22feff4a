package app

import "dev.internal/plivoscope/internal/mask"

// Masked is the examination with numbers and texts hidden in all that is shown of it. Signatures stay those
// of the request as it is: they cannot be computed from what is shown.
func (e Examination) Masked(m *mask.Masker) Examination {
	if m == nil {
		return e
	}
	r := m.Of(e.Case)
	shown := m.Case(e.Case)
	shown.Tokens, shown.Others = nil, nil // to compute nothing of what is masked
	return Examination{
		Case: shown, Verdict: r.Verdict(e.Verdict), Comparisons: r.Comparisons(e.Comparisons),
		Diagnosis: r.Diagnosis(e.Diagnosis), SDKs: r.Answers(e.SDKs), Came: e.Came,
	}
}
