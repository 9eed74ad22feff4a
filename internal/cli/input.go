package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"dev.internal/plivoscope/internal/webhook/capture"
)

// input reads the files that flags name; "-" is standard input, which can be read for one flag alone.
type input struct {
	in    io.Reader
	taker string // the flag that has read standard input; empty for none
}

// read gives a file's contents. The error does not name it where it is secret: what was given in place
// of its name may be a token.
func (i *input) read(flag, name string, secret bool) ([]byte, error) {
	shown := fmt.Sprintf("%s %s", flag, name)
	if secret {
		shown = "the file of " + flag
	}
	if name == "" {
		return nil, fmt.Errorf("%s names no file: give its name, or - for standard input", flag)
	}
	if name == "-" {
		if i.taker != "" {
			return nil, fmt.Errorf("standard input is read for %s already, so %s cannot read it too: name a file", i.taker, flag)
		}
		i.taker = flag
		return bounded(i.in, flag+" -")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w; check its name", shown, bare(err))
	}
	defer f.Close()
	return bounded(f, shown)
}

func bounded(r io.Reader, shown string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, capture.MaxSize+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", shown, bare(err))
	}
	if len(data) > capture.MaxSize {
		return nil, fmt.Errorf("cannot read %s: it is larger than %d MiB", shown, capture.MaxSize>>20)
	}
	return data, nil
}

// bare drops operation and path from an error of the file system.
func bare(err error) error {
	if pathError := (*fs.PathError)(nil); errors.As(err, &pathError) {
		return pathError.Err
	}
	return err
}

// token reads a token from a file, verbatim but for one newline at its end.
func (i *input) token(name string) (string, error) {
	data, err := i.read("--token-file", name, true)
	if err != nil {
		return "", err
	}
	value := strings.TrimSuffix(string(data), "\n")
	if value == "" {
		return "", errors.New("the file of --token-file holds no token: write the auth token into it")
	}
	return value, nil
}
