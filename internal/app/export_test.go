package app

import "time"

// Quicken lets the watch over messages look every 50 ms. It has to come before Run.
func Quicken(a *App) { a.beat = 50 * time.Millisecond }
