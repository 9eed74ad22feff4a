package plivo

import (
	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Country is the English name of the country or territory that a number in E.164 belongs to; empty where
// that is not known, as of a number that belongs to none.
func Country(e164 string) string {
	n, err := phonenumbers.Parse(e164, "")
	if err != nil || len(e164) > 1 && isTestNumber(e164[1:]) {
		return ""
	}
	region, err := language.ParseRegion(phonenumbers.GetRegionCodeForNumber(n))
	if err != nil || !region.IsCountry() {
		return ""
	}
	return display.English.Regions().Name(region)
}

// IsRegion tells whether a code is one of ISO 3166 that numbers can belong to, as US.
func IsRegion(code string) bool { return phonenumbers.GetCountryCodeForRegion(code) != 0 }

// Region is the ISO 3166 code of what Country names, as US; empty where that is not known.
func Region(e164 string) string { return regions.of(e164, regionOf) }

func regionOf(e164 string) string {
	n, err := phonenumbers.Parse(e164, "")
	if err != nil || len(e164) > 1 && isTestNumber(e164[1:]) {
		return ""
	}
	code := phonenumbers.GetRegionCodeForNumber(n)
	if code == "ZZ" || code == "001" {
		return ""
	}
	return code
}
