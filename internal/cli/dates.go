package cli

import (
	"slices"
	"time"
)

// dates is how the first column of a table, TIME, shows what is not of today. What is of today has its time alone.
type dates int

const (
	noDates    dates = iota // nothing but today is in the table
	shortDates              // for want of room: day and minute, of another year the day
	longDates
)

const (
	dateLayout  = "2006-01-02 "
	shortLayout = "01-02 15:04"
)

// columns are those of a table with room for the dates.
func (d dates) columns(cols []column) []column {
	if d == noDates {
		return cols
	}
	cols = slices.Clone(cols)
	if d == longDates {
		cols[0].width += len(dateLayout)
		cols[0].right = true // the times stay under each other
		return cols
	}
	more := max(0, len(shortLayout)-cols[0].width)
	cols[0].width += more
	for i := range cols {
		if cols[i].title == "TEXT" {
			cols[i].least -= more
		}
	}
	return cols
}

// cell is a time in the column; clock is the layout of the time of a day.
func (d dates) cell(at time.Time, clock string) string {
	at, now := at.Local(), time.Now()
	switch {
	case d == noDates || sameDay(at, now):
		return at.Format(clock)
	case d == longDates:
		return at.Format(dateLayout + clock)
	case at.Year() != now.Year():
		return at.Format("06-01-02")
	}
	return at.Format(shortLayout)
}

func sameDay(a, b time.Time) bool {
	return a.Local().Format(time.DateOnly) == b.Local().Format(time.DateOnly)
}

// dated tells whether a table has dates: a row that is not of today needs one, and all after it stay under each other.
func (p *printer) dated(at time.Time) bool {
	p.dates = p.dates || !sameDay(at, time.Now())
	return p.dates
}

// roomFor chooses how a table shows dates in a terminal of a width: whole where that has room for them.
func roomFor(width int, cols []column, dated bool) dates {
	switch {
	case !dated:
		return noDates
	case fits(width, longDates.columns(cols)):
		return longDates
	}
	return shortDates
}

// fits tells whether a terminal of a width has room for all of a table that it cannot do without, and the time.
func fits(width int, cols []column) bool {
	left, _ := within(width, cols, make([]string, len(cols)))
	return width <= 0 || needs(left) <= width && left[0].title == cols[0].title
}
