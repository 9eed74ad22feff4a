package tui

import (
	"time"

	"dev.internal/plivoscope/internal/app"
	"dev.internal/plivoscope/internal/plivo"
)

const foreignURL = "https://shop.example.com/sms?tenant=7"

func foreign() *app.ForeignError {
	return &app.ForeignError{AppID: "20000000000000001", AppName: "shop", URL: foreignURL}
}

// attached puts the attachment of an application into a state.
func attached(d *driver, at app.Attachment) {
	at.AppID, at.AppName, at.Since = "20000000000000001", "shop", testNow.Add(-time.Minute)
	d.core.mu.Lock()
	d.core.status.Attachment = at
	d.core.mu.Unlock()
	d.wake()
}

// unknownHere shows a message that the simulator does not know.
func unknownHere(d *driver, why plivo.SilenceCause, said plivo.Provider) {
	at := testNow.Add(-time.Hour)
	d.core.add(plivo.Message{
		UUID: "5b40a428-0000-4000-8000-000000000200", Direction: plivo.Outbound, From: "+14155550100", To: "+4915112345678", Text: "Your order is on its way",
		Type: "sms", Units: 1, Status: plivo.Queued, CreatedAt: at, UpdatedAt: at, CallbackURL: "http://127.0.0.1:4141/sms/delivery-report",
		Silence: plivo.Silence{Cause: why, At: testNow.Add(-20 * time.Second)}, Provider: said,
	})
	d.wake()
	d.keys("enter")
}

func init() {
	scenes = append(scenes, []scene{
		{name: "silence", play: func(d *driver) { silence(d); d.keys("j") }},
		{name: "silence lost", play: func(d *driver) { silence(d); d.keys("enter") }},
		{name: "silence without a url", play: func(d *driver) { silence(d); d.keys("j", "enter") }},
		{name: "silence sent may be final", play: func(d *driver) { silence(d); d.keys("j", "j", "enter") }},
		{name: "silence of an earlier simulator", play: func(d *driver) { unknownHere(d, plivo.Forgotten, plivo.Provider{}) }},
		{name: "silence not there", play: func(d *driver) {
			unknownHere(d, plivo.NotThere, plivo.Provider{Asked: 1, AskedAt: testNow.Add(-20 * time.Second), Problem: "the simulator that runs now does not know it"})
		}},
		{name: "silence unknown", play: func(d *driver) { silence(d); d.keys("j", "j", "j", "enter") }},
		{name: "missed asked", play: func(d *driver) {
			silence(d)
			d.m.replay.setValue(fieldTarget, "http://localhost:3000/sms")
			d.keys("m")
		}},
		{name: "missed given", play: func(d *driver) {
			silence(d)
			d.core.answer = 200
			d.m.replay.setValue(fieldTarget, "http://localhost:3000/sms")
			d.keys("m")
			d.pause()
			d.keys("y", "enter")
			d.wake()
		}},
		{name: "activity missed", play: func(d *driver) { silence(d); d.keys("6") }},
		{name: "attached", live: true, play: func(d *driver) {
			attached(d, app.Attachment{State: app.AttachDone, URL: "https://crisp-otter.example.com/sms/inbound", Former: foreignURL})
			d.keys("6")
		}},
		{name: "attached waiting", live: true, play: func(d *driver) { attached(d, app.Attachment{State: app.AttachWaiting}); d.keys("6") }},
		{name: "attached lost", live: true, play: func(d *driver) {
			attached(d, app.Attachment{State: app.AttachLost, Why: "The message_url of application 20000000000000001 (shop) was changed to " + foreignURL + " by somebody else, and stays so."})
			d.keys("6")
		}},
		{name: "foreign asked", live: true, play: func(d *driver) {
			attached(d, app.Attachment{State: app.AttachFailed, Why: foreign().Error(), Foreign: foreign()})
		}},
		{name: "foreign declined", live: true, play: func(d *driver) {
			attached(d, app.Attachment{State: app.AttachFailed, Why: foreign().Error(), Foreign: foreign()})
			d.keys("esc", "6")
		}},
		{name: "local api", live: true, play: func(d *driver) {
			d.core.status.Spends = false
			d.core.status.PublicURL, d.core.status.APIURL = d.core.status.ListenURL, "http://127.0.0.1:9999"
			d.wake()
		}},
	}...)
}
