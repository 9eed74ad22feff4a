package scenario

import (
	"fmt"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
)

// Network is who a number is served by, as far as it is made up here.
type Network struct {
	prefix   string
	Country  string // ISO 3166 alpha-2; empty where unknown
	MCC, MNC string // empty where unknown
	rate     int    // hundred-thousandths of a dollar a unit; made up
}

var networks = []Network{
	{"1", "US", "310", "004", 550},
	{"31", "NL", "204", "08", 7320},
	{"33", "FR", "208", "01", 6540},
	{"34", "ES", "214", "07", 6110},
	{"39", "IT", "222", "01", 6900},
	{"41", "CH", "228", "01", 5830},
	{"43", "AT", "232", "01", 8420},
	{"44", "GB", "234", "10", 4120},
	{"46", "SE", "240", "01", 6270},
	{"48", "PL", "260", "01", 3950},
	{"49", "DE", "262", "01", 8990},
	{"52", "MX", "334", "020", 2980},
	{"55", "BR", "724", "05", 2640},
	{"61", "AU", "505", "01", 4460},
	{"65", "SG", "525", "01", 4050},
	{"81", "JP", "440", "10", 7100},
	{"91", "IN", "404", "10", 3180},
}

// NetworkOf finds a destination's network; one of no listed country has no names and a middling rate.
func NetworkOf(number string) Network {
	for _, n := range networks {
		if len(number) > len(n.prefix) && strings.HasPrefix(number, n.prefix) {
			return n
		}
	}
	return Network{rate: 6000}
}

// Rate is the price of one segment in dollars, as "0.00550".
func (n Network) Rate() string { return dollars(n.rate) }

// Amount is the price of a message with this status and so many segments, in dollars: Plivo charges nothing
// for one that failed before the carrier.
func (n Network) Amount(status plivo.Status, units int) string {
	if status == plivo.Failed {
		return dollars(0)
	}
	return dollars(n.rate * units)
}

// Price is the price of a message of so many segments that gets to the carrier, in hundred-thousandths of a dollar.
func (n Network) Price(units int) int { return n.rate * units }

// dollars writes an amount of hundred-thousandths of a dollar.
func dollars(n int) string { return fmt.Sprintf("%d.%05d", n/100_000, n%100_000) }
