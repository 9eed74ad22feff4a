package cli

import (
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/charmbracelet/x/term"

	"dev.internal/plivoscope/internal/app"
)

// The screens work from leastColumns by leastRows on.
const leastColumns, leastRows = 60, 15

// lookAtTerminal tells what the terminal can show, as far as it says so without being asked: an answer would
// come between what is typed.
func lookAtTerminal(s Streams, getenv func(string) string) app.Finding {
	file, ok := s.Out.(*os.File)
	if !ok || !s.outIsTerminal() {
		return app.Finding{Result: app.CheckSkipped, What: "standard output is no terminal: no screen is shown there, and data is printed as JSON lines unless -o text is given"}
	}
	columns, rows, err := term.GetSize(file.Fd())
	if err != nil {
		return app.Finding{
			Result: app.CheckWarning, What: "the terminal does not say how large it is: " + err.Error(),
			Advice: "use --plain, which draws nothing",
		}
	}
	return terminalFinding(columns, rows, getenv)
}

func terminalFinding(columns, rows int, getenv func(string) string) app.Finding {
	f := app.Finding{Result: app.CheckOK, What: fmt.Sprintf("%d columns by %d rows, %s", columns, rows, coloursOf(getenv))}
	utf8 := speaksUTF8(getenv)
	if utf8 {
		f.What += ", UTF-8"
	}
	switch {
	case getenv("TERM") == "dumb":
		f.Result, f.What = app.CheckWarning, "the terminal cannot move its cursor (TERM is dumb)"
		f.Advice = "use --plain, or another terminal"
		return f
	case columns < leastColumns || rows < leastRows:
		f.Result = app.CheckWarning
		f.Advice = fmt.Sprintf("make it at least %d by %d for the screens, or use --plain", leastColumns, leastRows)
		return f
	case !utf8:
		f.Result = app.CheckWarning
		f.What += "; its locale is not UTF-8, so signs and texts may show as others"
		f.Advice = "set LANG to one that ends in .UTF-8, as C.UTF-8"
		return f
	}
	f.What += "; whether it has a mouse and lets programs copy (OSC 52) cannot be told"
	return f
}

func coloursOf(getenv func(string) string) string {
	name := getenv("TERM")
	switch colours := strings.ToLower(getenv("COLORTERM")); {
	case getenv("NO_COLOR") != "":
		return "no colours (NO_COLOR)"
	case colours == "truecolor" || colours == "24bit":
		return "16 million colours"
	case strings.Contains(name, "256color"):
		return "256 colours"
	case name == "" && runtime.GOOS == "windows":
		return "16 million colours"
	default:
		return "16 colours"
	}
}

// speaksUTF8 goes by the first of the variables that is set, as the C library does.
func speaksUTF8(getenv func(string) string) bool {
	if runtime.GOOS == "windows" {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return runtime.GOOS == "darwin"
}
