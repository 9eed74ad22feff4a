package signature

// Supposition is a hypothesis in general words.
type Supposition struct {
	Name   string // as in Finding.Hypotheses
	Cause  Cause
	About  string // what differs, in a sentence
	Remedy string // what to do about it
}

// Hypotheses lists what a diagnosis supposes, in the order in which it does, and behind that in what
// ways a header may hold what matches.
func Hypotheses() []Supposition {
	all := make([]Supposition, 0, len(hypotheses)+len(writings)+len(damages))
	for i := range hypotheses {
		h := &hypotheses[i]
		all = append(all, Supposition{h.name, h.cause, h.about, h.advice})
	}
	for i := range writings {
		if w := &writings[i]; w.name != "" {
			all = append(all, Supposition{w.hypothesis(), CauseRecipe, "The header holds the signature as " + w.name + " instead of standard base64.", w.remedy})
		}
	}
	for _, d := range damages {
		all = append(all, Supposition{d.name, CauseHeader, d.about, d.remedy})
	}
	return all
}

// Suspicions lists what a diagnosis looks at where it reproduces nothing.
func Suspicions() []Supposition {
	all := make([]Supposition, len(suspicions))
	for i, s := range suspicions {
		all[i] = Supposition{Name: s.name, Cause: s.cause, About: s.about}
	}
	return all
}
