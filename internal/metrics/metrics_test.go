package metrics_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"dev.internal/plivoscope/internal/local"
	"dev.internal/plivoscope/internal/metrics"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

// values are what a page says, by the name and the labels of each value. A histogram has its count and its buckets.
type values map[string]float64

// read parses a page as Prometheus does, and checks it by its rules for names and help.
func read(t *testing.T, page string) values {
	t.Helper()
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(page))
	if err != nil {
		t.Fatalf("Prometheus could not read it: %v\n%s", err, page)
	}
	problems, err := promlint.New(strings.NewReader(page)).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	all := values{}
	for name, family := range families {
		for _, m := range family.Metric {
			labels := ""
			for _, l := range m.Label {
				labels += fmt.Sprintf("{%s=%s}", l.GetName(), l.GetValue())
			}
			switch family.GetType() {
			case dto.MetricType_COUNTER:
				all[name+labels] = m.Counter.GetValue()
			case dto.MetricType_GAUGE:
				all[name+labels] = m.Gauge.GetValue()
			case dto.MetricType_HISTOGRAM:
				all[name+labels] = float64(m.Histogram.GetSampleCount())
				for _, b := range m.Histogram.Bucket {
					all[fmt.Sprintf("%s%s{le=%g}", name, labels, b.GetUpperBound())] = float64(b.GetCumulativeCount())
				}
			}
		}
	}
	return all
}

// holds compares values with what is wanted of them.
func (v values) holds(t *testing.T, want map[string]float64) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got, there := v["plivoscope_"+name]; !there || got != want[name] {
			t.Errorf("plivoscope_%s is %v (there: %v), want %v", name, got, there, want[name])
		}
	}
}

func get(t *testing.T, of metrics.Source) values {
	t.Helper()
	rec := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1"+metrics.Path, nil)
	r.RemoteAddr = "127.0.0.1:1"
	metrics.Handler(of, local.Door{What: "the page"}, slog.New(slog.DiscardHandler)).ServeHTTP(rec, r)
	if rec.Code != http.StatusOK {
		t.Fatalf("answered %d: %s", rec.Code, rec.Body)
	}
	return read(t, rec.Body.String())
}

var account = signature.NewToken("account", "a-token-that-is-no-secret")

const public = "https://public.example"

// callback is a delivery report; its signature is one of a token, or none.
func callback(t *testing.T, token *signature.Token, params ...string) *http.Request {
	t.Helper()
	var all []signature.Param
	form := url.Values{}
	for i := 0; i < len(params); i += 2 {
		all = append(all, signature.Param{Name: params[i], Value: params[i+1]})
		form.Set(params[i], params[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, "/sms/delivery-report", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != nil {
		const nonce = "12345"
		value, err := signature.Sign(*token, signature.V3, http.MethodPost, public+"/sms/delivery-report", nonce, all)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Plivo-Signature-V3", value)
		r.Header.Set("X-Plivo-Signature-V3-Nonce", nonce)
	}
	return r
}

// TestCountersAreWhatCame posts all that can happen to a callback, the last of it to a history that is closed.
func TestCountersAreWhatCame(t *testing.T) {
	t.Parallel()
	history, err := store.Open(context.Background(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer history.Close()
	server, err := webhook.New(webhook.Config{
		PublicURLs: []string{public}, Tokens: []signature.Token{account}, OnInvalid: webhook.Reject, Recorder: history,
		Limits: webhook.Limits{Body: 1 << 10, Rate: 0.001, Burst: 4},
	})
	if err != nil {
		t.Fatal(err)
	}
	of := metrics.Source{Version: "v1", Mode: "live", Server: server, Store: history}
	began := get(t, of)
	began.holds(t, map[string]float64{
		"callbacks_received_total": 0, "callbacks_stored_total{kind=inbound}": 0, "callbacks_refused_total{reason=rate_limited}": 0,
		"message_status_total{status=undelivered}": 0, "error_codes_total{code=30}": 0, "history_failures_total{reason=disk_full}": 0,
		"acknowledgement_seconds": 0, "delivery_seconds": 0, "build_info{mode=live}{version=v1}": 1,
	})
	handler := server.Handler()
	send := func(r *http.Request, want int) {
		t.Helper()
		rec := httptest.NewRecorder()
		handler.ServeHTTP(rec, r)
		if rec.Code != want {
			t.Fatalf("answered %d, want %d: %s", rec.Code, want, rec.Body)
		}
	}
	stranger := signature.NewToken("", "another")
	send(callback(t, &account, "MessageUUID", "a", "Status", "queued"), 200)
	send(callback(t, &account, "MessageUUID", "a", "Status", "delivered"), 200)
	send(callback(t, &account, "MessageUUID", "a", "Status", "delivered"), 200) // repeats the one before
	send(callback(t, &account, "MessageUUID", "b", "Status", "undelivered", "ErrorCode", "030"), 200)
	send(callback(t, &account, "MessageUUID", "c", "Status", "failed", "ErrorCode", "4711"), 200)
	send(callback(t, &account, "MessageUUID", "d", "Status", "exploded\n# evil 1", "ErrorCode", "000"), 200)
	send(callback(t, &account, "MessageUUID", "e", "Status", "delivered"), 200) // of which nothing was known before
	send(callback(t, &stranger, "MessageUUID", "f", "Status", "delivered"), 403)
	send(callback(t, nil, "MessageUUID", "f", "Status", "undelivered", "ErrorCode", "20"), 400)
	send(callback(t, nil, "Text", strings.Repeat("x", 2<<10)), 413)
	get := func() values { t.Helper(); return get(t, of) }
	odd := httptest.NewRequest(http.MethodPut, "/else", nil)
	send(odd, 400)
	send(callback(t, nil), 429) // the fifth without a valid signature
	short := callback(t, &account)
	short.Body, short.ContentLength = io.NopCloser(strings.NewReader("x")), 10
	send(short, 408)

	all := get()
	all.holds(t, map[string]float64{
		"callbacks_received_total":                     13,
		"callbacks_stored_total{kind=delivery_report}": 10,
		"callbacks_stored_total{kind=inbound}":         0,
		"callbacks_stored_total{kind=other}":           1,

		"callbacks_refused_total{reason=rate_limited}":    1,
		"callbacks_refused_total{reason=body_incomplete}": 1,
		"callbacks_refused_total{reason=not_allowed}":     0,
		"callbacks_refused_total{reason=protocol}":        0,
		"callbacks_rejected_total{reason=too_large}":      1,
		"callbacks_rejected_total{reason=invalid}":        1,
		"callbacks_rejected_total{reason=unsigned}":       2,
		"callbacks_rejected_total{reason=application}":    0,
		"callbacks_dropped_total":                         0,

		"signatures_total{verdict=valid}":       7,
		"signatures_total{verdict=invalid}":     1,
		"signatures_total{verdict=unsigned}":    4,
		"signatures_total{verdict=not_checked}": 0,

		"message_status_total{status=queued}":      1,
		"message_status_total{status=delivered}":   2,
		"message_status_total{status=undelivered}": 1,
		"message_status_total{status=failed}":      1,
		"message_status_total{status=other}":       1,
		"error_codes_total{code=30}":               1,
		"error_codes_total{code=20}":               0,
		"error_codes_total{code=other}":            1,

		"delivery_seconds":                      1,
		"acknowledgement_seconds":               11,
		"acknowledgement_seconds{le=+Inf}":      11,
		"history_callbacks{verdict=valid}":      7,
		"history_callbacks{verdict=unsigned}":   3,
		"history_messages":                      6,
		"history_queue_length{queue=callbacks}": 0,
		"history_queue_capacity":                8192,
	})
	if all["plivoscope_commit_seconds"] < 11 || all["plivoscope_history_size_bytes"] <= 0 || all["process_start_time_seconds"] <= 0 || all["go_goroutines"] <= 0 {
		t.Errorf("commits %v, size %v, started %v, goroutines %v", all["plivoscope_commit_seconds"], all["plivoscope_history_size_bytes"], all["process_start_time_seconds"], all["go_goroutines"])
	}
	for name := range began {
		if _, there := all[name]; !there {
			t.Errorf("%s is gone", name)
		}
	}
	for name := range all {
		if _, there := began[name]; !there {
			t.Errorf("%s was not there at the beginning, so that its first count is no increase", name)
		}
	}

	if err := history.Close(); err != nil {
		t.Fatal(err)
	}
	send(callback(t, &account, "MessageUUID", "g", "Status", "sent"), 503)
	get().holds(t, map[string]float64{
		"callbacks_received_total": 14, "callbacks_dropped_total": 1, "history_failures_total{reason=closed}": 1,
		"callbacks_stored_total{kind=delivery_report}": 10, "message_status_total{status=sent}": 0,
	})
}

// TestOnlyThisMachineReads asks over real connections, as a stranger's page and a tunnel would.
func TestOnlyThisMachineReads(t *testing.T) {
	t.Parallel()
	addr, err := metrics.ParseAddr("0")
	if err != nil {
		t.Fatal(err)
	}
	ln, err := metrics.Listen(t.Context(), addr, "--metrics")
	if err != nil {
		t.Fatal(err)
	}
	if metrics.Beyond(ln) {
		t.Errorf("%s is beyond this machine", ln.Addr())
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		ended <- metrics.Serve(ctx, ln, addr, metrics.Source{Version: "<v1>", Mode: "simulator"}, nil)
	}()
	base := "http://" + ln.Addr().String()
	for name, c := range map[string]struct {
		method, path, host, header string
		status                     int
		words                      string
	}{
		"a scrape":       {path: "/metrics", status: 200, words: `plivoscope_build_info{mode="simulator",version="<v1>"} 1`},
		"a look":         {method: "HEAD", path: "/metrics", status: 200},
		"a query":        {path: "/metrics?x=1", status: 200, words: "go_info"},
		"the page":       {path: "/", status: 200, words: `&lt;v1&gt;: <a href="/metrics">`},
		"localhost":      {path: "/metrics", host: "localhost:1", status: 200},
		"a rebound name": {path: "/metrics", host: "evil.example", status: 403, words: "Host"},
		"the page there": {path: "/", host: "evil.example", status: 403, words: "Host"},
		"a page":         {path: "/metrics", header: "Origin: https://evil.example", status: 403, words: "Origin"},
		"a tunnel":       {path: "/metrics", header: "X-Forwarded-For: 192.0.2.1", status: 403, words: "tunnel"},
		"a post":         {method: "POST", path: "/metrics", status: 405, words: "GET and HEAD"},
		"elsewhere":      {path: "/debug/pprof/", status: 404, words: "/metrics"},
	} {
		r, err := http.NewRequest(c.method, base+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.host != "" {
			r.Host = c.host
		}
		if key, value, found := strings.Cut(c.header, ": "); found {
			r.Header.Set(key, value)
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != c.status || !strings.Contains(string(body), c.words) || c.status != 200 && strings.Contains(string(body), "go_info") {
			t.Errorf("%s is answered %d, %q, %v", name, resp.StatusCode, body, err)
		}
	}
	_, err = metrics.Listen(t.Context(), ln.Addr().String(), "--metrics")
	if err == nil || !strings.Contains(err.Error(), "name another address with --metrics") {
		t.Errorf("a port that is taken: %v", err)
	}
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Minute):
		t.Fatal("it does not end")
	}
	if conn, err := net.Dial("tcp", ln.Addr().String()); err == nil {
		_ = conn.Close()
		t.Error("it still listens")
	}
}

func TestParseAddr(t *testing.T) {
	for given, want := range map[string]string{
		"9464": "127.0.0.1:9464", ":9464": "127.0.0.1:9464", "0": "127.0.0.1:0", "[::1]:9464": "[::1]:9464", "localhost:1": "localhost:1",
		"0.0.0.0:9464": "0.0.0.0:9464", "": "", "x": "", "127.0.0.1": "", "127.0.0.1:": "", "127.0.0.1:http": "", "127.0.0.1:65536": "", "http://127.0.0.1:1": "", "-1": "",
	} {
		got, err := metrics.ParseAddr(given)
		if got != want || (err == nil) != (want != "") || err != nil && !strings.Contains(err.Error(), "127.0.0.1:9464") {
			t.Errorf("%q gives %q, %v", given, got, err)
		}
	}
}
