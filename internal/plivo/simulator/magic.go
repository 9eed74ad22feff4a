package simulator

// MagicNumber is a destination of which the simulator knows what becomes of it.
type MagicNumber struct {
	Number string // in E.164
	About  string // what becomes of it, in a few words
}

// MagicNumbers are destinations to try each fate with. There are more: +1500555CCCC is Plivo's error code CCCC.
func MagicNumbers() []MagicNumber {
	return []MagicNumber{
		{"+15005550000", "delivered"},
		{"+15005550001", "sent and never more"},
		{"+15005550002", "no callback at all"},
		{"+15005550003", "its callbacks out of order"},
		{"+15005550004", "each callback twice"},
		{"+15005550005", "signed with a token that is not known"},
		{"+15005550006", "the last callback late"},
		{"+15005550007", "signed over the URL with a slash more, or less"},
		{"+15005550030", "undelivered with error 30"},
		{"+15005550420", "failed with error 420"},
		{"+15005559400", "refused by the API with 400"},
		{"+15005559401", "refused by the API with 401"},
		{"+15005559429", "refused by the API with 429"},
		{"+15005559500", "refused by the API with 500"},
	}
}
