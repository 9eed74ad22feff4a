package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"time"
)

// applicationID marks a SQLite file as a history: "Plvs" in ASCII.
const applicationID = 0x506c7673

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations are the scripts in their order; version N of the schema is what the first N make.
var migrations = readMigrations(migrationFiles)

func readMigrations(files fs.FS) []string {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil || len(names) == 0 {
		panic("store: no migrations in the program")
	}
	scripts := make([]string, len(names))
	for i, name := range names {
		if want := fmt.Sprintf("migrations/%03d.sql", i+1); name != want {
			panic("store: migration " + name + " where " + want + " has to be")
		}
		b, err := fs.ReadFile(files, name)
		if err != nil {
			panic("store: " + err.Error())
		}
		scripts[i] = string(b)
	}
	return scripts
}

// state is what a file says it is.
type state struct {
	application, version, tables int
}

func readState(ctx context.Context, c *sql.Conn) (state, error) {
	var st state
	err := c.QueryRowContext(ctx, `SELECT a.application_id, v.user_version, (SELECT count(*) FROM sqlite_master)
		FROM pragma_application_id a, pragma_user_version v`).Scan(&st.application, &st.version, &st.tables)
	return st, err
}

func (st state) check(path string) error {
	switch {
	case st.application == applicationID && st.version > len(migrations):
		return failure(ErrNewer, nil, "cannot open the history %s: a newer version of plivoscope wrote it (its format is %d, this program knows %d); upgrade plivoscope, or name another file with --db", path, st.version, len(migrations))
	case st.application != applicationID && (st.application != 0 || st.version != 0 || st.tables != 0):
		return failure(ErrNotHistory, nil, "cannot open the history %s: it is a database of another program; it was left as it is, name another file with --db", path)
	}
	return nil
}

// migrate brings a history to this program's version, all or nothing. Of two processes that open a new
// file at once the second finds it done.
func migrate(ctx context.Context, c *sql.Conn, path string) (err error) {
	st, err := readState(ctx, c)
	if err != nil || st.application == applicationID && st.version == len(migrations) {
		return err
	}
	if _, err := c.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_, _ = c.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		}
	}()
	if st, err = readState(ctx, c); err != nil {
		return err
	}
	if err := st.check(path); err != nil {
		return err
	}
	for _, script := range migrations[st.version:] {
		if _, err := c.ExecContext(ctx, script); err != nil {
			return err
		}
	}
	_, err = c.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT", applicationID, len(migrations)))
	return err
}

func ms(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
