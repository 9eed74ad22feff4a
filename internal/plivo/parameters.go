package plivo

import "strings"

// parameters are those that Plivo documents for delivery reports and inbound messages.
var parameters = map[string]string{
	"MessageUUID":                     "Names the message; every callback of one message carries the same.",
	"From":                            "The sender: a number without +, a short code or an alphanumeric name.",
	"To":                              "The destination, a number without +; Plivo may have rewritten a national prefix in it.",
	"Type":                            "The kind of message: sms, mms or whatsapp.",
	"Status":                          "The state that the message has reached.",
	"Units":                           "How many segments the message is billed as.",
	"TotalRate":                       "The price of one segment.",
	"TotalAmount":                     "The price of the whole message.",
	"MCC":                             "The mobile country code of the destination's network.",
	"MNC":                             "The mobile network code of the destination's network.",
	"ErrorCode":                       "Why the message failed; absent, empty or 000 where it did not.",
	"ParentMessageUUID":               "At present the same as MessageUUID; Plivo says not to use it.",
	"PartInfo":                        "Reserved; Plivo says not to use it.",
	"Sequence":                        "The place of this callback among those of its message, in the order Plivo made them; they may arrive in another.",
	"MessageTime":                     "When Plivo got the message, without a zone.",
	"QueuedTime":                      "When the message was queued, without a zone.",
	"SentTime":                        "When the message went to the carrier, without a zone.",
	"DeliveryReportTime":              "When the carrier's delivery report came, without a zone.",
	"requester_ip":                    "The address that asked for the message to be sent.",
	"PowerpackUUID":                   "The Powerpack that chose the sender; empty where there was none.",
	"ConversationID":                  "The WhatsApp conversation that the message belongs to.",
	"ConversationOrigin":              "What opened the WhatsApp conversation.",
	"ConversationExpirationTimestamp": "When the WhatsApp conversation ends, in Unix seconds.",
	"Text":                            "The text of an inbound message, all its segments joined.",
}

// Known reports whether Plivo documents a parameter of this name for messaging callbacks.
func Known(name string) bool { return Describe(name) != "" }

// Describe says in a sentence what a documented parameter holds; empty for any other.
func Describe(name string) string {
	if n, ok := strings.CutPrefix(name, "Media"); ok && n != "" && strings.Trim(n, "0123456789") == "" {
		return "The URL of one of an inbound message's media files, counted from Media0."
	}
	return parameters[name]
}
