package app_test

import (
	"bytes"
	"cmp"
	"path/filepath"
	"testing"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/config"
	"dev.internal/plivoscope/internal/mask"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// TestExamineWhatCameBefore tells of callbacks that were signed with a token that is gone what was found when they
// came: of a simulator's made-up one after its run, and of an account's that was changed.
func TestExamineWhatCameBefore(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		before, after app.Options
		token         string // the simulator's where it is empty
		because       [2]string
	}{
		"an earlier simulator's": {
			because: [2]string{
				"the token it was signed with is not here any more (an earlier simulator's is kept nowhere), so it cannot be checked again",
				"the token it was signed with is not here any more (an earlier simulator's is kept nowhere), so it cannot be examined again",
			},
		},
		"an account's": {
			before: app.Options{Mode: app.Live, APIURL: "http://127.0.0.1:1", AuthID: testAuthID, AuthToken: config.NewSecret(testToken)},
			after:  app.Options{Mode: app.Live, APIURL: "http://127.0.0.1:1", AuthID: testAuthID, AuthToken: config.NewSecret("changed in the console")},
			token:  testToken,
			because: [2]string{
				"the token it was signed with is not here any more, so it cannot be checked again",
				"the token it was signed with, or the URL, is not known here any more, so it cannot be examined again",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "a.db")
			test.before.HistoryPath, test.after.HistoryPath = path, path
			ids := map[string]int64{}
			examined := func(a *app.App, uuid string) app.Examination {
				t.Helper()
				if ids[uuid] == 0 {
					cs, err := a.CallbacksOf(within(t), uuid, 0)
					if err != nil || len(cs) != 1 {
						t.Fatalf("%d callbacks, %v", len(cs), err)
					}
					ids[uuid] = cs[0].ID
				}
				e, err := a.ExamineCallback(within(t), ids[uuid])
				if err != nil {
					t.Fatal(err)
				}
				return e
			}
			t.Run("before", func(t *testing.T) {
				a := running(t, test.before)
				url, token := a.Status().ListenURL+"/x", cmp.Or(test.token, a.SimulatorToken())
				post(t, url, sign(t, url, token, "good"))
				post(t, url, sign(t, url+"/", token, "slash"))
				post(t, url, sign(t, url, "anybody's", "forged"))
				until(t, a, "the causes are known", func() bool {
					return messageCause(t, a, "slash") == "slash" && messageCause(t, a, "forged") == signature.UnknownCause
				})
				for _, uuid := range []string{"good", "slash", "forged"} {
					if e := examined(a, uuid); e.Came != (app.Came{}) {
						t.Errorf("%s is examined as if it had come before: %s", uuid, e.Came.Words())
					}
				}
			})
			a := running(t, test.after)
			if e := examined(a, "good"); e.Verdict.Outcome != signature.Unchecked || e.Came.Words() != "it verified when it came; "+test.because[0] || len(e.Diagnosis.RuledOut) > 0 {
				t.Errorf("one that verified is %s: %s", e.Verdict.Outcome, e.Came.Words())
			}
			if e := examined(a, "slash"); e.Verdict.Outcome != signature.Invalid || e.Came.Words() != `when it came, the cause was: a "/" too many or too few in the URL (slash); `+test.because[1] || len(e.Diagnosis.RuledOut) > 0 {
				t.Errorf("one whose cause was found is %s: %s", e.Verdict.Outcome, e.Came.Words())
			}
			if e := examined(a, "slash"); e.Masked(mask.New(bytes.Repeat([]byte{1}, mask.KeySize))).Came != e.Came {
				t.Error("masked it does not say what was found when it came")
			}
			e := examined(a, "forged")
			if e.Verdict.Outcome != signature.Invalid || e.Came != (app.Came{}) || len(e.Diagnosis.RuledOut) == 0 {
				t.Errorf("one that nothing explained is %s: %s", e.Verdict.Outcome, e.Came.Words())
			}
			if e, err := a.Examine(within(t), examined(a, "good").Case); err != nil || e.Verdict.Outcome != signature.Invalid || e.Came != (app.Came{}) {
				t.Errorf("an edited request is %s, %v: %s", e.Verdict.Outcome, err, e.Came.Words())
			}
		})
	}
}
