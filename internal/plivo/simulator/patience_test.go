package simulator

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestPatience: until a request was written the app's time does not run, and after that no other.
func TestPatience(t *testing.T) {
	ctx, p := newPatience(t.Context(), time.Millisecond, time.Hour)
	defer p.end()
	<-ctx.Done()
	if err := p.why(ctx, ctx.Err()); !errors.Is(err, errNoConnection) {
		t.Errorf("without a connection it is %v", err)
	}
	ctx, p = newPatience(t.Context(), time.Hour, time.Millisecond)
	defer p.end()
	if ctx.Err() != nil {
		t.Fatal("the app's time runs before the request was written")
	}
	p.wrote()
	<-ctx.Done()
	if err := p.why(ctx, ctx.Err()); !errors.Is(err, errNoAnswer) {
		t.Errorf("without an answer it is %v", err)
	}
	outer, cancel := context.WithCancel(t.Context())
	ctx, p = newPatience(outer, time.Hour, time.Hour)
	defer p.end()
	cancel()
	<-ctx.Done()
	if err := p.why(ctx, ctx.Err()); !errors.Is(err, context.Canceled) {
		t.Errorf("of a round that ends it is %v", err)
	}
}
