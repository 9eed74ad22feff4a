package cli

import (
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"sync"

	"github.com/google/uuid"
	"github.com/rogpeppe/go-internal/testscript"
)

// standInAPI answers sends as a script says, and remembers their bodies.
type standInAPI struct {
	mu      sync.Mutex
	answers []string
	bodies  []string
	has     []string // destinations that its list of messages has
	history string   // the file
}

const standInUUID = "5b40a428-bfc7-4daf-9d06-726c558bf3b"

func (s *standInAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Method == http.MethodGet {
		objects := ""
		for i, to := range s.has {
			if i > 0 {
				objects += ","
			}
			objects += fmt.Sprintf(`{"message_uuid":"%s%d","message_state":"sent","from_number":"14155550100","to_number":%q}`, standInUUID, i, to)
		}
		_, _ = io.WriteString(w, `{"meta":{"limit":20,"offset":0,"next":null},"objects":[`+objects+`]}`)
		return
	}
	s.bodies = append(s.bodies, string(body))
	answer := "ok"
	if n := len(s.bodies); n <= len(s.answers) {
		answer = s.answers[n-1]
	}
	switch answer {
	case "ok":
		w.WriteHeader(http.StatusAccepted)
		_, _ = fmt.Fprintf(w, `{"api_id":"i","message":"message(s) queued","message_uuid":[%q]}`, uuid.NewString())
	case "broken": // is the history meanwhile
		db, err := sql.Open("sqlite", "file:"+s.history+"?_busy_timeout=5000")
		if err == nil {
			_, err = db.Exec("CREATE TRIGGER IF NOT EXISTS broken BEFORE UPDATE ON messages BEGIN SELECT raise(ABORT, 'broken'); END")
			_ = db.Close()
		}
		if err != nil {
			w.WriteHeader(http.StatusTeapot)
			return
		}
		w.WriteHeader(http.StatusAccepted)
		_, _ = fmt.Fprintf(w, `{"api_id":"i","message":"message(s) queued","message_uuid":["%s0"]}`, standInUUID)
	case "cut":
		panic(http.ErrAbortHandler)
	case "html":
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<html>Sign in to the hotel</html>")
	case "empty":
		w.WriteHeader(http.StatusAccepted)
	case "credit":
		w.WriteHeader(http.StatusPaymentRequired)
		_, _ = io.WriteString(w, `{"error":"Insufficient Credit"}`)
	default:
		status, err := strconv.Atoi(answer)
		if err != nil {
			status = http.StatusTeapot
		}
		w.WriteHeader(status)
	}
}

// api [ANSWER …] starts an API on this machine that answers sends in turn (ok, cut, html, empty, credit, a
// status, or broken: the history cannot be written from then on), and all further ones with ok, and sets PLIVO_API_URL to it.
func startAPI(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: api [ANSWER …]")
	}
	s := &standInAPI{answers: args, history: ts.Getenv("PLIVOSCOPE_DB")}
	server := httptest.NewServer(s)
	ts.Defer(func() {
		server.CloseClientConnections()
		server.Close()
	})
	ts.Setenv("PLIVO_API_URL", server.URL)
	standIns.Store(server.URL, s)
}

var standIns sync.Map // by their URLs

func standInOf(ts *testscript.TestScript) *standInAPI {
	s, ok := standIns.Load(ts.Getenv("PLIVO_API_URL"))
	if !ok {
		ts.Fatalf("no api was started")
	}
	return s.(*standInAPI)
}

// has NUMBER … lets the API list messages to these numbers.
func apiHas(ts *testscript.TestScript, _ bool, args []string) {
	s := standInOf(ts)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.has = args
}

// sends N checks how many sends the API got, and writes the last one's body to the file last.json.
func apiSends(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: sends N")
	}
	s := standInOf(ts)
	s.mu.Lock()
	defer s.mu.Unlock()
	if got := strconv.Itoa(len(s.bodies)); got != args[0] {
		ts.Fatalf("the API got %s sends, not %s", got, args[0])
	}
	if n := len(s.bodies); n > 0 {
		ts.Check(os.WriteFile(ts.MkAbs("last.json"), []byte(s.bodies[n-1]), 0o600))
	}
}
