package tui

// Of the activity screen: the width from which the notices stand beside the figures, and the height of
// its column under which it has no line for its first title.
const (
	noticesBeside = 110
	tightHeight   = 13
)

// activityLayout is where the parts of the activity screen stand. A part that has no place has no height.
type activityLayout struct {
	title  rect // the rule over all
	total  rect // what became of all callbacks
	left   rect // the figures, and below them the notices where these do not stand beside
	right  rect
	beside bool
}

func computeActivity(body rect) activityLayout {
	l := activityLayout{title: rect{body.x, body.y, body.w, 1}, total: rect{body.x, body.y + 1, body.w, 1}}
	l.left = rect{body.x, body.y + 2, body.w, body.h - 2}
	if body.w >= noticesBeside {
		l.beside = true
		l.left.w = min(max(body.w*11/20, 62), 86)
		l.right = rect{l.left.w + 1, l.left.y, body.w - l.left.w - 1, l.left.h}
	}
	return l
}
