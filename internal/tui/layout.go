package tui

// Least sizes: of a screen that can be used, and from where the detail is always shown.
const (
	minWidth, minHeight = 60, 15
	detailHeight        = 21 // rows of the terminal from which the detail stands below the list
	minList             = 7  // rows of the body that the list keeps: rule, filter, titles, three messages
	airyHeight          = 30 // from which the notice has two lines
	noticeMost          = 6  // lines of a notice that came just now, while the body keeps leastBody
	leastBody           = 7
	openBody            = 10  // likewise where a sheet is open, or text is typed that does not scroll by itself
	besideWidth         = 150 // columns from which it stands beside the list
)

// rect is a part of the screen in cells, from the upper left corner.
type rect struct{ x, y, w, h int }

func (r rect) has(x, y int) bool { return x >= r.x && x < r.x+r.w && y >= r.y && y < r.y+r.h }

// frame is where the parts stand that every screen has. A part that has no place has no height.
type frame struct {
	w, h     int
	tooSmall bool
	tabs     rect
	body     rect // of the screen: its title rule is the first line
	notice   rect
	footer   rect
}

// computeFrame divides the terminal. notice is how many lines one that came just now needs, 1 where it is none.
func computeFrame(w, h, notice int) frame {
	f := frame{w: w, h: h, tooSmall: w < minWidth || h < minHeight}
	if f.tooSmall {
		return f
	}
	f.tabs = rect{0, 1, w, 1}
	f.footer = rect{0, h - 1, w, 1}
	top := 2
	if h >= detailHeight {
		top = 3 // a line of air
	}
	if h >= airyHeight {
		notice = max(notice, 2)
	}
	notice = min(notice, noticeMost, h-top-1-leastBody)
	f.notice = rect{0, h - 1 - notice, w, notice}
	f.body = rect{0, top, w, h - 1 - notice - top}
	return f
}

// listLayout is where the parts of a screen with a list and a preview stand, within the body. A part
// that has no place has no height.
type listLayout struct {
	title  rect // the rule over the list
	filter rect // input and hint while it is edited
	list   rect // below its column titles
	about  rect // the rule over the preview
	detail rect // the preview
	beside bool // the preview is at the right of the list, behind a rule
}

// needs is what the screen has to show besides the list.
type needs struct {
	detail bool // the user opened the preview
	whole  bool // and wants it to have the list's place
	filter int  // lines of the filter while it is edited, 0 where it is not
}

// computeList divides the body of a screen with a list and a preview.
func computeList(f frame, n needs) listLayout {
	if f.tooSmall {
		return listLayout{}
	}
	var l listLayout
	list := f.body
	switch {
	case n.detail && n.whole:
		return listLayout{about: rect{0, list.y, f.w, 1}, detail: rect{0, list.y + 1, f.w, list.h - 1}}
	case f.w >= besideWidth && f.h >= minHeight+3:
		l.beside = true
		right := max(f.w*3/8, 56)
		list.w = f.w - right - 1
		l.about = rect{list.w + 1, list.y, right, 1}
		l.detail = rect{list.w + 1, list.y + 1, right, list.h - 1}
	case f.h >= detailHeight:
		room := (list.h - 1) * 9 / 20
		if n.detail {
			room = (list.h - 1) * 13 / 20
		}
		room = min(room, list.h-1-minList)
		list.h -= room + 1
		l.about = rect{0, list.y + list.h, f.w, 1}
		l.detail = rect{0, l.about.y + 1, f.w, room}
	case n.detail:
		// No room for both: the preview takes the list's place.
		return listLayout{about: rect{0, list.y, f.w, 1}, detail: rect{0, list.y + 1, f.w, list.h - 1}}
	}
	l.title = rect{list.x, list.y, list.w, 1}
	used := 1
	if n.filter > 0 {
		const others = 5 // rule, titles, three rows
		lines := n.filter
		if list.h > 2*minList {
			lines++ // of what can be completed
		}
		l.filter = rect{list.x, list.y + used, list.w, min(max(lines, 2), max(list.h-others, 2))}
		used += l.filter.h
	}
	used++ // the column titles
	l.list = rect{list.x, list.y + used, list.w, list.h - used}
	return l
}

// Of the signature screen: the width from which the result stands beside the form, and the height of the
// body from which it stands below. On less each has the body for itself.
const (
	resultBeside = 120
	resultBelow  = 17
)

// signatureLayout is where the parts of the signature screen stand. A part that has no place has no
// height.
type signatureLayout struct {
	title  rect // the rule over the form
	form   rect
	about  rect // the rule over the result
	result rect
	beside bool // the result is at the right of the form, behind a rule
}

// computeSignature divides the body; what is read gets more room than what stands by.
func computeSignature(body rect, reading bool) signatureLayout {
	top := rect{body.x, body.y, body.w, min(body.h, 1)}
	rest := rect{body.x, body.y + top.h, body.w, body.h - top.h}
	switch {
	case body.w >= resultBeside:
		left := min(max(body.w*2/5, 50), 80)
		right := body.w - left - 1
		return signatureLayout{
			title: rect{body.x, body.y, left, top.h}, form: rect{body.x, rest.y, left, rest.h},
			about: rect{body.x + left + 1, body.y, right, top.h}, result: rect{body.x + left + 1, rest.y, right, rest.h},
			beside: true,
		}
	case body.h >= resultBelow:
		room := min(max(rest.h/2, 8), 14)
		if reading {
			room = 3
		}
		l := signatureLayout{title: top, form: rect{body.x, rest.y, body.w, room}}
		l.about = rect{body.x, rest.y + room, body.w, 1}
		l.result = rect{body.x, l.about.y + 1, body.w, rest.h - room - 1}
		return l
	case reading:
		return signatureLayout{about: top, result: rest}
	default:
		return signatureLayout{title: top, form: rest}
	}
}
