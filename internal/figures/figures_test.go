package figures_test

import (
	"encoding/json"
	"testing"

	"dev.internal/plivoscope/internal/figures"
)

// TestMeasureAsJSON: whether a goal is reached is told where there is one, and only there.
func TestMeasureAsJSON(t *testing.T) {
	for want, m := range map[string]figures.Measure{
		`{"what":"w","measured":"1 s"}`:                                    {What: "w", Measured: "1 s"},
		`{"what":"w","measured":"1 s","goal":"\u003c= 2","reached":true}`:  {What: "w", Measured: "1 s", Goal: "<= 2", Reached: true},
		`{"what":"w","measured":"3 s","goal":"\u003c= 2","reached":false}`: {What: "w", Measured: "3 s", Goal: "<= 2"},
	} {
		got, err := json.Marshal(m)
		if err != nil || string(got) != want {
			t.Errorf("%+v is %s, %v, want %s", m, got, err, want)
		}
		var back figures.Measure
		if err := json.Unmarshal(got, &back); err != nil || back != m {
			t.Errorf("%s is read back as %+v, %v", got, back, err)
		}
	}
}
