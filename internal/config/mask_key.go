package config

import (
	"crypto/rand"
	"os"
	"path/filepath"
)

// MaskKey is the secret that pseudonyms are made with, of size bytes: the one kept in the state folder, in
// a file that only the user can read, so that a number is called the same in each run. It is made where
// there is none. Where it can be neither read nor kept, this run has one of its own.
func MaskKey(size int) []byte {
	fresh := make([]byte, size)
	_, _ = rand.Read(fresh) // never fails; see crypto/rand
	dir, err := StateDir()
	if err != nil {
		return fresh
	}
	path := filepath.Join(dir, "mask.key")
	if kept, err := os.ReadFile(path); err == nil && len(kept) == size {
		return kept
	}
	if err := keepMaskKey(dir, path, fresh); err != nil {
		return fresh
	}
	// Another process may have been faster.
	if kept, err := os.ReadFile(path); err == nil && len(kept) == size {
		return kept
	}
	return fresh
}

// keepMaskKey puts the whole key in its place at once: nobody reads half of it.
func keepMaskKey(dir, path string, key []byte) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, "mask-*.key") // 0600
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }()
	_, err = tmp.Write(key)
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	if err = os.Link(tmp.Name(), path); err == nil {
		return nil
	}
	if info, statErr := os.Stat(path); statErr == nil && info.Size() == int64(len(key)) {
		return nil // another process was faster
	}
	return os.Rename(tmp.Name(), path) // no links on this disk, or what is there is no key
}
