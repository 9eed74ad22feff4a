package plivo

// Draft is a message that has not been sent.
type Draft struct {
	From        string // E.164, a short code or an alphanumeric sender
	To          []string
	Text        string
	CallbackURL string // where delivery reports go; empty for none
	Method      string // of the callbacks: POST (default) or GET
}

// Problem is something about a draft: an error keeps it from being sent, a warning does not.
type Problem struct {
	Field   string // "from", "to", "text", "callback_url" or "method"
	Value   string // the part of the field it is about
	Text    string // a sentence that says what is wrong and what to do
	Warning bool
}

// Check gives the draft as it will be sent (numbers in E.164, duplicates removed, method upper-case)
// and every problem it has, in the order of the fields.
func (d Draft) Check() (Draft, []Problem) { panic("unwritten") }
