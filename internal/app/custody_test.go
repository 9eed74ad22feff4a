package app_test

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/simulator"
	"dev.internal/plivoscope/internal/store"
	"dev.internal/plivoscope/internal/webhook"
)

func TestAttach(t *testing.T) {
	t.Parallel()
	for name, target := range map[string]app.Attach{
		"by its ID":     {AppID: shopApp, Replace: true},
		"by its number": {Number: "+14155550111", Replace: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acc := newAccount(t)
			a, end := acc.begin(acc.options(target))
			at := becomes(t, a, app.AttachDone)
			want := a.Status().PublicURL + webhook.InboundPath
			if got := acc.at(shopApp); got != want || at.URL != want || at.Former != shopURL || at.AppName != "shop" {
				t.Errorf("message_url is %s, the attachment %+v; want %s", got, at, want)
			}
			uuid, err := acc.sim.Inbound(within(t), simulator.InboundMessage{From: "+14155550123", To: "14155550111", Text: "hi"})
			if err != nil {
				t.Fatal(err)
			}
			ms, err := a.MessagesByUUID(within(t), []string{uuid})
			if err != nil || len(ms) != 1 || ms[0].Direction != plivo.Inbound || ms[0].Text != "hi" || ms[0].Signature.Outcome != signature.Valid {
				t.Errorf("the inbound message is %+v (%v)", ms, err)
			}
			if err := end(); err != nil {
				t.Error(err)
			}
			app, err := acc.api.Application(t.Context(), shopApp)
			if err != nil || app.MessageURL != shopURL || app.MessageMethod != "GET" {
				t.Errorf("after the end the application is %+v (%v)", app, err)
			}
		})
	}
}

// TestAttachedURLInAnotherForm holds that a URL which the API gives back in another form than it took it is ours
// still, at the end and after a crash.
func TestAttachedURLInAnotherForm(t *testing.T) {
	t.Parallel()
	acc := newAccount(t)
	acc.fine.Store(true)
	a, end := acc.begin(acc.options(app.Attach{AppID: shopApp, Replace: true}))
	becomes(t, a, app.AttachDone)
	if got := acc.at(shopApp); got != a.Status().PublicURL+webhook.InboundPath+"/" {
		t.Fatalf("the API says %s", got)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	if got := acc.at(shopApp); got != shopURL || len(acc.owed()) != 0 || strings.Contains(noticesOf(a), "somebody else") {
		t.Errorf("after the end it is %s, owed is %v; told was %s", got, acc.owed(), noticesOf(a))
	}
	acc.crashed(shopApp, shopURL)
	done, err := app.Restore(within(t), acc.options(app.Attach{}), false)
	if err != nil || len(done) != 1 || done[0].Outcome != store.PutBack || done[0].Err != nil {
		t.Errorf("after a crash: %v, %+v", err, done)
	}
}

func TestAttachedURLChanges(t *testing.T) {
	t.Parallel()
	acc := newAccount(t)
	a, end := acc.begin(acc.options(app.Attach{AppID: "20000000000000002"})) // it has no URL, so nobody is asked
	becomes(t, a, app.AttachDone)
	a.PublicURLIs("https://two.example")
	ctx := within(t)
	for acc.at("20000000000000002") != "https://two.example/sms/inbound" {
		if ctx.Err() != nil {
			t.Fatalf("message_url is %s", acc.at("20000000000000002"))
		}
		time.Sleep(time.Millisecond)
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	if got := acc.at("20000000000000002"); got != "" {
		t.Errorf("after the end message_url is %q, want none as before", got)
	}
}

func TestGivenBackWithoutAPublicURL(t *testing.T) {
	t.Parallel()
	acc := newAccount(t)
	a, end := acc.begin(acc.options(app.Attach{AppID: shopApp, Replace: true}))
	becomes(t, a, app.AttachDone)
	a.NoPublicURL()
	at := becomes(t, a, app.AttachFailed)
	if acc.at(shopApp) != shopURL || len(acc.owed()) != 0 || !strings.Contains(at.Why, "given back") {
		t.Errorf("message_url is %s, owed %v, why %s", acc.at(shopApp), acc.owed(), at.Why)
	}
	a.PublicURLIs("https://two.example")
	becomes(t, a, app.AttachDone)
	if got := acc.at(shopApp); got != "https://two.example/sms/inbound" {
		t.Errorf("with a public URL again it is %s", got)
	}
	if err := end(); err != nil || acc.at(shopApp) != shopURL {
		t.Errorf("after the end (%v) it is %s", err, acc.at(shopApp))
	}
}

func TestForeignURLStays(t *testing.T) {
	t.Parallel()
	acc := newAccount(t)
	a, end := acc.begin(acc.options(app.Attach{AppID: shopApp}))
	at := becomes(t, a, app.AttachFailed)
	if acc.at(shopApp) != shopURL || !strings.Contains(at.Why, "--yes") || at.Foreign == nil || at.Foreign.URL != shopURL {
		t.Errorf("message_url is %s, why: %s", acc.at(shopApp), at.Why)
	}
	var foreign *app.ForeignError
	if err := a.CheckAttach(t.Context()); !errors.As(err, &foreign) || foreign.URL != shopURL || foreign.Sibling {
		t.Fatalf("the check says %v", err)
	}
	a.DeclineReplacing(foreign)
	if at = a.Status().Attachment; at.State != app.AttachFailed || !at.Declined || at.Foreign == nil {
		t.Errorf("declined it is %+v", at)
	}
	a.AllowReplacing(at.Foreign) // it is tried again by itself
	if at = becomes(t, a, app.AttachDone); at.Foreign != nil || at.Declined {
		t.Errorf("still in the way: %+v", at.Foreign)
	}
	if err := end(); err != nil || acc.at(shopApp) != shopURL {
		t.Errorf("after the end (%v) message_url is %s", err, acc.at(shopApp))
	}
}

func TestAnotherPlivoscopesURLIsTold(t *testing.T) {
	t.Parallel()
	acc := newAccount(t)
	acc.set(shopApp, "https://colleague.example/sms/inbound")
	a, end := acc.begin(acc.options(app.Attach{AppID: shopApp, Replace: true}))
	becomes(t, a, app.AttachDone)
	if err := end(); err != nil {
		t.Error(err)
	}
	if said := noticesOf(a); !strings.Contains(said, "looks like that of another plivoscope") {
		t.Errorf("notices: %s", said)
	}
}

func TestSomebodyElsesChangeStays(t *testing.T) {
	t.Parallel()
	const theirs = "https://else.example/"
	t.Run("at the end", func(t *testing.T) {
		t.Parallel()
		acc := newAccount(t)
		a, end := acc.begin(acc.options(app.Attach{AppID: shopApp, Replace: true}))
		becomes(t, a, app.AttachDone)
		acc.set(shopApp, theirs)
		if err := end(); err != nil {
			t.Error(err)
		}
		if got := acc.at(shopApp); got != theirs || !strings.Contains(noticesOf(a), "was changed to "+theirs) {
			t.Errorf("message_url is %s; notices: %s", got, noticesOf(a))
		}
		if owed := acc.owed(); len(owed) != 0 {
			t.Errorf("owed is %+v", owed)
		}
	})
	t.Run("when the public URL changes", func(t *testing.T) {
		t.Parallel()
		acc := newAccount(t)
		a, _ := acc.begin(acc.options(app.Attach{AppID: shopApp, Replace: true}))
		becomes(t, a, app.AttachDone)
		acc.set(shopApp, theirs)
		a.PublicURLIs("https://two.example")
		if at := becomes(t, a, app.AttachLost); acc.at(shopApp) != theirs || !strings.Contains(at.Why, theirs) {
			t.Errorf("message_url is %s, the attachment %+v", acc.at(shopApp), at)
		}
	})
}

func TestNextStartPutsBack(t *testing.T) {
	t.Parallel()
	for name, target := range map[string]app.Attach{
		"nothing is attached": {}, "the same is attached": {AppID: shopApp}, "another is attached": {AppID: "20000000000000002"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acc := newAccount(t)
			acc.crashed(shopApp, shopURL)
			a, end := acc.begin(acc.options(target))
			if target.AppID != "" {
				becomes(t, a, app.AttachDone)
			}
			ours := target.AppID == shopApp
			ctx := within(t)
			for want := (map[bool]string{true: a.Status().PublicURL + "/sms/inbound", false: shopURL})[ours]; acc.at(shopApp) != want; time.Sleep(time.Millisecond) {
				if ctx.Err() != nil {
					t.Fatalf("message_url is %s, want %s", acc.at(shopApp), want)
				}
			}
			if err := end(); err != nil {
				t.Error(err)
			}
			if app, err := acc.api.Application(t.Context(), shopApp); err != nil || app.MessageURL != shopURL || app.MessageMethod != "GET" {
				t.Errorf("after the end the application is %+v (%v)", app, err)
			}
			if owed := acc.owed(); len(owed) != 0 {
				t.Errorf("owed is %+v", owed)
			}
		})
	}
}

func TestAPIIsDownAtTheEnd(t *testing.T) {
	t.Parallel()
	acc := newAccount(t)
	o := acc.options(app.Attach{AppID: shopApp, Replace: true})
	o.Repair = "plivoscope restore --db here.db"
	a, end := acc.begin(o)
	becomes(t, a, app.AttachDone)
	acc.down.Store(true)
	err := end()
	var (
		owed   *app.OwedError
		failed *api.Error
	)
	if !errors.As(err, &owed) || !errors.As(err, &failed) || failed.Kind != api.Upstream {
		t.Fatalf("error is %v", err)
	}
	for _, want := range []string{shopApp, shopURL, o.Repair} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the error does not say %s: %v", want, err)
		}
	}
	if _, err := app.Restore(t.Context(), acc.options(app.Attach{}), false); err != nil {
		t.Errorf("restore while it is down: %v", err)
	}
	acc.down.Store(false)
	done, err := app.Restore(t.Context(), acc.options(app.Attach{}), false)
	if err != nil || len(done) != 1 || done[0].Outcome != store.PutBack || acc.at(shopApp) != shopURL {
		t.Errorf("restore gives %+v (%v), message_url is %s", done, err, acc.at(shopApp))
	}
	if done, err := app.Restore(t.Context(), acc.options(app.Attach{}), false); err != nil || len(done) != 0 {
		t.Errorf("a second restore gives %+v (%v)", done, err)
	}
}

// TestRestoreWordsWithoutAFormerURL holds that "no URL" is never said to be put back.
func TestRestoreWordsWithoutAFormerURL(t *testing.T) {
	r := app.Restored{Custody: store.Custody{AppID: shopApp, Ours: []string{"https://a.example/sms/inbound"}}, Err: errors.New("no answer")}
	owed := &app.OwedError{Restored: r, Repair: "plivoscope restore", Err: r.Err}
	for _, said := range []string{r.String(), owed.Error()} {
		if strings.Contains(said, "no URL") || !strings.Contains(said, "before") {
			t.Errorf("it says %q", said)
		}
	}
}

func TestRestoreLeavesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*account)
		want   store.Outcome
		url    string
	}{
		"changed":     {func(acc *account) { acc.set(shopApp, "https://else.example/") }, store.Changed, "https://else.example/"},
		"put back":    {func(acc *account) { acc.set(shopApp, shopURL) }, store.NotNeeded, shopURL},
		"as it was":   {func(*account) {}, store.PutBack, shopURL},
		"is no more":  {func(acc *account) { acc.drop(shopApp) }, store.Gone, ""},
		"API is down": {func(acc *account) { acc.down.Store(true) }, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			acc := newAccount(t)
			acc.crashed(shopApp, shopURL)
			test.change(acc)
			done, err := app.Restore(t.Context(), acc.options(app.Attach{}), false)
			if err != nil || len(done) != 1 || done[0].Outcome != test.want || (done[0].Err != nil) != (test.want == "") {
				t.Fatalf("restore gives %+v (%v), want %s", done, err, test.want)
			}
			if test.url != "" && acc.at(shopApp) != test.url {
				t.Errorf("message_url is %s, want %s", acc.at(shopApp), test.url)
			}
			if s := done[0].String(); !strings.Contains(s, shopApp) {
				t.Errorf("it says %q", s)
			}
		})
	}
}

func TestWhatCannotBeAttached(t *testing.T) {
	t.Parallel()
	acc := newAccount(t)
	check := func(change func(*app.Options)) error {
		o := acc.options(app.Attach{AppID: shopApp})
		change(&o)
		a, err := app.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = a.Close() }()
		return a.CheckAttach(t.Context())
	}
	for says, change := range map[string]func(*app.Options){
		"no number of the account": func(o *app.Options) { o.Attach = app.Attach{Number: "+14155550199"} },
		"no application":           func(o *app.Options) { o.Attach = app.Attach{Number: "+14155550112"} },
		"404":                      func(o *app.Options) { o.Attach = app.Attach{AppID: "2"} },
		"no application id":        func(o *app.Options) { o.Attach = app.Attach{AppID: "../Number"} },
		"--ephemeral":              func(o *app.Options) { o.HistoryPath = "" },
	} {
		if err := check(change); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error is %v, want %q in it", err, says)
		}
	}
	if err := check(func(o *app.Options) { o.Mode = app.Simulator }); err != nil {
		t.Errorf("on the embedded simulator: %v", err)
	}
	if _, err := os.Stat(acc.path); err != nil {
		t.Error(err)
	}
}

// TestAPIHangsAtTheEnd: the end waits for the API once, however many applications earlier runs left.
func TestAPIHangsAtTheEnd(t *testing.T) {
	t.Parallel()
	acc := newAccount(t)
	for _, id := range []string{shopApp, "20000000000000002", "20000000000000003", "20000000000000004"} {
		acc.crashed(id, shopURL)
	}
	acc.mute.Store(true)
	_, end := acc.begin(acc.options(app.Attach{}).CustodyWithin(300 * time.Millisecond))
	ctx := within(t)
	for ; acc.came.Load() == 0; time.Sleep(time.Millisecond) {
		if ctx.Err() != nil {
			t.Fatal("the API was never asked")
		}
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	// One may have been about to be sent as the end began, and one is of the end itself.
	if n := acc.came.Load() - acc.past.Load(); n > 2 {
		t.Errorf("the end waited for the API %d times", n)
	}
	if owed := acc.owed(); len(owed) != 4 {
		t.Errorf("owed is %+v", owed)
	}
}

// TestAPITellsWhatWas: an API that tells for a while what was before a change does not make one forget it.
func TestAPITellsWhatWas(t *testing.T) {
	t.Parallel()
	acc := newAccount(t)
	forget := acc.remember(shopApp)
	a, end := acc.begin(acc.options(app.Attach{AppID: shopApp, Replace: true}))
	becomes(t, a, app.AttachFailed)
	forget()
	if got := acc.at(shopApp); got == shopURL {
		t.Fatal("nothing was changed")
	}
	if err := end(); err != nil {
		t.Error(err)
	}
	if got := acc.at(shopApp); got != shopURL {
		t.Errorf("after the end message_url is %s", got)
	}
}

// TestRestoreTakesAwayFromOneThatRuns tells whoever holds an application, once, that it was put back meanwhile.
func TestRestoreTakesAwayFromOneThatRuns(t *testing.T) {
	t.Parallel()
	acc := newAccount(t)
	o := acc.options(app.Attach{AppID: shopApp, Replace: true})
	o.PublicURL = "https://name.example"
	a, end := acc.begin(o)
	becomes(t, a, app.AttachDone)
	if done, err := app.Restore(within(t), o, true); err != nil || len(done) != 1 || done[0].Outcome != store.PutBack {
		t.Fatalf("%v; %+v", err, done)
	}
	at := becomes(t, a, app.AttachLost)
	const words = "was taken away from here by another plivoscope command"
	if all := noticesOf(a); at.URL != "" || !strings.Contains(at.Why, words) || strings.Count(all, words) > 1 || !strings.Contains(at.Why, "shop") {
		t.Errorf("it is %+v, and told was: %s", at, all)
	}
	eventually(t, "it is told", func() bool { return strings.Count(noticesOf(a), words) == 1 })
	if err := end(); err != nil {
		t.Error(err)
	}
	if url := acc.at(shopApp); url != shopURL {
		t.Errorf("at the end the message_url is %s", url)
	}
}
