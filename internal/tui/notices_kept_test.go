package tui

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// harmed are ways in which a history is harmed, each with what has to be read of what the program says.
var harmed = map[string]struct {
	what string
	harm func(t *testing.T, path string, say func(string))
}{
	"gone, its log left": {" has the log of the history", func(t *testing.T, path string, say func(string)) {
		put(t, path+"-wal", "of a history that was emptied")
		openHistory(t, path, say)
	}},
	"replaced": {" has all that was in the history", func(t *testing.T, path string, say func(string)) {
		if runtime.GOOS == "windows" {
			t.Skip("the system keeps open files from being moved")
		}
		replacedUnder(t, path, say, func(string) {})
	}},
	"replaced, and a callback comes": {": the history is kept in ", func(t *testing.T, path string, say func(string)) {
		if runtime.GOOS == "windows" {
			t.Skip("the system keeps open files from being moved")
		}
		replacedUnder(t, path, func(string) {}, say)
	}},
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func openHistory(t *testing.T, path string, say func(string)) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{Path: path, OnProblem: say})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// replacedUnder puts something else in the place of a history, and sends callbacks before and after.
func replacedUnder(t *testing.T, path string, history, server func(string)) {
	t.Helper()
	web, err := webhook.New(webhook.Config{
		PublicURLs: []string{"http://127.0.0.1:4141"}, Recorder: openHistory(t, path, history),
		OnProblem: func(_ slog.Level, text string) { server(text) },
	})
	if err != nil {
		t.Fatal(err)
	}
	post := func() int {
		r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:4141/sms/delivery-report", strings.NewReader("MessageUUID=m&Status=sent&From=1&To=2"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		web.Handler().ServeHTTP(w, r)
		return w.Code
	}
	if code := post(); code != http.StatusOK {
		t.Fatalf("answered %d", code)
	}
	if err := os.Rename(path, path+".moved"); err != nil {
		t.Fatal(err)
	}
	put(t, path, "something else")
	if code := post(); code != http.StatusServiceUnavailable {
		t.Fatalf("answered %d", code)
	}
}

// TestLongNoticeKeepsOtherNames holds that the name of a folder is only shortened where it is meant.
func TestLongNoticeKeepsOtherNames(t *testing.T) {
	const text = "Look at http://127.0.0.1:4141/health/of/all: it says more than fits on two lines of a screen that is no wider than this"
	for _, path := range []string{"", "history.db", "/history.db", "h/history.db", "/health/history.db", "/health/of/history.db", "/var/lib/history.db"} {
		d := newDriver(t, newFakeCore(), 60, 15)
		d.core.status.HistoryPath = filepath.FromSlash(path)
		d.core.status.Notices = append(d.core.status.Notices, app.Notice{At: d.now, Severity: app.Warning, Text: text})
		d.wake()
		d.expect("Look at http://127.0.0.1:4141/health/of/all: it says more", "than fits")
	}
}

// TestKeptAsideIsRead holds that the screens name the file in which a harmed history was kept aside, however long the
// name of its folder is: above the keys and, whole, among all notices.
func TestKeptAsideIsRead(t *testing.T) {
	for name, c := range harmed {
		t.Run(name, func(t *testing.T) {
			folder := filepath.Join(t.TempDir(), "Library", "Application Support", strings.Repeat("long", 12), "plivoscope")
			if err := os.MkdirAll(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(folder, "history.db")
			said := ""
			c.harm(t, path, func(text string) { said = text })
			kept, _ := filepath.Glob(path + ".kept-*[bl]")
			if len(kept) != 1 || !strings.Contains(said, kept[0]) {
				t.Fatalf("of %q it said %q", kept, said)
			}
			if n := len(strings.Fields(strings.ReplaceAll(said, folder, "folder"))); n >= 35 {
				t.Errorf("it has %d words: %s", n, said)
			}
			base := filepath.Base(kept[0])
			for _, size := range [][2]int{{120, 36}, {80, 24}, {60, 15}} {
				for _, masked := range []bool{false, true} {
					t.Run(fmt.Sprintf("%dx%d masked %v", size[0], size[1], masked), func(t *testing.T) {
						d := newDriverOn(t, newFakeCore(), size[0], size[1], Options{Mask: masked})
						d.core.status.HistoryPath = path
						d.core.status.Notices = append(d.core.status.Notices, app.Notice{At: d.now, Severity: app.Warning, Text: said})
						d.wake()
						checkFrame(t, name, d.m.View(), size[0], size[1])
						d.expect(base)
						if words := strings.Join(strings.Fields(d.screen()), " ") + " "; !strings.Contains(words, c.what) {
							t.Errorf("nobody reads what is kept:\n%s", d.screen())
						}
						d.now = d.now.Add(time.Minute)
						d.wake()
						if size[1] >= airyHeight || !strings.HasPrefix(said, "Answered") {
							d.expect(base)
						}
						d.send(sizeOf(size[0], 70)) // all of it is in sight
						d.keys("6")
						whole := ""
						for _, l := range strings.Split(d.screen(), "\n") {
							if i := strings.LastIndexAny(l, "│┤├┼┬"); i >= 0 {
								l = l[i+len("│"):]
							}
							whole += strings.Join(strings.Fields(l), "")
						}
						if !strings.Contains(whole, strings.ReplaceAll(kept[0], " ", "")) {
							t.Errorf("Activity does not hold %s:\n%s", kept[0], d.screen())
						}
					})
				}
			}
		})
	}
}
