package signature_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
)

// vector is a row of testdata/signature_vectors.json: a request that an SDK's or the CLI's own tests
// publish, with what was computed for it by an independent program.
type vector struct {
	Source        string            `json:"source"`
	Scheme        string            `json:"scheme"`
	Method        string            `json:"method"`
	URL           string            `json:"url"`
	Nonce         string            `json:"nonce"`
	AuthToken     string            `json:"auth_token"`
	Params        map[string]string `json:"params"`
	Signature     string            `json:"signature"`
	Valid         bool              `json:"valid"`
	Note          string            `json:"note"`
	Computed      string            `json:"computed"`
	ComputedValid bool              `json:"computed_valid"`
	Verified      bool              `json:"verified"`
}

func TestPublishedVectors(t *testing.T) {
	var vectors []vector
	readJSON(t, "signature_vectors.json", &vectors)
	if len(vectors) != 24 {
		t.Fatalf("read %d vectors, want 24", len(vectors))
	}
	unverified := 0
	for i, v := range vectors {
		if !v.Verified {
			unverified++ // published as valid, although its URL lost the query that was signed
		}
		scheme := signature.Scheme(strings.ToUpper(v.Scheme))
		params := pairs(v.Params)
		got, err := signature.Sign(signature.NewToken("t", v.AuthToken), scheme, v.Method, v.URL, v.Nonce, params)
		if got != v.Computed || (err == nil) != (v.AuthToken != "") {
			t.Errorf("vector %d (%s): Sign = %q, %v, want %q", i, v.Source, got, err, v.Computed)
		}
		verdict := signature.Verify(signature.Request{
			Method: v.Method, URL: v.URL, Params: params,
			Header: map[string][]string{scheme.Header(): {v.Signature}, scheme.NonceHeader(): {v.Nonce}},
		}, []signature.Token{signature.NewToken("t", v.AuthToken)})
		if valid := verdict.Outcome == signature.Valid; valid != v.ComputedValid {
			t.Errorf("vector %d (%s): outcome %s, want valid = %v", i, v.Source, verdict.Outcome, v.ComputedValid)
		}
	}
	if unverified != 1 {
		t.Errorf("%d vectors contradict their publisher, want the one known", unverified)
	}
}

// matrixRow is a row of testdata/signature_sdk_matrix.json: what runs of the official SDKs answered
// for one request.
type matrixRow struct {
	ID        string            `json:"id"`
	Scheme    string            `json:"scheme"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Nonce     string            `json:"nonce"`
	AuthToken string            `json:"auth_token"`
	Params    map[string]string `json:"params"`
	AllAgree  bool              `json:"all_agree"`
	SDK       map[string]struct {
		Signature string  `json:"signature"`
		Base      *string `json:"base"`
	} `json:"sdk"`
}

func TestAgreesWithEverySDKWhereTheyAgree(t *testing.T) {
	agreed := 0
	for _, row := range matrix(t) {
		if !row.AllAgree {
			continue
		}
		agreed++
		for sdk, answer := range row.SDK {
			if got := row.sign(t); got != answer.Signature {
				t.Errorf("%s: Sign = %q, %s has %q", row.ID, got, sdk, answer.Signature)
			}
			if answer.Base != nil && row.base(t) != *answer.Base {
				t.Errorf("%s: Base = %q, %s has %q", row.ID, row.base(t), sdk, *answer.Base)
			}
		}
	}
	if agreed != 13 {
		t.Errorf("compared %d rows, want 13", agreed)
	}
}

// The latest of each SDK has one vote; an SDK that raises has none. On every row of the matrix one
// reading has more votes than any other, and it is the one that this package takes.
func TestAgreesWithMostSDKsWhereTheyDiffer(t *testing.T) {
	voters := []string{
		"go-7.60.2", "python-4.59.x-HEAD", "node-4.79.0", "php-HEAD", "ruby-HEAD", "java-HEAD", "dotnet-HEAD-on-mono",
	}
	differed := 0
	for _, row := range matrix(t) {
		if row.AllAgree {
			continue
		}
		differed++
		votes := map[string]int{}
		for _, sdk := range voters {
			if s := row.SDK[sdk].Signature; s != "" {
				votes[s]++
			}
		}
		most, second, winner := 0, 0, ""
		for s, n := range votes {
			if n > most {
				most, second, winner = n, most, s
			} else if n > second {
				second = n
			}
		}
		if most == second {
			t.Errorf("%s: no signature has the most votes: %v", row.ID, votes)
		}
		if got := row.sign(t); got != winner {
			t.Errorf("%s: Sign = %q (base %q), most SDKs have %q: %v", row.ID, got, row.base(t), winner, votes)
		}
	}
	if differed != 24 {
		t.Errorf("compared %d rows, want 24", differed)
	}
}

func (r matrixRow) sign(t *testing.T) string {
	t.Helper()
	got, err := signature.Sign(signature.NewToken("t", r.AuthToken),
		signature.Scheme(strings.ToUpper(r.Scheme)), r.Method, r.URL, r.Nonce, pairs(r.Params))
	if err != nil {
		t.Fatalf("%s: %v", r.ID, err)
	}
	return got
}

func (r matrixRow) base(t *testing.T) string {
	t.Helper()
	got, err := signature.Base(signature.Scheme(strings.ToUpper(r.Scheme)), r.Method, r.URL, r.Nonce, pairs(r.Params))
	if err != nil {
		t.Fatalf("%s: %v", r.ID, err)
	}
	return got
}

func matrix(t *testing.T) []matrixRow {
	t.Helper()
	var rows []matrixRow
	readJSON(t, "signature_sdk_matrix.json", &rows)
	return rows
}

func readJSON(t *testing.T, name string, into any) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func pairs(m map[string]string) []signature.Param {
	var list []signature.Param
	for name, value := range m {
		list = append(list, signature.Param{Name: name, Value: value})
	}
	return list
}
