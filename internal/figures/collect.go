package figures

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"
)

// Collect runs go with each of the lists of arguments, one after the other, and gives back the rows that were told,
// in the order in which each first came. failed has the commands that ended with an error or told no row, as one that finds
// no test. What they print goes to out.
func Collect[Row Measure | Attack](ctx context.Context, out io.Writer, commands [][]string) (rows []Row, failed []string, err error) {
	dir, err := os.MkdirTemp("", "figures")
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "rows")
	for _, args := range commands {
		name, began := "go "+strings.Join(args, " "), time.Now()
		_, _ = fmt.Fprintf(out, "\n== %s\n", name)
		cmd := exec.CommandContext(ctx, "go", args...)
		cmd.Env = append(os.Environ(), file+"="+path)
		cmd.Stdout, cmd.Stderr = out, out
		before := size(path)
		if err := cmd.Run(); err != nil {
			failed = append(failed, fmt.Sprintf("%s: %v", name, err))
		} else if size(path) == before {
			failed = append(failed, name+": no row was told")
		}
		_, _ = fmt.Fprintf(out, "-- %.0f s\n", time.Since(began).Seconds())
	}
	rows, err = read[Row](path)
	return rows, failed, err
}

func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0 // nothing was told yet
	}
	return info.Size()
}

func read[Row Measure | Attack](path string) (rows []Row, err error) {
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil, fmt.Errorf("no test told a row")
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	at := map[string]int{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var row Row
		var key struct{ What string }
		if err := json.Unmarshal(lines.Bytes(), &row); err != nil {
			return nil, fmt.Errorf("the row %q: %w", lines.Text(), err)
		}
		if err := json.Unmarshal(lines.Bytes(), &key); err != nil {
			return nil, err
		}
		if i, known := at[key.What]; known {
			rows[i] = row
			continue
		}
		at[key.What] = len(rows)
		rows = append(rows, row)
	}
	return rows, lines.Err()
}

// Table writes rows of cells under their heads, in columns.
func Table(w io.Writer, head []string, rows [][]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{head}, rows...) {
		if _, err := fmt.Fprintln(t, strings.Join(row, "\t")); err != nil {
			return err
		}
	}
	return t.Flush()
}
