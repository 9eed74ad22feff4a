package webhook_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

// text posts an inbound message and gives what it is answered with.
func text(t *testing.T, url string, form url.Values) (contentType, body string) {
	t.Helper()
	response, err := http.PostForm(url+webhook.InboundPath, form)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	b, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 200 {
		t.Fatalf("it is answered %d %s (%v)", response.StatusCode, b, err)
	}
	return response.Header.Get("Content-Type"), string(b)
}

func hello(from string) url.Values {
	return url.Values{"From": {from}, "To": {"14155550100"}, "Text": {"hi"}, "MessageUUID": {"5b40a428-bfc7-4daf-9d06-726c558bf3b8"}}
}

func TestInboundIsAnswered(t *testing.T) {
	answer, err := plivo.ReplyWith("Tom & Co")
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	s := start(t, webhook.Config{
		Answer: answer, PublicURLs: []string{"https://public.example/prefix"},
		OnProblem: func(_ slog.Level, text string) { said = append(said, text) },
	})
	contentType, body := text(t, s.url, hello("14155550123"))
	replies, err := plivo.ParseReplies([]byte(body))
	want := []plivo.Reply{{
		From: "14155550100", To: "14155550123", Text: "Tom & Co", Type: "sms",
		CallbackURL: "https://public.example/prefix/sms/delivery-report",
	}}
	if diff := cmp.Diff(want, replies); err != nil || diff != "" || contentType != "application/xml" {
		t.Errorf("%s %s: error is %v, replies (-want +got):\n%s", contentType, body, err, diff)
	}
	if _, body := text(t, s.url, hello("")); body != plivo.NoReply || len(said) != 1 || !strings.Contains(said[0], "got no reply") {
		t.Errorf("from nobody it is answered %s and said %q", body, said)
	}
}

func TestAppsAnswerIsChecked(t *testing.T) {
	for name, test := range map[string]struct {
		answer webhook.TargetAnswer
		says   string
	}{
		"good":         {webhook.TargetAnswer{Status: 200, Body: []byte(plivo.NoReply)}, ""},
		"plain text":   {webhook.TargetAnswer{Status: 200, Body: []byte("OK")}, ""},
		"an error":     {webhook.TargetAnswer{Status: 500, Body: []byte("<html>")}, ""},
		"compressed":   {webhook.TargetAnswer{Status: 200, Header: http.Header{"Content-Encoding": {"br"}}, Body: []byte("<?")}, ""},
		"an ampersand": {webhook.TargetAnswer{Status: 200, Body: []byte("<Response>\n<Message src=\"14155550100\" dst=\"14155550123\">Tom & Co</Message></Response>")}, "line 2, column"},
		"a call's":     {webhook.TargetAnswer{Status: 200, Body: []byte("<Response><Speak>hi</Speak></Response>")}, "<Speak>"},
	} {
		t.Run(name, func(t *testing.T) {
			said := ""
			s := start(t, webhook.Config{
				Answerer: func(*webhook.Callback) func(context.Context) webhook.TargetAnswer {
					return func(context.Context) webhook.TargetAnswer { return test.answer }
				},
				OnProblem: func(_ slog.Level, text string) { said += text },
			})
			response, err := http.PostForm(s.url+webhook.InboundPath, hello("14155550123"))
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(response.Body)
			_ = response.Body.Close()
			if string(body) != string(test.answer.Body) || response.StatusCode != test.answer.Status {
				t.Errorf("what is passed on is %d %s", response.StatusCode, body)
			}
			if (said != "") != (test.says != "") || !strings.Contains(said, test.says) {
				t.Errorf("it says %q, want %q", said, test.says)
			}
		})
	}
}
