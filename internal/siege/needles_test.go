package siege

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pieceLength is how much of a token is found, in characters of any of its forms: less is met by chance.
const pieceLength = 8

// canary is a token that stands nowhere by chance.
type canary struct{ name, value string }

// newCanary makes a token of n letters and digits, always the same for a name.
func newCanary(name string, n int) canary {
	var seed uint64
	for _, b := range []byte(name) {
		seed = seed*131 + uint64(b)
	}
	random := rand.New(rand.NewPCG(seed, 7))
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	value := make([]byte, n)
	for i := range value {
		value[i] = letters[random.IntN(len(letters))]
	}
	return canary{name, string(value)}
}

// needles are the pieces of canaries in all forms that a leak has, in lower case.
type needles map[[pieceLength]byte]string

func needlesOf(all ...canary) needles {
	n := needles{}
	for _, c := range all {
		backwards := []byte(c.value)
		slices.Reverse(backwards)
		percent := strings.Builder{}
		for _, b := range []byte(c.value) {
			fmt.Fprintf(&percent, "%%%02x", b)
		}
		n.add(c.name, "as it is", c.value)
		n.add(c.name, "reversed", string(backwards))
		n.add(c.name, "in hex", hex.EncodeToString([]byte(c.value)))
		n.add(c.name, "percent-encoded", percent.String())
		for shift := range 3 { // as it stands behind so many bytes, of an auth id and a colon
			padded := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), c.value...))
			n.add(c.name, "in base64", padded[(shift*8+5)/6:len(padded)-1])
		}
	}
	return n
}

func (n needles) add(name, form, text string) {
	text = strings.ToLower(text)
	for i := 0; i+pieceLength <= len(text); i++ {
		n[[pieceLength]byte([]byte(text[i:]))] = name + " " + form
	}
}

// find gives what is found in data, each once, with the place that it was found first at.
func (n needles) find(data []byte) map[string]string {
	data = bytes.ToLower(data)
	var found map[string]string
	for i := 0; i+pieceLength <= len(data); i++ {
		what, there := n[[pieceLength]byte(data[i:])]
		if !there || found[what] != "" {
			continue
		}
		if found == nil {
			found = map[string]string{}
		}
		found[what] = fmt.Sprintf("%q", data[max(0, i-60):min(len(data), i+60)])
	}
	return found
}

// check fails the test for each canary that is in data, and tells whether it was clean.
func (n needles) check(tb testing.TB, where string, data []byte) bool {
	tb.Helper()
	found := n.find(data)
	for what, place := range found {
		tb.Errorf("%s holds the token %s: %s", where, what, place)
	}
	return len(found) == 0
}

// checkFiles looks into all files below a folder, also at their names, but those that the user wrote.
func (n needles) checkFiles(tb testing.TB, dir string, users ...string) (files, lost int) {
	tb.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, _ := filepath.Rel(dir, path)
		if slices.Contains(users, name) {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if !n.check(tb, "the name of "+name, []byte(name)) {
			lost++
		}
		if !d.Type().IsRegular() {
			return nil
		}
		files++
		data, err := os.ReadFile(path)
		if os.IsNotExist(err) {
			return nil // gone meanwhile, as a history's log
		}
		if !n.check(tb, name, data) {
			lost++
		}
		return err
	})
	if err != nil {
		tb.Errorf("not all files below %s were looked into: %v", dir, err)
	}
	return files, lost
}

// TestNeedles finds a token in each form, so that a search that finds nothing says something.
func TestNeedles(t *testing.T) {
	t.Parallel()
	c := newCanary("found", 40)
	n := needlesOf(c)
	backwards := []byte(c.value)
	slices.Reverse(backwards)
	for _, text := range []string{
		c.value, "x" + c.value[30:] + "x", c.value[:pieceLength], strings.ToUpper(c.value), string(backwards), fmt.Sprintf("%x", c.value), fmt.Sprintf("%X", c.value),
		base64.StdEncoding.EncodeToString([]byte(testAuthID + ":" + c.value)), base64.URLEncoding.EncodeToString([]byte(testAuthID + "1:" + c.value)),
		base64.StdEncoding.EncodeToString([]byte(testAuthID + "12:" + c.value)),
	} {
		if len(n.find([]byte("what was "+text+" written"))) == 0 {
			t.Errorf("%q is not found", text)
		}
	}
	if found := n.find([]byte(newCanary("another", 4000).value)); len(found) > 0 {
		t.Errorf("%v is found where it is not", found)
	}
}
