package sdk_test

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/signature/sdk"
)

// row is a request of the matrix with what each SDK made of it when it was run.
type row struct {
	ID        string            `json:"id"`
	Scheme    string            `json:"scheme"`
	Method    string            `json:"method"`
	URL       string            `json:"url"`
	Nonce     string            `json:"nonce"`
	AuthToken string            `json:"auth_token"`
	Params    map[string]string `json:"params"`
	SDK       map[string]struct {
		Signature string  `json:"signature"`
		Base      *string `json:"base"`
		Error     string  `json:"error"`
	} `json:"sdk"`
}

func (r row) params() []signature.Param {
	var params []signature.Param
	for _, name := range slices.Sorted(maps.Keys(r.Params)) {
		params = append(params, signature.Param{Name: name, Value: r.Params[name]})
	}
	return params
}

func readMatrix(t testing.TB) []row {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "testdata", "signature_sdk_matrix.json"))
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	if err := json.Unmarshal(data, &rows); err != nil {
		t.Fatal(err)
	}
	return rows
}

// TestMatrix computes what the SDKs computed when they were run.
func TestMatrix(t *testing.T) {
	rows := readMatrix(t)
	if len(rows) != 37 {
		t.Fatalf("read %d rows, want 37", len(rows))
	}
	profiles := sdk.Profiles()
	for _, r := range rows {
		t.Run(r.ID, func(t *testing.T) {
			if len(r.SDK) != len(profiles) {
				t.Fatalf("the row has %d SDKs, want %d", len(r.SDK), len(profiles))
			}
			scheme, params := signature.Scheme(strings.ToUpper(r.Scheme)), r.params()
			for _, p := range profiles {
				want := r.SDK[p.Version]
				base, err := p.Base(scheme, r.Method, r.URL, r.Nonce, params)
				signed, errSign := p.Sign(signature.NewToken("t", r.AuthToken), scheme, r.Method, r.URL, r.Nonce, params)
				if want.Error != "" {
					var raised *sdk.Error
					if !errors.As(err, &raised) || raised.Text != want.Error || raised.SDK != p.Name || errSign == nil {
						t.Errorf("%s: Base fails with %v, Sign with %v; want %s", p.Version, err, errSign, want.Error)
					}
					continue
				}
				if err != nil || want.Base != nil && base != *want.Base {
					t.Errorf("%s: Base = %q, %v; want %q", p.Version, base, err, *want.Base)
				}
				if errSign != nil || signed != want.Signature {
					t.Errorf("%s: Sign = %q, %v over %q; want %q", p.Version, signed, errSign, base, want.Signature)
				}
			}
		})
	}
}
