package simulator

import (
	"errors"
	"fmt"
	"strings"
)

// minPhone is how many digits the sender of an inbound message has at least: a short code may be one.
const minPhone = 3

// parties reads the numbers of an inbound message: it comes from a phone, and to a number of the account.
func (s *Simulator) parties(from, to string) (phone, number string, err error) {
	phone, number = strings.Clone(undecorated(from)), strings.Clone(undecorated(to))
	switch {
	case s.clock.weight.Load() > s.heaviest:
		return "", "", errors.New("the simulator has as many callbacks to post as it can hold; try again later")
	case phone == "":
		return "", "", errors.New("from is required, as +14155550123")
	case !isDigits(phone) || len(phone) < minPhone || len(phone) > maxNumber:
		return "", "", fmt.Errorf("from is %q, which is no phone number; write it with its country code, as +14155550123", cut(from))
	case !s.owns(nil, number):
		return "", "", fmt.Errorf("to is %q, which is no number of the simulated account; use one of its own, as +%s, or start the simulator with --numbers", cut(to), s.o.Numbers[0])
	}
	return phone, number, nil
}
