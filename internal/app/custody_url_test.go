package app

import "testing"

func TestSibling(t *testing.T) {
	t.Parallel()
	for url, want := range map[string]bool{
		"https://name.example/sms/inbound": true, "https://Name.example:443/sms/inbound/": true, "https://name.example/sms/inbound?x=1": false,
		"https://name.example/sms": false, "https://name.example": false, "": false,
	} {
		if got := sibling(url); got != want {
			t.Errorf("%q is one of a plivoscope: %t", url, got)
		}
	}
}

func TestSameURL(t *testing.T) {
	t.Parallel()
	const ours = "https://name.example/sms/inbound"
	for other, want := range map[string]bool{
		ours: true, ours + "/": true, "HTTPS://Name.Example/sms/inbound": true, "https://name.example:443/sms/inbound": true, " " + ours: true,
		"http://name.example/sms/inbound": false, "https://name.example:8443/sms/inbound": false, "https://name.example/SMS/inbound": false,
		ours + "?x=1": false, "https://name.example/sms%2Finbound": false, "https://other.example/sms/inbound": false, "": false, "name.example/sms/inbound": false,
		"https://name.example": false,
	} {
		if got := sameURL(other, ours); got != want {
			t.Errorf("%q is the same: %t", other, got)
		}
	}
	if !sameURL("http://[::1]:80", "http://[::1]/") || sameURL("http://[::1]:81", "http://[::1]/") || !sameURL("", "") {
		t.Error("an IPv6 address, or none")
	}
}
