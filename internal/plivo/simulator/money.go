package simulator

import (
	"fmt"
	"math"
	"strconv"
	"sync"
	"time"
)

// defaultBalance is what the account has where Options name nothing, in dollars: more than a test spends.
const defaultBalance = "1000000.00000"

// unpaidPause is how long sends are refused after a message failed for want of money, at speed 1.
const unpaidPause = 2 * time.Minute

// perDollar is how many of the amounts that prices are told in make a dollar.
const perDollar = 100_000

// purse is the money of the account, which its subaccounts spend too.
type purse struct {
	mu     sync.Mutex
	left   int64     // perDollar
	unpaid time.Time // until then sends are refused for want of money
}

// readDollars reads an amount as "25.00000".
func readDollars(s string) (int64, error) {
	d, err := strconv.ParseFloat(s, 64)
	if err != nil || !(math.Abs(d) <= 1e12) {
		return 0, fmt.Errorf("cannot give the simulated account the balance %q: write it in dollars, as 25.00000", s)
	}
	return int64(math.Round(d * perDollar)), nil
}

func (p *purse) fill(left int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left, p.unpaid = left, time.Time{}
}

func (p *purse) shown() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	sign, left := "", p.left
	if left < 0 {
		sign, left = "-", -left
	}
	return fmt.Sprintf("%s%d.%05d", sign, left/perDollar, left%perDollar)
}

// pay takes an amount; where there is not as much nothing is taken, and sends are refused until then.
func (p *purse) pay(amount int64, until time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.left <= 0 || p.left < amount {
		p.unpaid = until
		return false
	}
	p.left -= amount
	return true
}

// take takes an amount, or what there is where that is less, and gives what it took.
func (p *purse) take(amount int64) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	amount = min(amount, max(p.left, 0))
	p.left -= amount
	return amount
}

func (p *purse) giveBack(amount int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.left += amount
}

// refuses tells whether a send is refused outright, because a message has just failed for want of money.
func (p *purse) refuses(now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return now.Before(p.unpaid)
}
