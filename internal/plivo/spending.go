package plivo

import "fmt"

// Spending is what a send is billed for, as far as this machine can tell: Plivo counts anew.
type Spending struct {
	Destinations int
	Each         int     // message units to each destination
	noun         string  // of one of these
	forced       *Forced // what made the text UCS-2; nil where it is not
}

// Spending counts a checked draft.
func (d Draft) Spending() Spending {
	s := Spending{Destinations: len(d.To), Each: 1, noun: "message"}
	switch d.Kind() {
	case SMS:
		cut := Segment(d.Text)
		s.Each, s.noun = cut.Segments, "segment"
		if len(cut.Forced) > 0 {
			s.forced = &cut.Forced[0]
		}
	case MMS:
		s.noun = "MMS"
	case WhatsApp:
		s.noun = "WhatsApp message"
	}
	return s
}

// Units is all of it.
func (s Spending) Units() int { return s.Destinations * s.Each }

// String is as "3 destinations × 2 segments = 6 message units".
func (s Spending) String() string {
	return fmt.Sprintf("%s × %s = %s", several(s.Destinations, "destination"), several(s.Each, s.noun), several(s.Units(), "message unit"))
}

// Forced says what of the text makes it take more room, in a clause; empty where nothing does. It shows a
// character of the text.
func (s Spending) Forced() string {
	if s.forced == nil {
		return ""
	}
	return fmt.Sprintf("%s (%s) makes the text UCS-2", quoted(s.forced.Char), s.forced.Name)
}

func several(n int, noun string) string {
	if n == 1 || noun == "MMS" {
		return thousands(n) + " " + noun
	}
	return thousands(n) + " " + noun + "s"
}
