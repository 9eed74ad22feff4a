package config_test

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"dev.internal/plivoscope/internal/config"
)

func TestMaskKey(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_STATE_HOME", dir)
	t.Setenv("LocalAppData", dir)
	t.Setenv("HOME", dir)
	keys := make([][]byte, 8)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() { keys[i] = config.MaskKey(32) })
	}
	wg.Wait()
	for _, k := range keys {
		if len(k) != 32 || !bytes.Equal(k, keys[0]) {
			t.Fatalf("keys differ: %x and %x", k, keys[0])
		}
	}
	if !bytes.Equal(config.MaskKey(32), keys[0]) {
		t.Error("the next run has another key")
	}
	state, err := config.StateDir()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(state, "mask.key")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
	if left, _ := filepath.Glob(filepath.Join(state, "mask-*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	// What is no key is replaced.
	if err := os.WriteFile(path, []byte("short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if mended := config.MaskKey(32); !bytes.Equal(mended, config.MaskKey(32)) || bytes.Equal(mended, keys[0]) {
		t.Error("a damaged key is not replaced")
	}
}

func TestMaskKeyThatCannotBeKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("XDG_STATE_HOME", filepath.Join(file, "under"))
	t.Setenv("LocalAppData", filepath.Join(file, "under"))
	t.Setenv("HOME", filepath.Join(file, "under"))
	a, b := config.MaskKey(32), config.MaskKey(32)
	if len(a) != 32 || bytes.Equal(a, b) {
		t.Errorf("keys %x and %x", a, b)
	}
}
