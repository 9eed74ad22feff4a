package scenario

import (
	"strconv"
	"time"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

// Report is what a delivery-report callback tells of an outbound message at one moment.
type Report struct {
	MessageUUID   string
	From          string // numbers without a plus
	To            string
	Type          string // sms, mms or whatsapp
	Status        plivo.Status
	Units         int
	TotalRate     string // dollars a unit, as "0.00250"
	TotalAmount   string // dollars
	MCC           string // of the destination's network; empty where unknown
	MNC           string
	ErrorCode     string // empty before the final status, "000" for a success
	Sequence      int    // 1 for the first callback of a message
	MessageTime   time.Time
	QueuedTime    time.Time
	SentTime      time.Time // zero where it has not been sent
	DeliveryTime  time.Time // of the final status; zero before
	RequesterIP   string
	PowerpackUUID string
	Conversation  Conversation // of a WhatsApp message
}

// Conversation is what WhatsApp bills a message under: one between two numbers, for a day. The zero one has not begun.
type Conversation struct {
	ID      string
	Origin  string // what it is of, as service
	Expires time.Time
}

// Params gives all the parameters of Plivo's delivery reports. Those that have no value yet are there
// and empty. WhatsApp messages alone have those of a conversation.
func (r Report) Params() []signature.Param {
	params := []signature.Param{
		{Name: "MessageUUID", Value: r.MessageUUID},
		{Name: "From", Value: r.From},
		{Name: "To", Value: r.To},
		{Name: "Type", Value: r.Type},
		{Name: "Status", Value: string(r.Status)},
		{Name: "Units", Value: strconv.Itoa(r.Units)},
		{Name: "TotalRate", Value: r.TotalRate},
		{Name: "TotalAmount", Value: r.TotalAmount},
		{Name: "MCC", Value: r.MCC},
		{Name: "MNC", Value: r.MNC},
		{Name: "ErrorCode", Value: r.ErrorCode},
		{Name: "ParentMessageUUID", Value: r.MessageUUID},
		{Name: "PartInfo", Value: ""},
		{Name: "Sequence", Value: strconv.Itoa(r.Sequence)},
		{Name: "MessageTime", Value: callbackTime(r.MessageTime)},
		{Name: "QueuedTime", Value: callbackTime(r.QueuedTime)},
		{Name: "SentTime", Value: callbackTime(r.SentTime)},
		{Name: "DeliveryReportTime", Value: callbackTime(r.DeliveryTime)},
		{Name: "requester_ip", Value: r.RequesterIP},
		{Name: "PowerpackUUID", Value: r.PowerpackUUID},
	}
	if r.Type != plivo.WhatsApp {
		return params
	}
	expires := ""
	if !r.Conversation.Expires.IsZero() {
		expires = strconv.FormatInt(r.Conversation.Expires.Unix(), 10)
	}
	return append(
		params,
		signature.Param{Name: "ConversationID", Value: r.Conversation.ID},
		signature.Param{Name: "ConversationOrigin", Value: r.Conversation.Origin},
		signature.Param{Name: "ConversationExpirationTimestamp", Value: expires},
	)
}

// callbackTime writes a time as callbacks have it: UTC, microseconds, no zone.
func callbackTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05.000000")
}

// InboundReport is what the callback of an inbound message tells: the parameters that Plivo documents
// for a message_url.
type InboundReport struct {
	MessageUUID string
	From        string // numbers without a plus
	To          string
	Text        string
	Type        string   // sms or mms
	Media       []string // URLs; of an mms
}

// Params gives the parameters of an inbound callback.
func (r InboundReport) Params() []signature.Param {
	params := []signature.Param{
		{Name: "From", Value: r.From},
		{Name: "To", Value: r.To},
		{Name: "Text", Value: r.Text},
		{Name: "Type", Value: r.Type},
		{Name: "MessageUUID", Value: r.MessageUUID},
	}
	for i, url := range r.Media {
		params = append(params, signature.Param{Name: "Media" + strconv.Itoa(i), Value: url})
	}
	return params
}
