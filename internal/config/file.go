package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/joho/godotenv"
)

// maxFile bounds a .env file. Real ones hold some lines; what is larger was named by mistake.
const maxFile = 64 << 10

// readFile gives the settings of an env file with its mode; no settings where it does not exist and
// need not.
func readFile(path string, explicit bool) (map[string]string, fs.FileMode, error) {
	data, mode, err := slurp(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !explicit:
		return nil, fs.ModeIrregular, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, 0, fmt.Errorf("read the environment file %s: it does not exist; check the name given to --env", path)
	case err != nil:
		return nil, 0, fmt.Errorf("read the environment file %s: %w; name another with --env", path, err)
	}
	settings, err := parse(data)
	if err != nil {
		return nil, 0, fmt.Errorf("read the environment file %s: %w", path, err)
	}
	return settings, mode, nil
}

func slurp(path string) ([]byte, fs.FileMode, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, reason(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, 0, reason(err)
	}
	if info.IsDir() {
		return nil, 0, errors.New("it is a folder")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, 0, reason(err)
	}
	if len(data) > maxFile {
		return nil, 0, fmt.Errorf("it is larger than %d KiB", maxFile>>10)
	}
	return data, info.Mode(), nil
}

// reason drops the operation and the path from err, which the sentence around it names already.
func reason(err error) error {
	if pathError := (*fs.PathError)(nil); errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// parse reads NAME=value lines. Its errors name the line and never quote it, as godotenv's do: it may
// hold a token.
func parse(data []byte) (map[string]string, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) || bytes.IndexByte(data, 0) >= 0 {
		return nil, errors.New("it is no UTF-8 text, perhaps UTF-16; save it as UTF-8")
	}
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	settings, err := parseText(text)
	if err == nil {
		return settings, nil
	}
	line, cause := locate(text)
	return nil, fmt.Errorf("line %d is no setting: %w; write NAME=value, or NAME=\"value\" where it has spaces", line, cause)
}

var (
	errOpenQuote = errors.New("a quote is opened and never closed")
	errNoSetting = errors.New("there is no \"=\" after a plain name, or something follows a closed quote")
)

func parseText(text string) (map[string]string, error) {
	settings, err := godotenv.Unmarshal(text)
	if err != nil {
		if strings.HasPrefix(err.Error(), "unterminated") {
			return nil, errOpenQuote
		}
		return nil, errNoSetting
	}
	// A last line without "=" comes back as a setting without a name.
	if _, nameless := settings[""]; nameless {
		return nil, errNoSetting
	}
	return settings, nil
}

// locate finds the line, counted from 1, on which the first setting of text that does not parse
// begins. A setting is a line, or several where a quote goes over them.
func locate(text string) (line int, cause error) {
	lines := strings.SplitAfter(text, "\n")
	for start := 0; start < len(lines); {
		end := start + 1
		_, err := parseText(lines[start])
		for errors.Is(err, errOpenQuote) && end < len(lines) {
			end++
			_, err = parseText(strings.Join(lines[start:end], ""))
		}
		if err != nil {
			return start + 1, err
		}
		start = end
	}
	return len(lines), errNoSetting
}
