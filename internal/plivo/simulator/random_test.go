package simulator

import (
	"io"
	"testing"

	"github.com/google/uuid"
)

func TestUUIDIsDrawnFromItsStream(t *testing.T) {
	d := newDice(7)
	want, err := uuid.NewRandomFromReader(d.stream("message", 3, 4))
	if err != nil {
		t.Fatal(err)
	}
	if got := d.uuid("message", 3, 4); got != want.String() {
		t.Errorf("uuid is %s, want %s", got, want)
	}
}

func TestReaderIsTheStream(t *testing.T) {
	d := newDice(7)
	want, got := make([]byte, 100), make([]byte, 100)
	_, _ = d.stream("scenario", 9).Read(want)
	r := d.reader("scenario", 9)
	for _, part := range [][]byte{got[:1], got[1:40], got[40:]} {
		if _, err := io.ReadFull(r, part); err != nil {
			t.Fatal(err)
		}
	}
	if string(got) != string(want) {
		t.Errorf("the reader gives % x, want % x", got, want)
	}
}
