package cli

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestScreenOfTheUser runs the program with the user's own file: its keys act and are shown, the old ones
// do not, and the mouse is the terminal's.
func TestScreenOfTheUser(t *testing.T) {
	t.Parallel()
	cmd := command(t, "demo", "--addr", "127.0.0.1:0", "--speed", "20", "--config", "mine.json")
	settings := `{"keys": {"quit": "Q", "new-message": "ctrl+t"}, "theme": {"accent": "#ff8800"}, "mouse": false}`
	if err := os.WriteFile(filepath.Join(cmd.Dir, "mine.json"), []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, cmd, 120, 36)
	s.wait(`Messages \(15\)`)
	s.wait(`ctrl\+t new message`)
	s.press("?")
	s.wait(`Q\s+quit`)
	s.press("\x1b")
	s.wait(`Messages \(15\)`)
	s.press("q\x14")
	s.wait(`› Text`)
	s.press("\x1b")
	s.wait(`Messages \(15\)`)
	s.press("Q")
	<-s.ended
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("Q ended with %v", err)
	}
}

// TestWrongSettingsOpenNoScreen holds that the file of the user's folder is read where there is a screen, and
// that one that is wrong is a sentence on a terminal that was left alone.
func TestWrongSettingsOpenNoScreen(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the folder is another on each system")
	}
	cmd := command(t, "demo", "--addr", "127.0.0.1:0")
	dir := filepath.Join(cmd.Dir, "config", "plivoscope")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "config.json"), []byte("{\n\"colours\": {}}"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := open(t, cmd, 200, 10)
	<-s.ended
	if text := s.text(); !strings.Contains(text, `plivoscope/config.json, line 2: there is no setting "colours": the settings are keys, theme and mouse`) {
		t.Errorf("the terminal shows\n%s", text)
	}
	if err := s.cmd.Wait(); s.cmd.ProcessState.ExitCode() != exitUser {
		t.Errorf("ended with %v", err)
	}
}
