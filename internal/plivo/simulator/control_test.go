package simulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dev.internal/plivoscope/internal/plivo/signature"
	"dev.internal/plivoscope/internal/plivo/simulator"
)

// control makes a call of the control API, as curl does it, and gives its status and its JSON.
func (b *bench) control(method, path, body string, change ...func(*http.Request)) (int, map[string]any) {
	b.t.Helper()
	status, _, answer := b.controlBytes(method, path, body, change...)
	var v map[string]any
	if err := json.Unmarshal([]byte(answer), &v); answer != "" && err != nil {
		b.t.Fatalf("%s %s answers %q: %v", method, path, answer, err)
	}
	return status, v
}

func (b *bench) controlBytes(method, path, body string, change ...func(*http.Request)) (int, http.Header, string) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+"/_simulator/"+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, c := range change {
		c(r)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(answer)
}

// at walks into JSON by names and numbers.
func at(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[step]
		case int:
			l, _ := v.([]any)
			if step >= len(l) {
				return nil
			}
			v = l[step]
		}
	}
	return v
}

// TestControlIsGuarded lets nobody in but programs of this machine that call it by a loopback name.
func TestControlIsGuarded(t *testing.T) {
	b := newBench(t, simulator.Options{})
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	host := func(name string) func(*http.Request) { return func(r *http.Request) { r.Host = name } }
	for name, c := range map[string]struct {
		change func(*http.Request)
		status int
		words  string
	}{
		"curl":                   {func(*http.Request) {}, 200, ""},
		"localhost":              {host("localhost:4142"), 200, ""},
		"IPv6":                   {host("[::1]:4142"), 200, ""},
		"no port":                {host("127.0.0.1"), 200, ""},
		"its own page":           {func(r *http.Request) { r.Header.Set("Origin", "http://"+r.URL.Host) }, 200, ""},
		"rebound name":           {host("evil.example:4142"), 403, `Host of this request is "evil.example:4142"`},
		"a name that looks so":   {host("127.0.0.1.evil.example"), 403, "Host"},
		"another machine":        {host("192.0.2.1"), 403, "Host"},
		"another origin":         {header("Origin", "https://evil.example"), 403, "Origin"},
		"another port":           {header("Origin", "http://127.0.0.1:1"), 403, "Origin"},
		"an opaque origin":       {header("Origin", "null"), 403, "Origin"},
		"a page elsewhere":       {header("Sec-Fetch-Site", "cross-site"), 403, "web page"},
		"a page on this machine": {header("Sec-Fetch-Site", "same-site"), 403, "web page"},
		"a tunnel":               {header("X-Forwarded-For", "192.0.2.1"), 403, "proxy or tunnel"},
		"a proxy":                {header("Forwarded", "for=192.0.2.1"), 403, "proxy or tunnel"},
		"a proxy's port":         {header("X-Forwarded-Port", "443"), 403, "header X-Forwarded-Port"},
		"a proxy's caller":       {header("X-Real-IP", "192.0.2.1"), 403, "header X-Real-Ip"},
		"Cloudflare":             {header("CF-Connecting-IP", "192.0.2.1"), 403, "header Cf-Connecting-Ip"},
		"another network's edge": {header("True-Client-IP", "192.0.2.1"), 403, "header True-Client-Ip"},
		"a forwarder's own":      {header("X-Original-Forwarded-For", "192.0.2.1"), 403, "proxy or tunnel"},
	} {
		t.Run(name, func(t *testing.T) {
			status, v := b.control("GET", "state", "", c.change)
			words, _ := v["error"].(string)
			if status != c.status || !strings.Contains(words, c.words) || (words != "") != (c.words != "") {
				t.Errorf("it answers %d %v", status, v)
			}
		})
	}
	for peer, status := range map[string]int{"192.0.2.1:1234": 403, "10.0.0.1:1": 403, "[2001:db8::1]:1": 403, "127.0.0.9:1": 200, "[::1]:1": 200, "[::ffff:127.0.0.1]:1": 200} {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "http://127.0.0.1:4142/_simulator/state", nil)
		r.RemoteAddr = peer
		w := httptest.NewRecorder()
		b.Handler().ServeHTTP(w, r)
		if w.Code != status {
			t.Errorf("%s is answered %d, want %d", peer, w.Code, status)
		}
	}
}

// TestControlRefuses says what is wrong with a call, and what is right.
func TestControlRefuses(t *testing.T) {
	b := newBench(t, simulator.Options{})
	as := func(media string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Content-Type", media) }
	}
	for name, c := range map[string]struct {
		method, path, body string
		change             func(*http.Request)
		status             int
		words              string
	}{
		"an unknown call":          {"GET", "nothing", "", nil, 404, "it has /_simulator/callbacks"},
		"an unknown message":       {"GET", "messages/5b40a428-bfc7-4daf-9d06-726c558bf3b8", "", nil, 404, "no message"},
		"a path trick":             {"GET", "messages/..%2f..%2fstate", "", nil, 404, "no message"},
		"another method":           {"PUT", "clock", `{}`, nil, 405, "it takes GET, POST"},
		"a preflight":              {"OPTIONS", "clock", "", nil, 405, "it takes GET, POST"},
		"an unknown field":         {"POST", "clock", `{"advanse":"60s"}`, nil, 400, `no field "advanse"`},
		"an unknown field's likes": {"POST", "inbound", `{"frm":"1"}`, nil, 400, "There are from, media, text, to, url"},
		"a wrong type":             {"POST", "clock", `{"speed":"fast"}`, nil, 400, "speed cannot be a JSON string; it is a number"},
		"a number for a time":      {"POST", "clock", `{"advance":60}`, nil, 400, `write it as "60s", "1.5h" or "200ms", or "next" or "idle"`},
		"a wrong time":             {"POST", "clock", `{"advance":"a minute"}`, nil, 400, `cannot read the time "a minute"`},
		"no JSON":                  {"POST", "clock", `advance=60s`, nil, 400, "not a valid JSON object"},
		"null":                     {"POST", "clock", `null`, nil, 400, "not a valid JSON object"},
		"an array":                 {"POST", "clock", `[]`, nil, 400, "not a valid JSON object"},
		"more than one":            {"POST", "clock", `{"stop":true}{"start":true}`, nil, 400, "more after its JSON object"},
		"a brace more":             {"POST", "clock", `{"stop":true}}}}}`, nil, 400, "more after its JSON object"},
		"no fields at all":         {"POST", "reset", `{"a":1}`, nil, 400, `no field "a" here; this call takes none`},
		"fewer than none":          {"PUT", "fate", `{"next":-1}`, nil, 400, "give a number from 1"},
		"nothing":                  {"POST", "clock", ``, nil, 400, `give {"advance": "60s"}`},
		"stop and start":           {"POST", "clock", `{"stop":true,"start":true}`, nil, 400, "exclude each other"},
		"back":                     {"POST", "clock", `{"advance":"-1s"}`, nil, 400, "never back"},
		"too far":                  {"POST", "clock", `{"advance":"10000h"}`, nil, 400, "up to 720h"},
		"a form":                   {"POST", "clock", `{"stop":true}`, as("application/x-www-form-urlencoded"), 415, "send it as application/json"},
		"text":                     {"POST", "clock", `{"stop":true}`, as("text/plain"), 415, "send it as application/json"},
		"an empty form":            {"POST", "reset", ``, as("application/x-www-form-urlencoded"), 415, "send it as application/json"},
		"a long body":              {"POST", "inbound", `{"text":"` + strings.Repeat("x", 2<<20) + `"}`, nil, 413, "longer than"},
		"an unknown parameter":     {"GET", "messages?status=sent&too=1", "", nil, 400, `no parameter "too"`},
		"a parameter twice":        {"GET", "messages?to=1&to=2", "", nil, 400, "to is given more than once"},
		"a wrong limit":            {"GET", "messages?limit=0", "", nil, 400, "from 1 to 1000"},
		"a wait for nothing":       {"GET", "wait", "", nil, 400, "nothing to wait for"},
		"a long wait":              {"GET", "wait?idle&timeout=24h", "", nil, 400, "give up to 10m0s"},
		"a wrong speed":            {"POST", "clock", `{"speed":0}`, nil, 400, "give a number from"},
		"no from":                  {"POST", "inbound", `{"text":"hi"}`, nil, 400, "from is required"},
		"no message_url":           {"POST", "inbound", `{"from":"+14155550123","text":"hi"}`, nil, 400, "no url"},
		"off this machine":         {"POST", "inbound", `{"from":"+14155550123","text":"hi","url":"http://192.0.2.1/"}`, nil, 400, "--allow-remote"},
		"media that is no URL":     {"POST", "inbound", `{"from":"+14155550123","url":"http://127.0.0.1:1/","media":["a.png"]}`, nil, 400, `"a.png"`},
	} {
		t.Run(name, func(t *testing.T) {
			var changes []func(*http.Request)
			if c.change != nil {
				changes = append(changes, c.change)
			}
			status, v := b.control(c.method, c.path, c.body, changes...)
			if words, _ := v["error"].(string); status != c.status || !strings.Contains(words, c.words) {
				t.Errorf("it answers %d %v", status, v)
			}
		})
	}
	if _, header, _ := b.controlBytes("PUT", "clock", "{}"); header.Get("Allow") != "GET, POST" {
		t.Errorf("Allow is %q", header.Get("Allow"))
	}
	if s := b.Stats(); s != (simulator.Stats{}) {
		t.Errorf("calls of the control API count as Plivo's: %+v", s)
	}
}

// TestControlledRetries is the test of an app that mishandles a callback: it lets Plivo's retries come in no time.
func TestControlledRetries(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1})
	b.receiver.answer = func(n int) int { return map[bool]int{true: 503, false: 200}[n == 0] }
	b.receiver.body = "broken"
	uuid := b.send(b.draft("+14155550123"), "")[0]
	if status, v := b.control("POST", "wait", `{"to":"+14155550123","callbacks":1}`); status != 200 || at(v, "message", "callbacks", 0, "attempts", 0, "answered") != 503.0 {
		t.Errorf("the wait gives %d %v", status, v)
	}
	status, v := b.control("POST", "wait", `{"message_uuid":"`+uuid+`","answered":200,"callbacks":3,"timeout":"20ms"}`)
	if words, _ := v["error"].(string); status != 408 || at(v, "message", "message_uuid") != uuid || !strings.Contains(words, "is queued, 1 of its callbacks were posted and 0 answered 200") || !strings.Contains(words, "stands still") {
		t.Errorf("the wait gives %d %v", status, v)
	}
	if status, v := b.control("POST", "clock", `{"advance":"60s"}`); status != 200 || v["now"] != "2026-03-01T12:01:00.000000Z" || v["pending"] != 0.0 || v["next_at"] != nil {
		t.Errorf("the clock is %d %v", status, v)
	}
	if status, v := b.control("GET", "wait?answered=200&callbacks=3&idle&status=delivered&message_uuid="+uuid, ""); status != 200 || v["error"] != nil {
		t.Errorf("the wait gives %d %v", status, v)
	}
	_, m := b.control("GET", "messages/"+uuid, "")
	for _, c := range []struct {
		want any
		path []any
	}{
		{"delivered", []any{"status"}},
		{3.0, []any{"callbacks_taken"}},
		{"queued", []any{"course", 0, "status"}},
		{"2026-03-01T12:00:01.000000Z", []any{"course", 2, "at"}},
		{1.0, []any{"callbacks", 0, "sequence"}},
		{503.0, []any{"callbacks", 0, "attempts", 0, "answered"}},
		{"broken", []any{"callbacks", 0, "attempts", 0, "answer"}},
		{"2026-03-01T12:01:00.000000Z", []any{"callbacks", 0, "attempts", 1, "at"}},
		{nil, []any{"callbacks", 0, "next_attempt_at"}},
	} {
		if got := at(m, c.path...); got != c.want {
			t.Errorf("%v is %v, want %v", c.path, got, c.want)
		}
	}
	_, v = b.control("GET", "callbacks?limit=2", "")
	if at(v, "attempts", 0, "attempt") != 2.0 || at(v, "attempts", 0, "status") != "queued" || at(v, "attempts", 1, "status") != "delivered" || at(v, "attempts", 2) != nil || at(v, "upcoming", 0) != nil {
		t.Errorf("the callbacks are %v", v)
	}
}

// TestControlledMessages finds messages and what is still to come, page by page.
func TestControlledMessages(t *testing.T) {
	b := newBench(t, simulator.Options{Start: start, Stopped: true, Speed: 1})
	b.send(b.draft(numbers(5)...), "")
	failed := b.draft("+14155550123")
	failed.From = "+14155550999"
	uuid := b.send(failed, "failed:300")[0]
	b.advance(0)
	for query, want := range map[string]int{
		"": 6, "?to=%2B14155550123": 1, "?to=14155550123": 1, "?from=14155550100": 5, "?message_uuid=" + uuid: 1, "?status=failed": 0,
		"?direction=inbound": 0, "?status=queued&direction=outbound": 6,
	} {
		if _, v := b.control("GET", "messages"+query, ""); v["total"] != float64(want) {
			t.Errorf("messages%s gives %v, want %d", query, v["total"], want)
		}
	}
	seen, path := 0, "messages?limit=4"
	for path != "" {
		_, v := b.control("GET", path, "")
		if seen == 0 && at(v, "messages", 0, "message_uuid") != uuid {
			t.Errorf("the newest is %v", at(v, "messages", 0))
		}
		page, _ := v["messages"].([]any)
		seen += len(page)
		next, _ := v["next"].(string)
		path = strings.TrimPrefix(next, "/_simulator/")
	}
	if seen != 6 {
		t.Errorf("the pages have %d messages", seen)
	}
	_, v := b.control("GET", "callbacks?to=%2B14155550123", "")
	if at(v, "upcoming", 0, "message_uuid") != uuid || at(v, "upcoming", 0, "status") != "failed" || at(v, "upcoming", 0, "due_at") == nil || at(v, "attempts", 0, "status") != "queued" {
		t.Errorf("the callbacks are %v", v)
	}
	b.advance(time.Minute)
	if _, v := b.control("GET", "messages?status=failed", ""); v["total"] != 1.0 || at(v, "messages", 0, "error_code") != "300" {
		t.Errorf("failed are %v", v)
	}
}

// TestControlledState shows what the simulator is and did, and begins anew.
func TestControlledState(t *testing.T) {
	b := newBench(t, simulator.Options{Seed: 5, Start: start, Stopped: true, Speed: 1})
	first := b.send(b.draft("+14155550123"), "")
	b.advance(time.Minute)
	_, v := b.control("GET", "", "")
	if v["auth_id"] != b.AuthID() || v["auth_token"] != b.AuthToken() || v["seed"] != 5.0 || at(v, "counts", "posted") != 3.0 || at(v, "counts", "remembered") != 1.0 || at(v, "clock", "stopped") != true {
		t.Errorf("the state is %v", v)
	}
	for _, how := range []string{"POST reset", "DELETE "} {
		method, path, _ := strings.Cut(how, " ")
		status, v := b.control(method, path, "")
		if status != 200 || at(v, "counts", "posted") != 0.0 || at(v, "counts", "remembered") != 0.0 || at(v, "clock", "now") != "2026-03-01T12:00:00.000000Z" {
			t.Errorf("%s gives %d %v", how, status, v)
		}
		if again := b.send(b.draft("+14155550123"), ""); again[0] != first[0] {
			t.Errorf("after %s the UUID is %s, want %s", how, again[0], first[0])
		}
	}
	if status, v := b.control("POST", "clock", `{"start":true,"speed":20}`); status != 200 || v["stopped"] != false || v["speed"] != 20.0 {
		t.Errorf("the clock is %d %v", status, v)
	}

	b = newBench(t, simulator.Options{AuthID: "MAXXXXXXXXXXXXXXXXXX", AuthToken: "not to be shown"})
	if _, _, answer := b.controlBytes("GET", "state", ""); strings.Contains(answer, "auth_token") || strings.Contains(answer, "shown") {
		t.Errorf("the state has a token that was not made up: %s", answer)
	}
}

// TestControlledInbound posts inbound messages, and says what came of them.
func TestControlledInbound(t *testing.T) {
	b := newBench(t, simulator.Options{InboundURL: "/sms/inbound"})
	b.receiver.body = `<Response><Message src="14155550100" dst="14155550123">thanks</Message></Response>`
	status, v := b.control("POST", "inbound", `{"from":"+14155550123","text":"hi","media":["https://example.org/a.png","https://example.org/b.png"]}`)
	if status != 200 || v["answered"] != 200.0 || v["answer"] != b.receiver.body || v["status"] != "delivered" || v["problem"] != "" || at(v, "replies", 0) == nil {
		t.Errorf("it gives %d %v", status, v)
	}
	came := b.receiver.all()[0]
	if came.get("Type") != "mms" || came.get("Media1") != "https://example.org/b.png" || came.get("MessageUUID") != v["message_uuid"] {
		t.Errorf("the callback is %s", came.body)
	}
	if _, m := b.control("GET", "messages/"+v["message_uuid"].(string), ""); m["status"] != "delivered" || m["type"] != "mms" || at(m, "callbacks", 0, "kind") != "inbound" {
		t.Errorf("the message is %v", m)
	}
	b.receiver.body = "<Response>\n<Speak>hi</Speak></Response>"
	if status, v := b.control("POST", "inbound", `{"from":"+14155550123","text":"hi"}`); status != 200 || !strings.Contains(v["problem"].(string), "line 2, column 1: <Speak>") || len(v["replies"].([]any)) != 0 {
		t.Errorf("it gives %d %v", status, v)
	}
	b.receiver.answer = func(int) int { return 500 }
	if status, v := b.control("POST", "inbound", `{"from":"+14155550123","text":"hi"}`); status != 502 || v["answered"] != 500.0 || v["retry_in_seconds"] != 0.06 || !strings.Contains(v["error"].(string), "answered 500 where Plivo expects 200") {
		t.Errorf("it gives %d %v", status, v)
	}
}

// TestControlOutlastsTheServersTimes lets a call take longer than the server gives others.
func TestControlOutlastsTheServersTimes(t *testing.T) {
	b := newBench(t, simulator.Options{})
	server := httptest.NewUnstartedServer(b.Handler())
	server.Config.ReadTimeout, server.Config.WriteTimeout = 50*time.Millisecond, 50*time.Millisecond
	server.Start()
	t.Cleanup(server.Close)
	b.url = server.URL
	if status, v := b.control("GET", "wait?status=sent&timeout=300ms", ""); status != 408 || !strings.Contains(v["error"].(string), "no such message") {
		t.Errorf("it gives %d %v", status, v)
	}
}

// TestWaitEndsWithTheSimulator says so at once.
func TestWaitEndsWithTheSimulator(t *testing.T) {
	b := newBench(t, simulator.Options{})
	go func() {
		time.Sleep(10 * time.Millisecond) // most likely it waits then; else it is answered the same
		b.Close()
	}()
	if status, v := b.control("GET", "wait?status=sent&timeout=1m", ""); status != 503 || !strings.Contains(v["error"].(string), "stopping") {
		t.Errorf("it gives %d %v", status, v)
	}
}

// TestInboundOfASubaccount is signed with the token of the account that has the number, and its reply is that account's.
func TestInboundOfASubaccount(t *testing.T) {
	b := newBench(t, simulator.Options{
		InboundURL: "/sms/inbound", Subaccounts: []simulator.Subaccount{{Name: "shop"}},
		MoreNumbers: []simulator.Number{{Number: "+14155550101", Subaccount: "shop"}},
	})
	b.receiver.body = `<Response><Message src="14155550101" dst="14155550123">thanks</Message></Response>`
	sub := b.Subaccounts()[0]
	status, v := b.control("POST", "inbound", `{"from":"+14155550123","to":"+14155550101","text":"hi"}`)
	if status != 200 || v["problem"] != "" {
		t.Fatalf("it gives %d %v", status, v)
	}
	request := b.receiver.all()[0].signed
	for _, c := range []struct{ token, header, want string }{
		{sub.AuthToken, "X-Plivo-Signature-V3", "valid"},
		{b.AuthToken(), "X-Plivo-Signature-V3", "invalid"},
		{b.AuthToken(), "X-Plivo-Signature-Ma-V3", "valid"},
		{sub.AuthToken, "X-Plivo-Signature-Ma-V3", "invalid"},
	} {
		one := request
		one.Header = http.Header{c.header: request.Header[c.header], "X-Plivo-Signature-V3-Nonce": request.Header["X-Plivo-Signature-V3-Nonce"]}
		if got := signature.Verify(one, []signature.Token{signature.NewToken("it", c.token)}); string(got.Outcome) != c.want {
			t.Errorf("%s is %s, want %s", c.header, got.Outcome, c.want)
		}
	}
	reply, _ := at(v, "replies", 0).(string)
	status, _, _ = b.call("GET", "Message/"+reply+"/", "", func(r *http.Request) {
		r.URL.Path = "/v1/Account/" + sub.AuthID + "/Message/" + reply + "/"
		r.SetBasicAuth(sub.AuthID, sub.AuthToken)
	})
	if status != 200 {
		t.Errorf("the subaccount gets %d for its reply", status)
	}
}
