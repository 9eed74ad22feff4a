package siege

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/figures"
)

// lying are requests whose length is not that of their body. Each begins with POST /lN, so that what is kept of it is
// found; kept are the bodies that are to be in the history.
var lying = []struct {
	name, length, body string
	statuses           []string
	kept               []string
}{
	{"more is said than comes", "10", "Text=a", []string{"408"}, nil},
	{"nothing comes", "5", "", []string{"408"}, nil},
	{"less is said than comes", "6", "Text=aXX\r\n\r\n", []string{"200", "400"}, []string{"Text=a"}},
	{"nothing is said to come", "0", "Text=a\r\n\r\n", []string{"200", "400"}, []string{""}},
	{"no end", "9223372036854775807", "Text=a", []string{"408"}, nil},
	{"more than a number holds", "99999999999999999999", "Text=a", []string{"400"}, nil},
	{"below zero", "-1", "Text=a", []string{"400"}, nil},
	{"with a sign", "+6", "Text=a", []string{"400"}, nil},
	{"hexadecimal", "0x6", "Text=a", []string{"400"}, nil},
	{"a list of two", "6, 7", "Text=ab", []string{"400"}, nil},
	{"with a space within", "1 0", "Text=abcde", []string{"400"}, nil},
	{"not a number", "six", "Text=a", []string{"400"}, nil},
	{"nothing", "", "Text=a", []string{"400"}, nil},
	{"in fullwidth", "\uff16", "Text=a", []string{"400"}, nil},
	{"another one of two", "6\r\nContent-Length: 7", "Text=ab", []string{"400"}, nil},
	{"twice the same", "6\r\nContent-Length: 6", "Text=a", []string{"200"}, []string{"Text=a"}},
	{"zeros before it", "006", "Text=a", []string{"200"}, []string{"Text=a"}},
	{"true", "6", "Text=a", []string{"200"}, []string{"Text=a"}},
}

// TestLyingLengths: of a request is kept exactly what its length says, or nothing where that cannot be.
func TestLyingLengths(t *testing.T) {
	t.Parallel()
	rounds := part(1, 100)
	h := newHouse(t)
	r := h.listen(t)
	callers := r.honestly(t, r.base)
	tries, survived := 0, 0
	for range rounds {
		for i, l := range lying {
			tries++
			sent := fmt.Sprintf("POST /l%d HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %s\r\n\r\n%s", i, l.length, l.body)
			answer := halfClosed(t, r, sent)
			if got := statuses(answer); !slices.Equal(got, l.statuses) {
				t.Errorf("%s: answered %v, want %v", l.name, got, l.statuses)
				continue
			}
			survived++
		}
	}
	callers.called(t, 20)
	lost := callers.check(t, h)
	all := h.bodies(t)
	for i, l := range lying {
		found := all[fmt.Sprintf("/l%d", i)]
		var want []string
		for range rounds {
			want = append(want, l.kept...)
		}
		if !slices.Equal(found, want) {
			t.Errorf("%s: kept are %q, want %q", l.name, found, want)
			lost += max(0, len(want)-len(found))
		}
	}
	figures.Tell(t, figures.Attack{What: "lengths that lie", Tries: tries, Survived: survived, Lost: lost})
}

// bodies gives those of what does not verify, by the path that was asked for.
func (h house) bodies(tb testing.TB) map[string][]string {
	tb.Helper()
	found := map[string][]string{}
	for _, c := range h.kept(tb, "-sig:valid") {
		_, rest, _ := strings.Cut(c.ReceivedURL, "://")
		path := rest[strings.IndexByte(rest, '/'):]
		found[path] = append(found[path], c.body())
	}
	return found
}

// halfClosed sends a request, ends its own side and reads until the server ends the other.
func halfClosed(t *testing.T, r *running, sent string) string {
	t.Helper()
	conn, err := net.Dial("tcp", r.addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := io.WriteString(conn, sent); err != nil {
		t.Fatal(err)
	}
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, _ := io.ReadAll(conn)
	return string(answer)
}
