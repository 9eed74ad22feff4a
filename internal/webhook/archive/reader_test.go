package archive_test

import (
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/webhook"
	"dev.internal/plivoscope/internal/webhook/archive"
	"dev.internal/plivoscope/internal/webhook/capture"
)

const good = `{"method":"POST","url":"https://h/a","headers":[["content-type","` + formType + `"]],"body":"MessageUUID=u&Status=sent"}`

// TestBadArchives says of each what is wrong, and where.
func TestBadArchives(t *testing.T) {
	har := func(entries string) string { return `{"log":{"version":"1.2","entries":[` + entries + `]}}` }
	line := func(more string) string { return strings.TrimSuffix(good, "}") + "," + more + "}" }
	for name, c := range map[string]struct{ text, want string }{
		"empty":           {"", "it is empty"},
		"blank":           {" \n\t\n", "it is empty"},
		"UTF-16":          {"\xff\xfe{\x00", "UTF-16"},
		"array":           {"[" + good + "]", "JSON array"},
		"shell":           {"# callback 1\ncurl https://h/", "shell command"},
		"cut off":         {good + "\n" + good[:40], "line 2 stops in its middle"},
		"broken":          {good + "\n\n{\"method\":}\n" + good, "line 3 is no whole JSON"},
		"number":          {good + "\n17\n", "line 2 is JSON, but no object"},
		"wrong type":      {good + "\n" + `{"method":"GET","headers":"none"}` + "\n", `line 2 has "headers" as string`},
		"time":            {line(`"received_at":"yesterday"`), `line 1: received_at is "yesterday"`},
		"future":          {line(`"received_at":"2999-01-01T00:00:00Z"`), "which is in the future"},
		"long ago":        {line(`"received_at":"0500-01-01T00:00:00Z"`), "long before"},
		"answer":          {line(`"answered":{"status":100000,"at":""}`), "answered 100000"},
		"base64":          {strings.Replace(good, `"body":"MessageUUID=u&Status=sent"`, `"body_base64":"%%"`, 1), "line 1: body_base64"},
		"exact":           {line(`"exact":{"url":"%%"}`), "exact is no base64"},
		"method":          {strings.Replace(good, "POST", "PO ST", 1), `line 1: the method "PO ST" is none`},
		"file URL":        {strings.Replace(good, "https", "file", 1), `line 1: the URL "file://h/a" is not absolute`},
		"no host":         {strings.Replace(good, "https://h/a", "https:///a", 1), `line 1: the URL "https:///a" has no host`},
		"URL":             {strings.Replace(good, "h/a", `h/a\r\nX: y`, 1), "control character"},
		"URL size":        {line(`"received_url":"https://h/` + strings.Repeat("x", 70_000) + `"`), "no more than 65536 are taken"},
		"header name":     {strings.Replace(good, "content-type", "@a", 1), `"@a" is no name of a header`},
		"header value":    {strings.Replace(good, formType, `a\r\nb`, 1), "holds a line break"},
		"header size":     {strings.Replace(good, formType, strings.Repeat("x", 70_000), 1), "no more than 65536 are taken"},
		"line size":       {good + "\n" + strings.Repeat("x", 17<<20), "line 2: it takes more than 16 MiB"},
		"HAR no entries":  {`{"log":{"version":"1.2"}}`, `it has no "entries"`},
		"HAR cut off":     {har(`{"request":{"method":"GET","url":"https://h/?MessageUUID=1"}},{"requ`)[:100], "entry 2 stops in its middle"},
		"HAR type":        {har(`{"request":{"method":1}}`), `entry 1 has "request.method" as number`},
		"HAR URL":         {har(`{"request":{"method":"GET","url":"/?MessageUUID=1"}}`), "entry 1: the URL"},
		"HAR size":        {har(`{"request":{"method":"GET","url":"https://h/` + strings.Repeat("x", 17<<20) + `"}}`), "it takes more than 16 MiB"},
		"raw":             {"hello\nworld\n", "request 1: it begins with no request line"},
		"raw no host":     {"POST /a HTTP/1.1\r\n\r\n", "does not say for which host"},
		"raw rest":        {"POST http://h/ HTTP/1.1\r\nContent-Length: 3\r\n\r\na=bcdef\r\n", "request 2: what follows request 1 begins no other"},
		"raw length":      {"POST http://h/ HTTP/1.1\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\na=b", "Content-Length is"},
		"raw head":        {"POST http://h/ HTTP/1.1\r\nX: " + strings.Repeat("x", 70_000), "its head has more than"},
		"raw head, split": {"POST http://h/ HTTP/1.1\r\n" + strings.Repeat("X: y\r\n", 20_000), "its head has more than"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := read(c.text, archive.ReadOptions{Now: received})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// TestReadIsLenient takes what is there and says what is missing.
func TestReadIsLenient(t *testing.T) {
	plain := func(c webhook.Callback) string {
		return c.Method + " " + c.URL + " " + c.Header.Get("Content-Type") + " " + string(c.Body) + " " + string(c.Kind)
	}
	const is = "POST https://h/a " + formType + " MessageUUID=u&Status=sent delivery_report"
	for name, c := range map[string]struct {
		text, want, note string
		skipped          int
	}{
		"lines": {"\ufeff\r\n" + `{"event":"ready"}` + "\r\n" + good + "\r\n" + `{"uuid":"u","status":"sent"}` + "\n", is, "", 2},
		"params": {
			`{"method":"POST","url":"https://h/a","headers":[["Content-Type","` + formType + `"]],"params":[["MessageUUID","u"],["Status","sent"]]}`,
			is, "no body", 0,
		},
		"HAR of a browser": {
			`{"log":{"pages":[{"x":[1]}],"entries":[{"request":{"method":"GET","url":"https://h/logo.png"}},
			{"startedDateTime":"2026-01-01T00:00:00.5+01:00","request":{"method":"POST","url":"https://h/a","headers":[{"name":":path","value":"/a"}],"postData":{"mimeType":"` + formType + `","params":[{"name":"MessageUUID","value":"u"},{"name":"Status","value":"sent"}]}},"response":{"status":200}}],"x":1}}`,
			is, "no body", 1,
		},
		"raw by an editor": {"POST https://h/a HTTP/1.1\nHost: h\nContent-Type: " + formType + "\n\nMessageUUID=u&Status=sent\n", is, "", 0},
		"raw cut":          {"POST https://h/a HTTP/1.1\nContent-Length: 99\nContent-Type: " + formType + "\n\nMessageUUID=u&Status=sent", is, "The body has 25 bytes", 0},
		"raw joined":       {"POST https://h/a HTTP/1.1\nTransfer-Encoding: chunked\nContent-Type: " + formType + "\n\nMessageUUID=u&Status=sent", is, "", 0},
		"raw by its host":  {"POST /a HTTP/1.1\nHost: h\nContent-Type: " + formType + "\n\nMessageUUID=u&Status=sent", is, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			r, all, err := read(c.text, archive.ReadOptions{URL: func(q capture.Request) string { return "https://" + q.Host + q.Target }})
			if err != nil || len(all) != 1 {
				t.Fatalf("%d entries, %v", len(all), err)
			}
			if got := plain(all[0].Callback); got != c.want {
				t.Errorf("read %q, want %q", got, c.want)
			}
			if !strings.Contains(all[0].Note, c.note) || c.note == "" && all[0].Note != "" {
				t.Errorf("note %q, want %q", all[0].Note, c.note)
			}
			if r.Skipped() != c.skipped {
				t.Errorf("%d were passed over, want %d", r.Skipped(), c.skipped)
			}
		})
	}
}

// TestReadIsBounded cuts a long body in every format and says so.
func TestReadIsBounded(t *testing.T) {
	long := request("POST", "https://h/a", formType, "MessageUUID=u")
	long.Body = []byte("MessageUUID=u&Text=" + strings.Repeat("x", 100_000))
	for _, f := range archive.Readable() {
		_, all, err := read(written(t, f, archive.Options{}, long, report()), archive.ReadOptions{})
		if err != nil || len(all) != 2 {
			t.Errorf("%s: %d entries, %v", f, len(all), err)
			continue
		}
		c := all[0].Callback
		if len(c.Body) != webhook.MaxBody || !c.Truncated || !strings.Contains(c.Problem, "longer than") {
			t.Errorf("%s: %d bytes, truncated %v, %q", f, len(c.Body), c.Truncated, c.Problem)
		}
	}
}

// TestCutTextsAreLetGo holds that of what is cut the rest stays nowhere: a reader of many callbacks counts on
// their size.
func TestCutTextsAreLetGo(t *testing.T) {
	const entries, large = 8, 2 << 20
	body := `{"method":"POST","url":"https://h/a","headers":[],"body":"` + strings.Repeat("b", large) + `"}` + "\n"
	problem := strings.TrimSuffix(good, "}") + `,"problem":"` + strings.Repeat("p", large) + `","signature":{"outcome":"invalid","header":"` + strings.Repeat("h", large) + `"}}` + "\n"
	for name, line := range map[string]string{"body": body, "words": problem} {
		t.Run(name, func(t *testing.T) {
			r, err := archive.NewReader(strings.NewReader(strings.Repeat(line, entries)), archive.ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			before := inUse()
			all := make([]archive.Entry, entries)
			for i := range all {
				if all[i], err = r.Next(); err != nil {
					t.Fatal(err)
				}
			}
			if held := inUse() - before; held > entries*large/4 {
				t.Errorf("%d callbacks hold %d bytes", len(all), held)
			}
			runtime.KeepAlive(all)
			runtime.KeepAlive(r)
		})
	}
}

// inUse is how many bytes are in use.
func inUse() int {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// TestMaskedIsSaid writes masked callbacks, which say so, and reads them as what cannot verify.
func TestMaskedIsSaid(t *testing.T) {
	valid := report()
	valid.Verdict = signature.Result{Outcome: signature.Valid, Scheme: signature.V3}
	for _, f := range archive.Formats() {
		text := written(t, f, archive.Options{Masked: true}, valid)
		if !strings.Contains(strings.ToLower(text), "masked") {
			t.Errorf("%s does not say that it is masked:\n%s", f, text)
		}
	}
	for _, f := range archive.Readable() {
		_, all, err := read(written(t, f, archive.Options{Masked: true}, valid), archive.ReadOptions{})
		if err != nil || len(all) != 1 {
			t.Fatalf("%s: %v", f, err)
		}
		e := all[0]
		if !e.Masked || !e.Judged || e.Callback.Verdict.Outcome != signature.Unchecked || !strings.Contains(e.Callback.Problem, "--mask") {
			t.Errorf("%s: %+v", f, e)
		}
		if len(e.Callback.Header.Values("X-Plivoscope-Masked")) > 0 {
			t.Errorf("%s: the mark is among the headers", f)
		}
	}
}

// TestVerdictsAreBounded takes no verdict and no cause that is none.
func TestVerdictsAreBounded(t *testing.T) {
	for given, want := range map[string]archive.Entry{
		`"signature":{"outcome":"fine","cause":"slash"}`:              {Callback: webhook.Callback{Verdict: signature.Result{Outcome: signature.Unchecked}}},
		`"signature":{"outcome":"invalid","cause":"\u001b[2J"}`:       {Callback: webhook.Callback{Verdict: signature.Result{Outcome: signature.Invalid}}, Judged: true},
		`"signature":{"outcome":"invalid","cause":"slash"}`:           {Callback: webhook.Callback{Verdict: signature.Result{Outcome: signature.Invalid}, Cause: "slash"}, Judged: true},
		`"signature":{"outcome":"valid","cause":"slash"},"kind":"no"`: {Callback: webhook.Callback{Verdict: signature.Result{Outcome: signature.Valid}}, Judged: true},
		`"status":"read"`: {Callback: webhook.Callback{Verdict: signature.Result{Outcome: signature.Unchecked}}},
	} {
		_, all, err := read(strings.TrimSuffix(good, "}")+","+given+"}", archive.ReadOptions{})
		if err != nil || len(all) != 1 {
			t.Fatalf("%s: %v", given, err)
		}
		got := archive.Entry{Callback: webhook.Callback{Verdict: all[0].Callback.Verdict, Cause: all[0].Callback.Cause}, Judged: all[0].Judged}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", given, diff)
		}
		if all[0].Callback.Kind != webhook.DeliveryReport {
			t.Errorf("%s: kind %s", given, all[0].Callback.Kind)
		}
	}
}

// FuzzRead reads anything without a panic, and what it gives can be written and read again.
func FuzzRead(f *testing.F) {
	for _, format := range archive.Readable() {
		f.Add([]byte(written(f, format, archive.Options{}, report(), request("GET", "http://h/?a=%ff\xff", "", ""))))
	}
	f.Add([]byte(good))
	f.Add([]byte("POST http://h HTTP/1.0\nTransfer-Encoding: chunked\n\n3\r\na=b\r\n0\r\n\r\nGET http://h/ HTTP/1.1\n\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, all, _ := read(string(data), archive.ReadOptions{Now: received})
		for _, e := range all {
			c := e.Callback
			c.ReceivedAt = received.Add(-time.Hour)
			c.Answer = webhook.Answer{}
			for _, format := range archive.Formats() {
				text, err := archive.Render(format, c, archive.Options{})
				if err != nil {
					t.Fatalf("%s: %v", format, err)
				}
				if format != archive.JSONLines && format != archive.HAR {
					continue
				}
				_, again, err := read(text, archive.ReadOptions{Now: received})
				if err != nil || len(again) != 1 {
					t.Fatalf("%s: %d, %v\n%q", format, len(again), err, text)
				}
				got := again[0].Callback
				if got.Method != c.Method || got.URL != c.URL || string(got.Body) != string(c.Body) || !cmp.Equal(got.Header, c.Header) {
					t.Fatalf("%s: %+v became %+v", format, c, got)
				}
			}
		}
	})
}

// TestReadDoesNotWait reads a callback as soon as it is there, of a pipe that stays open and brings a byte
// at a time.
func TestReadDoesNotWait(t *testing.T) {
	for _, f := range archive.Readable() {
		in, out := io.Pipe()
		text := written(t, f, archive.Options{}, report(), report())
		go func() {
			for i := range len(text) / 2 {
				_, _ = out.Write([]byte{text[i]})
			}
			_, _ = out.Write([]byte(text[len(text)/2 : len(text)*3/4]))
		}()
		r, err := archive.NewReader(in, archive.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if e, err := r.Next(); err != nil || r.Format() != f || e.Callback.Method != "POST" {
			t.Errorf("%s: %+v, %v", f, e, err)
		}
		_ = in.Close()
	}
}
