package store

// Filter is a parsed filter: the words of DESIGN 6. The zero Filter matches everything.
type Filter struct {
	words []word
}

type word struct{}

// ParseFilter reads filter words as "status:failed,undelivered -code:30 hello".
func ParseFilter(s string) (Filter, error) { panic("unwritten") }

// String gives the filter in its normal form.
func (f Filter) String() string { panic("unwritten") }

// Empty reports whether the filter matches everything.
func (f Filter) Empty() bool { return len(f.words) == 0 }
