package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"dev.internal/plivoscope/internal/plivo/signature"
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

// tokenFileUsage is what --token-file does, wherever it is.
const tokenFileUsage = "read an auth token from `FILE`, - for standard input; one line feed at its end is left out, all else is taken as it stands"

// token reads a token from a file, verbatim but for one newline at its end; cutOff tells of that.
func (i *input) token(name string) (_ signature.Token, cutOff bool, err error) {
	data, err := i.read("--token-file", name, true)
	if err != nil {
		return signature.Token{}, false, err
	}
	value, cutOff := strings.CutSuffix(string(data), "\n")
	if value == "" {
		return signature.Token{}, false, errors.New("the file of --token-file holds no token: write the auth token into it")
	}
	return signature.NewToken("--token-file "+name, value), cutOff, nil
}
