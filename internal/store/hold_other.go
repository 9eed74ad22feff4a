//go:build !unix

package store

// hold: the system keeps the log from being cut while it is in use.
func (s *Store) hold(bool) (free func(), err error) { return func() {}, nil }
