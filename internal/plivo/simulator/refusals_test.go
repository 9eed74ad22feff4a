package simulator_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"dev.internal/plivoscope/internal/plivo/simulator"
)

// refusal is a request that is refused, as it goes over the wire.
type refusal struct {
	name   string
	line   string // method and target, where {a} is the account's path; with 1.0 behind it in that version of HTTP
	header string // in place of the usual one of its name; of the name alone: none
	body   string
	status int
	answer string // its body, of which ID is an api_id
}

const goodSend = `"src":"14155550100","dst":"14155550123","text":"x"`

// ask sends a refusal's request, byte by byte as it says, and gives the answer.
func (b *bench) ask(r refusal) (status int, header http.Header, body string) {
	b.t.Helper()
	line := strings.NewReplacer("{a}", "/v1/Account/"+b.AuthID(), "{v2}", "/v2/Account/"+b.AuthID()).Replace(r.line)
	version := "1.1"
	if old, ok := strings.CutSuffix(line, " 1.0"); ok {
		line, version = old, "1.0"
	}
	usual, _ := http.NewRequestWithContext(b.t.Context(), "GET", b.url, nil)
	usual.SetBasicAuth(b.AuthID(), b.AuthToken())
	headers := map[string]string{
		"Host": usual.Host, "Connection": "close", "Content-Type": "application/json",
		"Authorization": usual.Header.Get("Authorization"), "Content-Length": fmt.Sprint(len(r.body)),
	}
	if name, value, ok := strings.Cut(r.header, ":"); ok {
		headers[name] = strings.ReplaceAll(strings.TrimSpace(value), "{token}", b.AuthToken())
		if name == "Transfer-Encoding" {
			delete(headers, "Content-Length")
		}
	}
	conn, err := net.Dial("tcp", usual.Host)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	var wire strings.Builder
	fmt.Fprintf(&wire, "%s HTTP/%s\r\n", line, version)
	for name, value := range headers {
		if value != "" {
			fmt.Fprintf(&wire, "%s: %s\r\n", name, value)
		}
	}
	wire.WriteString("\r\n" + r.body)
	go func() { _, _ = io.WriteString(conn, wire.String()) }() // an answer may come before all is sent
	method, _, _ := strings.Cut(line, " ")
	usual.Method = method
	response, err := http.ReadResponse(bufio.NewReader(conn), usual)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	read, _ := io.ReadAll(response.Body)
	return response.StatusCode, response.Header, string(read)
}

var apiIDInAnswer = regexp.MustCompile(`"api_id":"[0-9a-f]{8}-[0-9a-f-]{27}"`)

// TestRefusals is each way in which a request is refused: the request, the status and the body.
func TestRefusals(t *testing.T) {
	b := newBench(t, simulator.Options{Limits: simulator.Limits{Lists: -1}, MoreNumbers: []simulator.Number{{Number: "14155550111", NoSMS: true}}})
	for _, test := range append(callRefusals, sendRefusals...) {
		t.Run(test.name, func(t *testing.T) {
			status, header, body := b.ask(test)
			body = apiIDInAnswer.ReplaceAllString(body, `"api_id":"ID"`)
			if status != test.status || body != test.answer {
				t.Errorf("the answer is %d %s\nwant %d %s", status, body, test.status, test.answer)
			}
			kind := "application/json"
			if status == http.StatusUnauthorized {
				kind = "text/plain; charset=utf-8"
			}
			if header.Get("Content-Type") != kind || status == http.StatusMethodNotAllowed && header.Get("Allow") == "" {
				t.Errorf("the headers are %v", header)
			}
		})
	}
	if got := values(b.get("Message/"), "message_uuid"); got != "" {
		t.Errorf("refused requests left the messages %s", got)
	}
}

// TestForgiven is what is odd, and taken all the same.
func TestForgiven(t *testing.T) {
	b := newBench(t, simulator.Options{})
	for _, test := range []refusal{
		{name: "no slash at the end", line: "POST {a}/Message", body: "{" + goodSend + "}", status: 202},
		{name: "two slashes at the end", line: "GET {a}/Powerpack//", status: 200},
		{name: "the account with two", line: "GET {a}//", status: 200},
		{name: "HTTP/1.0", line: "POST {a}/Message/ 1.0", body: "{" + goodSend + "}", status: 202},
		{name: "chunks", line: "POST {a}/Message/", header: "Transfer-Encoding: chunked", body: fmt.Sprintf("1\r\n{\r\n%x\r\n%s}\r\n0\r\n\r\n", len(goodSend)+1, goodSend), status: 202},
		{name: "another charset in Content-Type", line: "POST {a}/Message/", header: "Content-Type: application/JSON; charset=utf-8", body: "{" + goodSend + "}", status: 202},
		{name: "fields that nobody knows", line: "POST {a}/Message/", body: "{" + goodSend + `,"colour":{"a":[1]},"sms":null}`, status: 202},
		{name: "a sender's name abroad", line: "POST {a}/Message/", body: `{"src":"Shop","dst":"447400123456","text":"x"}`, status: 202},
		{name: "a sender's name to a magic number", line: "POST {a}/Message/", body: `{"src":"Shop","dst":"15005550000","text":"x"}`, status: 202},
		{name: "a number for dst", line: "POST {a}/Message/", body: `{"src":14155550100,"dst":14155550123,"text":"x","log":true,"message_expiry":"60"}`, status: 202},
		{name: "dst with what Plivo strips, twice", line: "POST {a}/Message/", body: `{"src":"+1 (415) 555-0100","dst":"+1 (415) 555.0123<1/415/5550123<","text":"x"}`, status: 202},
	} {
		if status, _, body := b.ask(test); status != test.status || status == 202 && len(uuidInAnswer.FindStringSubmatch(body)) != 2 {
			t.Errorf("%s: it is answered %d %s", test.name, status, body)
		}
	}
}

// TestRefusalsByState is each way in which a good request is refused for what the account is or has done.
func TestRefusalsByState(t *testing.T) {
	send := refusal{line: "POST {a}/Message/", body: "{" + goodSend + "}"}
	list := refusal{line: "GET {a}/Message/"}
	for _, test := range []struct {
		name    string
		account simulator.Options
		before  []refusal // requests that are answered otherwise
		asked   refusal
		status  int
		answer  string
	}{
		{"a disabled account", simulator.Options{Disabled: true}, nil, list, 403, `{"api_id":"ID","error":"this account is disabled"}`},
		{"too many requests", simulator.Options{Limits: simulator.Limits{Requests: 2}}, []refusal{list, send}, list, 429, `{"api_id":"ID","error":"too many requests: the account's limits are Plivo's; wait, move the simulator's clock on, or start it without limits"}`},
		{"too many lists", simulator.Options{Limits: simulator.Limits{Lists: 1}}, []refusal{list}, list, 429, `{"api_id":"ID","error":"too many requests: the account's limits are Plivo's; wait, move the simulator's clock on, or start it without limits"}`},
		{"no money", simulator.Options{Balance: "0"}, []refusal{send}, send, 400, `{"api_id":"ID","error":"Insufficient Credit"}`},
		{"a country that is off", simulator.Options{GeoBlocked: []string{"US"}}, nil, send, 400, `{"api_id":"ID","error":"the message to 14155550123 is not allowed: the account has no geo-permission for US"}`},
		{"a foreign sender", simulator.Options{StrictSenders: true, Numbers: []string{"14155550199"}}, nil, send, 400, `{"api_id":"ID","error":"This caller ID is not allowed for outbound message: src is not a number of this account, and the simulator is strict about senders"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.account.Stopped, test.account.Speed = true, 1
			b := newBench(t, test.account)
			for _, r := range test.before {
				if status, _, body := b.ask(r); status != 200 && status != 202 {
					t.Fatalf("what comes before is answered %d %s", status, body)
				}
			}
			status, _, body := b.ask(test.asked)
			if body = apiIDInAnswer.ReplaceAllString(body, `"api_id":"ID"`); status != test.status || body != test.answer {
				t.Errorf("the answer is %d %s\nwant %d %s", status, body, test.status, test.answer)
			}
		})
	}
}
