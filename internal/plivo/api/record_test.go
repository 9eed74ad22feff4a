package api_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/api"
)

func TestMessage(t *testing.T) {
	var path string
	base := serve(t, func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.Path
		_, _ = io.WriteString(w, `{"api_id":"i","message_uuid":"`+someUUID+`","message_state":"undelivered","message_direction":"outbound",
			"message_type":"sms","from_number":"14155550100","to_number":14155550123,"units":"3","total_rate":0.00250,
			"total_amount":0.00750,"error_code":30,"error_message":"Spam","log":true,"conversation_expiration_timestamp":1692000000,
			"message_time":"2021-07-13 13:04:06.799021+05:30","message_sent_time":"2021-07-13 13:04:07+05:30","message_updated_time":null,
			"requester_ip":"192.0.2.1"}`)
	})
	r, err := newClient(t, base, nil).Message(t.Context(), someUUID)
	if err != nil {
		t.Fatal(err)
	}
	if want := "/v1/Account/" + authID + "/Message/" + someUUID + "/"; path != want {
		t.Errorf("path is %s, want %s", path, want)
	}
	want := api.Record{
		APIID: "i", UUID: someUUID, Direction: plivo.Outbound, Status: plivo.Undelivered, Type: "sms",
		From: "14155550100", To: "14155550123", Units: 3, TotalRate: "0.00250", TotalAmount: "0.00750",
		ErrorCode: "30", ErrorMessage: "Spam", CreatedAt: time.Date(2021, 7, 13, 7, 34, 6, 799021000, time.UTC),
		SentAt: time.Date(2021, 7, 13, 7, 34, 7, 0, time.UTC), RequesterIP: "192.0.2.1",
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("record (-want +got):\n%s", diff)
	}
}

func TestMessageRefusesWhatIsNoUUID(t *testing.T) {
	var asked atomic.Int32
	base := serve(t, func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	c := newClient(t, base, nil)
	for _, id := range []string{"", "../../Number", "5b40a428", "{" + someUUID + "}", strings.ReplaceAll(someUUID, "-", "")} {
		_, err := c.Message(t.Context(), id)
		if e := apiError(t, err); e.Kind != api.BadRequest || !strings.Contains(e.Error(), "no message UUID") {
			t.Errorf("%q: error is %v", id, e)
		}
	}
	if asked.Load() != 0 {
		t.Error("the API was asked")
	}
}
