package simulator

import (
	"cmp"
	"slices"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/scenario"
)

// region is the country of a number, as US, without asking the plan of the simulator's networks first.
func region(number string) string {
	return cmp.Or(plivo.Region("+"+number), scenario.NetworkOf(number).Country)
}

func inUSOrCanada(number string) bool {
	country := region(number)
	return country == "US" || country == "CA"
}

// blocked tells that the account has no geo permission for a destination.
func (s *Simulator) blocked(to string) bool {
	return len(s.o.GeoBlocked) > 0 && slices.Contains(s.o.GeoBlocked, region(to))
}

// checkGeo refuses a send to a country that is not switched on, unless that comes out later.
func (s *Simulator) checkGeo(o *order) error {
	if len(s.o.GeoBlocked) == 0 || s.o.GeoLate {
		return nil
	}
	for _, to := range o.dst {
		if s.blocked(to) {
			return badRequest("the message to " + to + " is not allowed: the account has no geo-permission for " + region(to))
		}
	}
	return nil
}

// disabled tells that an account is, or the main account above it.
func (s *Simulator) disabled(t *tenant) bool { return t.Disabled || s.main().Disabled }

// overruled is what the state of the account makes of a message, whatever fate it was given.
func (s *Simulator) overruled(o *order, m *message) (f Fate, yes bool) {
	code := ""
	switch {
	case s.disabled(m.owner):
		code = "910"
	case !o.automatic && s.optedOut(m.from, m.to):
		code = "200"
	case s.o.GeoLate && s.blocked(m.to):
		code = "450"
	default:
		return Fate{}, false
	}
	return failedWith(code), true
}

// failedWith is the fate of a message that fails with an error code, which there is.
func failedWith(code string) Fate {
	f, _ := ParseFate(string(plivo.Failed) + ":" + code)
	return f
}
