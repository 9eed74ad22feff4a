package signature

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// posted is a callback with a body that explains nothing, beside params that it does not hold.
func posted(body string, params ...Param) Case {
	return Case{
		Request: Request{
			Method: "POST", URL: "https://example.com/sms?env=dev", Params: params,
			Header: http.Header{
				V3.Header():      {base64.StdEncoding.EncodeToString(make([]byte, 32))},
				V3.NonceHeader(): {"05429567804466091622"},
			},
		},
		Tokens: []Token{NewToken("account", "account-token")},
		Body:   []byte(body),
	}
}

// oddParams are parameters that hypotheses make much of.
func oddParams() []Param {
	var params []Param
	for i := range 15 {
		params = append(params, Param{fmt.Sprintf("p%d[]", i), fmt.Sprintf(" a+b%%20&amp;%d.0\r\n", i)})
	}
	return params
}

const (
	nestedDepth = 9900 // encoding/json reads 10,000
	bodySize    = 6 * nestedDepth
)

// nested is JSON of one member within the other.
func nested() string {
	return strings.Repeat(`{"a":`, nestedDepth) + "1" + strings.Repeat("}", nestedDepth)
}

// TestBodyIsReadOnce holds that a search reads a body once for each way to read it, and counts that
// work, however often a hypothesis asks.
func TestBodyIsReadOnce(t *testing.T) {
	form := strings.Repeat("a=b&", 100)
	for as, body := range map[bodyForm]string{
		formBody: form, base64Body: base64.StdEncoding.EncodeToString([]byte(form)), jsonBody: `{"a":"b"` + strings.Repeat(`,"a":"b"`, 99) + "}",
	} {
		c := posted(body, oddParams()...)
		s := newSearch(&c)
		first := s.bodyParams(as)
		if len(first) != 100 || s.work < len(body)+100*workParam {
			t.Fatalf("way %d: %d parameters by work of %d", as, len(first), s.work)
		}
		in := s.root(Verify(c.Request, c.Tokens).Checks[:1])
		made := 0
		for range 3 {
			for to := range bodyHypotheses[as].rewrite(s, in) {
				if made++; &to.params[0] == &in.params[0] {
					t.Errorf("way %d changes nothing", as)
				}
			}
		}
		before := s.work
		if again := s.bodyParams(as); &again[0] != &first[0] || s.work != before || made != 3 {
			t.Errorf("way %d: it was read again, by work of %d more, for %d inputs", as, s.work-before, made)
		}
	}
	c := posted("no JSON")
	s := newSearch(&c)
	for range 2 {
		if got := s.bodyParams(jsonBody); got != nil || s.work != len(c.Body) {
			t.Errorf("what cannot be read gives %v by work of %d", got, s.work)
		}
	}
}

func TestJSONParams(t *testing.T) {
	long := strings.Repeat("n", maxJSONName+1)
	for _, c := range []struct {
		body string
		want string // the pairs, or empty where it is none
	}{
		{`{"To":"1","Units":2,"Rate":0.00250,"Big":1e3}`, "[{To 1} {Units 2} {Rate 0.00250} {Big 1e3}]"},
		{`{"a":null,"b":true,"c":false,"d":""}`, "[{a } {b true} {c false} {d }]"},
		{`{"a":[1,["x"],{"b":2}],"c":{"d":{"e":3}}}`, "[{a 1} {a x} {a[b] 2} {c[d][e] 3}]"},
		{" {\"a\":1}\r\n", "[{a 1}]"},
		{strings.Repeat(`{"a":`, maxJSONDepth) + "1" + strings.Repeat("}", maxJSONDepth), "[{a" + strings.Repeat("[a]", maxJSONDepth-1) + " 1}]"},
		{strings.Repeat(`{"a":`, maxJSONDepth+1) + "1" + strings.Repeat("}", maxJSONDepth+1), ""},
		{`{"a":` + strings.Repeat("[", maxJSONDepth) + "1" + strings.Repeat("]", maxJSONDepth) + "}", ""},
		{`{"` + long + `":1}`, ""},
		{`{"` + long[:maxJSONName-1] + `":{"b":1}}`, ""},
		{`{"` + long[:maxJSONName] + `":1}`, "[{" + long[:maxJSONName] + " 1}]"},
		{`{"a":1}--boundary`, ""},
		{`{"a":1}{"b":2}`, ""},
		{`{"a":1`, ""},
		{`{"a":1]`, ""},
		{`["a"]`, ""},
		{`"a"`, ""},
		{"", ""},
		{"{}", ""},
	} {
		got := jsonParams([]byte(c.body))
		if s := fmt.Sprint(got); s != c.want && (c.want != "" || len(got) > 0) {
			t.Errorf("%.60q is read as %.200s, want %.200s", c.body, s, c.want)
		}
	}
}

// BenchmarkDiagnoseNestedJSON is a body that is expensive to read, beside parameters of which many
// pairs are made.
func BenchmarkDiagnoseNestedJSON(b *testing.B) {
	for name, body := range map[string]string{
		"nested": nested(), "flat": `{"Text":"` + strings.Repeat(`x","a":"`, bodySize/8) + `"}`,
		"form": strings.Repeat("a=&", bodySize/3),
	} {
		b.Run(name, func(b *testing.B) {
			c := posted(body, oddParams()...)
			b.ReportAllocs()
			for b.Loop() {
				Diagnose(c)
			}
		})
	}
}
