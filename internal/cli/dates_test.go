package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

// TestDatesOfOtherDays are told in each table at each width, and the rows of a day without one stay under them.
func TestDatesOfOtherDays(t *testing.T) {
	now := time.Now()
	clock := time.Date(now.Year(), now.Month(), now.Day(), 3, 7, 9, 91e6, time.Local)
	lastMonth, lastYear := clock.AddDate(0, -1, -3), clock.AddDate(-1, 0, -40)
	long := func(at time.Time) string { return at.Format("2006-01-02 15:04:05") }
	short := func(at time.Time) string {
		if at.Year() != now.Year() {
			return at.Format("06-01-02")
		}
		return at.Format("01-02 15:04")
	}
	printed := func(width int, print func(*printer) error) []string {
		var b bytes.Buffer
		if err := print(&printer{lines: &lines{w: &b}, width: func() int { return width }}); err != nil {
			t.Fatal(err)
		}
		return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	}
	for _, width := range []int{0, 80, 89, 95, 100, 110, 120, 160, 200} {
		for name, print := range map[string]func(*printer) error{
			"messages": func(p *printer) error {
				for _, at := range []time.Time{lastYear, lastMonth, clock} {
					if err := p.message(plivo.Message{CreatedAt: at, To: "+14155550123", Status: plivo.Delivered, Text: "the text"}); err != nil {
						return err
					}
				}
				return nil
			},
			"callbacks": func(p *printer) error {
				for _, at := range []time.Time{lastYear, lastMonth, clock} {
					if err := p.callback(webhook.Callback{ID: 7, ReceivedAt: at, Method: "POST", URL: "http://a.example/cb"}, nil); err != nil {
						return err
					}
				}
				return nil
			},
		} {
			all := printed(width, print)
			date := long
			if width > 0 && width < 91 {
				date = short
			}
			if len(all) != 4 || !strings.HasPrefix(strings.TrimSpace(all[0]), "TIME") {
				t.Fatalf("%s at %d cells: not titles and three rows:\n%s", name, width, strings.Join(all, "\n"))
			}
			for i, want := range []string{date(lastYear), date(lastMonth), "03:07:09"} {
				if !strings.HasPrefix(strings.TrimSpace(all[i+1]), want) {
					t.Errorf("%s at %d cells: row %d has no %q:\n%s", name, width, i, want, strings.Join(all, "\n"))
				}
			}
			for what, cell := range map[string]string{"STATUS": "delivered", "REQUEST": "POST /cb"} {
				before, _, found := strings.Cut(all[0], what)
				for _, row := range all[1:] {
					if at, _, _ := strings.Cut(row, cell); found && strings.Contains(row, cell) && ansi.StringWidth(at) != ansi.StringWidth(before) {
						t.Errorf("%s at %d cells: %s is not under its title:\n%s", name, width, what, strings.Join(all, "\n"))
					}
				}
			}
		}
		if all := printed(width, func(p *printer) error { return p.message(plivo.Message{CreatedAt: now}) }); strings.Contains(all[1], now.Format("01-02")) {
			t.Errorf("at %d cells what is of today has a date: %q", width, all[1])
		}
	}
}
