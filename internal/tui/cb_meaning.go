package tui

import (
	"strings"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/webhook"
)

// What Plivo's parameters mean, in a few words: those of both kinds of callback, those of delivery
// reports and those of inbound messages.
var (
	commonMeanings = map[string]string{
		"MessageUUID": "the message, and what ties its callbacks together",
		"From":        "the sender, without +",
		"To":          "the destination, without +; Plivo may have rewritten it",
		"Type":        "sms, mms or whatsapp",
		"Units":       "segments that are billed",
		"TotalRate":   "price of one unit",
		"TotalAmount": "price of the whole message",
	}
	reportMeanings = map[string]string{
		"Status":                          "how far the message has come",
		"MCC":                             "country of the network, by its mobile country code",
		"MNC":                             "network in that country, by its mobile network code",
		"ErrorCode":                       "why it failed; 000 or nothing where it did not",
		"ParentMessageUUID":               "reserved: the same as MessageUUID",
		"PartInfo":                        "reserved",
		"Sequence":                        "order in which Plivo made this message's callbacks",
		"MessageTime":                     "when Plivo took the message; UTC, no zone written",
		"QueuedTime":                      "when it was queued; UTC, no zone written",
		"SentTime":                        "when it went to the carrier; UTC, no zone written",
		"DeliveryReportTime":              "when the carrier reported; UTC, no zone written",
		"requester_ip":                    "address that the send came from; the one lower-case name, so it sorts last in V3",
		"PowerpackUUID":                   "the Powerpack that chose the sender; empty where none did",
		"ConversationID":                  "the WhatsApp conversation",
		"ConversationOrigin":              "what opened the WhatsApp conversation",
		"ConversationExpirationTimestamp": "when the WhatsApp conversation ends, in Unix seconds",
	}
	inboundMeanings = map[string]string{
		"Text":          "what was written; parts of a long SMS come joined",
		"Status":        "received, where Plivo names one",
		"MessageIntent": "seen on live messages, always empty",
		"NumMedia":      "number of media of an MMS",
		"requester_ip":  "address that the message came from",
	}
)

// meaningOf says what a parameter of a callback means; empty for one that Plivo does not send.
func meaningOf(k webhook.Kind, name string) string {
	own, others := reportMeanings, inboundMeanings
	if k == webhook.Inbound {
		own, others = others, own
	}
	for _, m := range []map[string]string{commonMeanings, own, others} {
		if words, ok := m[name]; ok {
			return words
		}
	}
	switch {
	case numbered(name, "MediaContentType"):
		return "content type of the media of this number"
	case numbered(name, "Media"):
		return "URL of an attached medium"
	default:
		return ""
	}
}

// numbered reports whether a name is a word and a number.
func numbered(name, word string) bool {
	n, ok := strings.CutPrefix(name, word)
	return ok && n != "" && strings.Trim(n, "0123456789") == ""
}

// remarkOn says what a value adds to the meaning of its parameter; empty for nothing.
func remarkOn(name, value string) string {
	switch {
	case name == "ErrorCode" && plivo.HasError(value):
		if c, ok := plivo.LookupCode(value); ok {
			return c.Meaning + "."
		}
		return "Plivo's tables do not explain this code."
	case name == "Status" && value != "" && !plivo.Status(strings.ToLower(value)).Known():
		return "This is no status that Plivo documents."
	default:
		return ""
	}
}

// answerMeaning says what an answer means to Plivo.
func answerMeaning(status int) string {
	const again = " It sends a delivery report again after 60, 120 and 240 seconds."
	switch status {
	case 0:
		return "No answer is recorded."
	case 200:
		return "Plivo takes the callback as delivered and does not send it again."
	case 400:
		return "It was refused because it has no signature; Plivo takes it as not delivered." + again
	case 403:
		return "It was refused because its signature does not verify; Plivo takes it as not delivered." + again
	case 413:
		return "Its body is longer than what is kept, so it was refused; what fits is kept here. Plivo's own callbacks have some hundred bytes."
	case 503:
		return "It could not be stored." + again
	default:
		return "Plivo takes anything but 200 as not delivered." + again
	}
}

// arrivalMeanings explain the flags of a callback's arrival.
func arrivalMeanings(a plivo.Arrival) []string {
	var out []string
	if a.Duplicate {
		out = append(out, "A duplicate: the same report came before. Plivo repeats what was not answered 200 in time; handle it so that twice does no harm.")
	}
	if a.OutOfOrder {
		out = append(out, "Out of order: a report with a higher Sequence came before. Go by Sequence, not by arrival.")
	}
	if a.AfterTerminal {
		out = append(out, "After the final one: the message had a final status already, which this report does not undo.")
	}
	return out
}
