package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/plivo/scenario"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

const (
	testAuthID = "MATESTTESTTESTTEST00"
	testToken  = "NTk2ZWRhODYtOTc4ZC00OTQ3LTliZmQtNGQzNzhm"
)

// known are the options of a simulator whose token is testToken.
func known(o app.Options) app.Options {
	o.Mode, o.Speed, o.AuthID, o.AuthToken = app.Simulator, 50, testAuthID, config.NewSecret(testToken)
	return o
}

// sign makes a delivery report for a URL, signed with a token.
func sign(t testing.TB, target, token, uuid string) scenario.Signed {
	t.Helper()
	key := signature.NewToken("", token)
	nonce := 0
	signed, err := scenario.KeysOf(key, key).Sign(http.MethodPost, target, []signature.Param{
		{Name: "MessageUUID", Value: uuid},
		{Name: "From", Value: "14155550100"},
		{Name: "To", Value: "14155550123"},
		{Name: "Status", Value: "delivered"},
		{Name: "Sequence", Value: "3"},
		{Name: "ErrorCode", Value: "000"},
	}, func() string { nonce++; return fmt.Sprint(12345678901234567890 - uint64(nonce)) })
	if err != nil {
		t.Fatal(err)
	}
	return signed
}

// post sends what was signed to another URL and wants it acknowledged.
func post(t testing.TB, to string, s scenario.Signed) {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), s.Method, to, bytes.NewReader(s.Body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = s.Header.Clone()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("POST %s is answered %s", to, resp.Status)
	}
}

// until waits for a condition of the history.
func until(t testing.TB, a *app.App, what string, ok func() bool) {
	t.Helper()
	wake, stop := a.Subscribe()
	defer stop()
	for late := time.After(time.Minute); !ok(); {
		select {
		case <-wake:
		case <-late:
			t.Fatalf("it did not come to this: %s", what)
		}
	}
}

func messageCause(t testing.TB, a *app.App, uuid string) string {
	t.Helper()
	ms, err := a.MessagesByUUID(context.Background(), []string{uuid})
	if err != nil {
		t.Fatal(err)
	}
	if len(ms) == 0 {
		return ""
	}
	return ms[0].Cause
}

// TestCauseOfACallback posts a report without the slash that it was signed with.
func TestCauseOfACallback(t *testing.T) {
	t.Parallel()
	a := running(t, known(app.Options{PublicURL: "https://name.example"}))
	listen := a.Status().ListenURL
	post(t, listen+"/x", sign(t, "https://name.example/x", testToken, "good"))
	post(t, listen+"/x", sign(t, "https://name.example/x/", testToken, "slash"))
	post(t, listen+"/x", sign(t, "https://name.example/x", "another account's", "unknown"))
	until(t, a, "the cause is the slash", func() bool { return messageCause(t, a, "slash") == "slash" })
	until(t, a, "the other is unknown", func() bool { return messageCause(t, a, "unknown") == signature.UnknownCause })
	if got := messageCause(t, a, "good"); got != "" {
		t.Errorf("one that verifies has the cause %q", got)
	}

	cs, err := a.CallbacksOf(within(t), "slash", 0)
	if err != nil || len(cs) != 1 || cs[0].Cause != "slash" {
		t.Fatalf("its callbacks are %+v, %v", cs, err)
	}
	e, err := a.ExamineCallback(within(t), cs[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if e.Verdict.Outcome != signature.Invalid || !e.Diagnosis.Explained() || e.Diagnosis.Cause() != "slash" || len(e.Comparisons) != 4 || len(e.SDKs) == 0 {
		t.Errorf("examined: %s, %+v, %d comparisons, %d SDKs", e.Verdict.Outcome, e.Diagnosis, len(e.Comparisons), len(e.SDKs))
	}
	if e.Case.ReceivedURL != listen+"/x" || e.Case.URL != "https://name.example/x" || !slices.Contains(e.Case.OwnURLs, "https://name.example") || !slices.Contains(e.Case.OwnURLs, listen) || !e.Case.Local {
		t.Errorf("the case is %s, received as %s, with %v, local %t", e.Case.URL, e.Case.ReceivedURL, e.Case.OwnURLs, e.Case.Local)
	}
	cs, err = a.CallbacksOf(within(t), "good", 0)
	if err != nil {
		t.Fatal(err)
	}
	e, err = a.ExamineCallback(within(t), cs[0].ID)
	if err != nil || e.Verdict.Outcome != signature.Valid || len(e.Diagnosis.Findings) > 0 {
		t.Errorf("one that verifies: %s, %+v, %v", e.Verdict.Outcome, e.Diagnosis, err)
	}
	if _, err := a.ExamineCallback(within(t), 99); !errors.Is(err, app.ErrNoCallback) || !strings.Contains(err.Error(), "99") {
		t.Errorf("a callback that is not there: %v", err)
	}
}

// TestExamineKnowsTheTokens verifies with further tokens, and explains with those of others.
func TestExamineKnowsTheTokens(t *testing.T) {
	t.Parallel()
	a := running(t, known(app.Options{
		PublicURL:   "https://name.example",
		ExtraTokens: []signature.Token{signature.NewToken("eu-shop", "of the shop")},
		OtherTokens: []signature.Token{signature.NewToken("live account", "of the live account")}, OtherAuthIDs: []string{"MALIVELIVELIVELIVE00"},
	}))
	listen := a.Status().ListenURL
	post(t, listen+"/x", sign(t, "https://name.example/x", "of the shop", "shop"))
	cs, err := a.CallbacksOf(within(t), "shop", 0)
	if err != nil || cs[0].Verdict.Outcome != signature.Valid || cs[0].Verdict.Token != "eu-shop" {
		t.Errorf("signed with a further token: %+v, %v", cs, err)
	}
	post(t, listen+"/x", sign(t, "https://name.example/x", "of the live account", "live"))
	until(t, a, "the token is the cause", func() bool { return messageCause(t, a, "live") == "token" })

	signed := sign(t, "https://name.example/x", testToken, "given")
	request := signature.Request{Method: signed.Method, URL: signed.URL, Header: signed.Header}
	request.Params, _ = webhook.ParseParams(signed.Method, signed.URL, signed.Header.Get("Content-Type"), signed.Body)
	if e, err := a.Examine(within(t), signature.Case{Request: request}); err != nil || e.Verdict.Outcome != signature.Valid || e.Verdict.Token != "account" {
		t.Errorf("with the server's own tokens: %+v, %v", e.Verdict, err)
	}
	e, err := a.Examine(within(t), signature.Case{Request: request, Tokens: []signature.Token{signature.NewToken("given", "wrong")}})
	if err != nil || e.Verdict.Outcome != signature.Invalid || e.Diagnosis.Cause() != "token" || e.Diagnosis.Findings[0].Token != "account" {
		t.Errorf("with a wrong one: %s, %+v, %v", e.Verdict.Outcome, e.Diagnosis, err)
	}
}

// TestCausesComeBesideTheAnswers floods the server with what cannot be explained: all of it is
// acknowledged before most of it was looked at, and the newest is looked at first.
func TestCausesComeBesideTheAnswers(t *testing.T) {
	if testing.Short() {
		t.Skip("a search for causes has a share of the time: where races are looked for it takes seconds, and the rest as many more")
	}
	t.Parallel()
	const flood, callers = 80, 4
	path := filepath.Join(t.TempDir(), "simulator.db")
	a := running(t, known(app.Options{HistoryPath: path}).ExplainingAtOnce(20*time.Millisecond))
	db, err := store.Open(within(t), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	url := a.Status().ListenURL + "/x"
	garbage := sign(t, url, "wrong", "flood")
	var wg sync.WaitGroup
	for range callers {
		wg.Go(func() {
			for range flood / callers {
				post(t, url, garbage)
			}
		})
	}
	wg.Wait()
	left := func() []webhook.Callback {
		cs, err := db.Unexplained(context.Background(), 0, 0, 10*flood)
		if err != nil {
			t.Fatal(err)
		}
		return cs
	}
	if n := a.Status().Server.Stored; n != flood {
		t.Errorf("%d of %d are acknowledged", n, flood)
	}
	if n := len(left()); n == 0 {
		t.Error("the last was acknowledged only when all were looked at")
	}
	post(t, url, sign(t, url+"/", testToken, "newest"))
	until(t, a, "the newest is explained", func() bool { return messageCause(t, a, "newest") == "slash" })
	if n := len(left()); n == 0 {
		t.Error("the newest was looked at only after all others")
	}
}

// TestCausesOfTwoServers has each of two servers on one history explain what came to it, by its token.
func TestCausesOfTwoServers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "simulator.db")
	first := running(t, known(app.Options{HistoryPath: path}))
	o := known(app.Options{HistoryPath: path})
	o.AuthToken = config.NewSecret("the second's")
	second := running(t, o)
	for i, server := range []struct {
		a     *app.App
		token string
	}{{first, testToken}, {second, "the second's"}} {
		url, uuid := server.a.Status().ListenURL+"/x", fmt.Sprint("m", i)
		post(t, url, sign(t, url+"/", server.token, uuid))
		for _, reader := range []*app.App{first, second} {
			until(t, reader, "both know the cause", func() bool { return messageCause(t, reader, uuid) == "slash" })
		}
	}
}

// TestExamineWhatCameToAnotherServer explains a callback with the token of the server that it came to.
func TestExamineWhatCameToAnotherServer(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "simulator.db")
	server := running(t, app.Options{HistoryPath: path}) // with a made-up token
	url := server.Status().ListenURL + "/x"
	post(t, url, sign(t, url+"/", server.SimulatorToken(), "slash"))
	until(t, server, "the cause is known", func() bool { return messageCause(t, server, "slash") == "slash" })
	cs, err := server.CallbacksOf(within(t), "slash", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, join := range []bool{true, false} {
		other, err := app.Open(within(t), app.Options{Mode: app.Simulator, HistoryPath: path, Join: join, Addr: "127.0.0.1:0"})
		if err != nil {
			t.Fatal(err)
		}
		defer other.Close()
		e, err := other.ExamineCallback(within(t), cs[0].ID)
		if err != nil || other.Joined() != join || e.Diagnosis.Cause() != "slash" {
			t.Errorf("joined %v: %s, %v", other.Joined(), e.Diagnosis.Cause(), err)
		}
	}
}

// TestCausesOfAnEarlierRun looks at what was left, and knows the URL of then.
func TestCausesOfAnEarlierRun(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "simulator.db")
	db, err := store.Open(within(t), store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.NoteURL(within(t), "https://earlier.example"); err != nil {
		t.Fatal(err)
	}
	signed := sign(t, "https://earlier.example/x", testToken, "left")
	c := &webhook.Callback{
		ReceivedAt: time.Now(), Kind: webhook.DeliveryReport, Method: signed.Method, URL: "https://later.example/x",
		ReceivedURL: "http://127.0.0.1:1/x", Header: signed.Header, Body: signed.Body,
		Verdict: signature.Result{Outcome: signature.Invalid, Scheme: signature.V3, Header: signature.V3.Header()},
	}
	c.Report.Params, _ = webhook.ParseParams(c.Method, c.URL, c.Header.Get("Content-Type"), c.Body)
	if err := db.Record(within(t), c); err != nil {
		t.Fatal(err)
	}
	a := running(t, known(app.Options{HistoryPath: path}))
	until(t, a, "the host is the cause", func() bool { return strings.HasPrefix(messageCause(t, a, "left"), "host") })
	urls, err := db.KnownURLs(within(t), 0)
	if err != nil || !slices.Contains(urls, a.Status().PublicURL) {
		t.Errorf("what is served now is not noted: %v, %v", urls, err)
	}
}

// TestCausesKnowEveryEarlierURL finds the origin that was signed among all the public URLs that the history keeps.
func TestCausesKnowEveryEarlierURL(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "simulator.db")
	at := time.Now().Add(-time.Hour)
	db, err := store.Open(within(t), store.Options{Path: path, Now: func() time.Time { at = at.Add(time.Second); return at }})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for i := range 60 {
		for _, behind := range []string{webhook.DeliveryReportPath, ""} {
			if err := db.NoteURL(within(t), fmt.Sprintf("https://n%d.example%s", i, behind)); err != nil {
				t.Fatal(err)
			}
		}
	}
	a := running(t, known(app.Options{HistoryPath: path}))
	signed := sign(t, "https://n0.example/x", testToken, "old")
	params, _ := webhook.ParseParams(signed.Method, signed.URL, signed.Header.Get("Content-Type"), signed.Body)
	e, err := a.Examine(within(t), signature.Case{Request: signature.Request{Method: signed.Method, URL: "https://later.example/x", Header: signed.Header, Params: params}})
	if err != nil || e.Diagnosis.Cause() != string(signature.CauseHost) || !strings.Contains(e.Diagnosis.Findings[0].Detail, "https://n0.example") {
		t.Errorf("%v; it says %+v", err, e.Diagnosis)
	}
}

// TestExamineOverTheListenURL has a request signed over the server's own address where a public URL was
// set: no earlier tunnel is to blame. What was not received here is not taken for local.
func TestExamineOverTheListenURL(t *testing.T) {
	t.Parallel()
	a := running(t, known(app.Options{PublicURL: "https://name.example"}))
	at := a.Status().ListenURL + webhook.InboundPath
	post(t, at, sign(t, at, testToken, "own"))
	until(t, a, "the cause is the URL", func() bool { return messageCause(t, a, "own") == "url" })
	cs, err := a.CallbacksOf(within(t), "own", 0)
	if err != nil {
		t.Fatal(err)
	}
	e, err := a.ExamineCallback(within(t), cs[0].ID)
	if err != nil || !e.Diagnosis.Explained() || !strings.Contains(e.Diagnosis.Findings[0].Detail, at+", as the request itself has it") {
		t.Errorf("%+v, %v", e.Diagnosis.Findings, err)
	}
	if e, err = a.Examine(within(t), signature.Case{Request: signature.Request{Method: http.MethodPost, URL: at}}); err != nil || e.Case.Local {
		t.Errorf("a request of elsewhere: %v, %v", e.Case.Local, err)
	}
}

// TestMissingNonceIsACause stores why a signature without its nonce cannot be computed.
func TestMissingNonceIsACause(t *testing.T) {
	t.Parallel()
	a := running(t, known(app.Options{PublicURL: "https://name.example"}))
	signed := sign(t, "https://name.example/x", testToken, "bare")
	for name := range signed.Header {
		if strings.HasSuffix(name, "-Nonce") {
			delete(signed.Header, name)
		}
	}
	post(t, a.Status().ListenURL+"/x", signed)
	until(t, a, "the nonce is the cause", func() bool { return messageCause(t, a, "bare") == "nonce" })
}

// TestSettleWaitsForTheCauses has a message whose callbacks are signed wrongly explained by then.
func TestSettleWaitsForTheCauses(t *testing.T) {
	t.Parallel()
	a := running(t, app.Options{})
	if err := a.Stock(within(t)); err != nil {
		t.Fatal(err)
	}
	if err := a.Settle(within(t)); err != nil {
		t.Fatal(err)
	}
	ms, err := a.Messages(within(t), store.Window{})
	if err != nil {
		t.Fatal(err)
	}
	causes := map[string]string{}
	for _, m := range ms {
		if m.Signature.Outcome == signature.Invalid {
			causes[m.To] = m.Cause
		}
	}
	want := map[string]string{"+15005550005": signature.UnknownCause, "+15005550007": "slash"}
	if diff := cmp.Diff(want, causes); diff != "" {
		t.Error(diff)
	}
}

// TestTruncatedIsNotJudged says of a callback that was cut what the server said, and searches nothing.
func TestTruncatedIsNotJudged(t *testing.T) {
	t.Parallel()
	a := running(t, known(app.Options{}))
	url := a.Status().ListenURL + "/x"
	signed := sign(t, url+"/", testToken, "cut")
	signed.Body = append(signed.Body, "&Text="+strings.Repeat("x", 1<<20)...)
	req, err := http.NewRequestWithContext(within(t), signed.Method, url, bytes.NewReader(signed.Body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header = signed.Header.Clone()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	var c []webhook.Callback
	until(t, a, "it is recorded", func() bool {
		c, err = a.Callbacks(within(t), store.Window{Limit: 1})
		return err != nil || len(c) == 1
	})
	if err != nil || !c[0].Truncated {
		t.Fatalf("it is not cut: %+v, %v", c, err)
	}
	e, err := a.ExamineCallback(within(t), c[0].ID)
	if err != nil || e.Verdict.Outcome != signature.Unchecked || len(e.Diagnosis.Findings) > 0 || c[0].Verdict.Outcome != signature.Unchecked {
		t.Errorf("the server says %s, the examination %s with %+v; %v", c[0].Verdict.Outcome, e.Verdict.Outcome, e.Diagnosis.Findings, err)
	}
}
