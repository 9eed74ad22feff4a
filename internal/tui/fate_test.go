package tui

import "testing"

// TestFateProblem takes what the simulator takes.
func TestFateProblem(t *testing.T) {
	for fate, fine := range map[string]bool{
		"": true, "delivered": true, "undelivered:30": true, "none": true, "contradiction": true, "contradiction:80": true, "late": true, "read": true,
		"delivered:30": false, "failed:30": false, "late:30": false, "inbound": false, "several-destinations": false, "lost": false,
	} {
		if problem := fateProblem(fate); (problem == "") != fine {
			t.Errorf("%s: %q", fate, problem)
		}
	}
}
