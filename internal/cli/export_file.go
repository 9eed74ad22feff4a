package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"dev.internal/plivoscope/internal/webhook/archive"
)

// outFile is where an export goes. A file appears under its name when it is whole, or not at all.
type outFile struct {
	*bufio.Writer
	path  string   // empty for standard output
	file  *os.File // what is written to
	temp  string   // its name until it is whole; empty where it is written in place
	force bool
}

// createOut begins an export. A new file is the user's alone; one that is written over keeps its mode.
func createOut(s Streams, path string, force bool, format archive.Format) (*outFile, error) {
	const size = 64 << 10
	if path == "-" {
		to := io.Writer(s.Out)
		if format == archive.RawHTTP && s.outIsTerminal() {
			to = onTerminal{to}
		}
		return &outFile{Writer: bufio.NewWriterSize(goneReader{to}, size)}, nil
	}
	o := &outFile{path: path, force: force}
	fail := func(err error) (*outFile, error) {
		return nil, fmt.Errorf("cannot write --to %s: %w", path, bare(err))
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fail(err)
	case info.IsDir():
		return fail(errors.New("it is a folder; name a file in it"))
	case !info.Mode().IsRegular(): // a pipe or a device
		if o.file, err = os.OpenFile(path, os.O_WRONLY, 0); err != nil {
			return fail(err)
		}
		o.Writer = bufio.NewWriterSize(goneReader{o.file}, size)
		return o, nil
	case !force:
		return fail(errExists)
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("cannot write --to %s: its folder: %w; make the folder first, or name another", path, bare(err))
	}
	if o.file, err = os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*"); err != nil {
		return fail(fmt.Errorf("%w; name a file in a folder that you may write to", bare(err)))
	}
	o.temp = o.file.Name()
	if info != nil {
		// A user who let others read the file that is written over still does.
		_ = o.file.Chmod(info.Mode().Perm())
	}
	o.Writer = bufio.NewWriterSize(o.file, size)
	return o, nil
}

var errExists = errors.New("it is there already; name another file, or write over it with --force")

func (o *outFile) toFile() bool { return o.path != "" }

// done finishes the export and gives the file its name.
func (o *outFile) done() error {
	if err := o.Flush(); err != nil {
		return o.failed(err)
	}
	if o.file == nil {
		return nil
	}
	file, temp := o.file, o.temp
	o.file, o.temp = nil, ""
	if temp == "" {
		return o.failed(file.Close())
	}
	defer os.Remove(temp) // where it was not renamed
	if err := errors.Join(file.Sync(), file.Close()); err != nil {
		return o.failed(err)
	}
	if o.force {
		return o.failed(os.Rename(temp, o.path))
	}
	// Unlike a rename, a link writes over nothing that came in the meantime.
	err := os.Link(temp, o.path)
	if errors.Is(err, fs.ErrExist) {
		err = errExists
	} else if err != nil {
		err = os.Rename(temp, o.path) // a file system without links
	}
	return o.failed(err)
}

func (o *outFile) failed(err error) error {
	if err == nil || errors.Is(err, errReaderGone) {
		return err
	}
	if o.path == "" {
		return cannotPrint(err)
	}
	if link := (*os.LinkError)(nil); errors.As(err, &link) {
		err = link.Err
	}
	return fmt.Errorf("cannot write --to %s: %w", o.path, bare(err))
}

// abandon leaves nothing of an export that was not done.
func (o *outFile) abandon() {
	if o.file != nil {
		_ = o.file.Close()
	}
	if o.temp != "" {
		_ = os.Remove(o.temp)
	}
}

// goneReader says of a closed pipe that nobody reads any more, which is no failure.
type goneReader struct{ w io.Writer }

func (g goneReader) Write(p []byte) (int, error) {
	n, err := g.w.Write(p)
	if errors.Is(err, syscall.EPIPE) {
		err = errReaderGone
	}
	return n, err
}
