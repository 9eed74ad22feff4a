package app_test

import (
	"errors"
	"path/filepath"
	"testing"

	"dev.internal/plivoscope/internal/app"
)

// TestStockInABrokenHistory has the history break before the demo: that is told, since its rows would never move.
func TestStockInABrokenHistory(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "h.db")
	a := running(t, app.Options{HistoryPath: path})
	unwritable(t, path)
	err := a.Stock(within(t))
	var unnoted *app.UnnotedError
	if !errors.As(err, &unnoted) {
		t.Errorf("the stock was sent with %v", err)
	}
}
