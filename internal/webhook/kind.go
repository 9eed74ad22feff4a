package webhook

import (
	"strings"

	"dev.internal/plivoscope/internal/plivo"
)

// The paths that the server knows, under the public URL.
const (
	DeliveryReportPath = "/sms/delivery-report"
	InboundPath        = "/sms/inbound"
	HealthPath         = "/health"
)

// pathOf is target without its query, and without the prefix of a public URL unless the path is a known
// one as it stands.
func pathOf(public []publicURL, target string) string {
	path := target
	if end := strings.IndexAny(path, "?#"); end >= 0 {
		path = path[:end]
	}
	if known(path) {
		return path
	}
	for _, p := range public {
		if p.prefix != "" && underPrefix(path, p.prefix) {
			return path[len(p.prefix):]
		}
	}
	return path
}

func known(path string) bool {
	path = strings.TrimSuffix(path, "/")
	return path == DeliveryReportPath || path == InboundPath || path == HealthPath
}

// kindOf goes by the path. Developers who forward from paths of their own are told apart by what
// Plivo sends: every callback has a MessageUUID, and only a delivery report a Status.
func kindOf(path string, report plivo.Report) Kind {
	switch strings.TrimSuffix(path, "/") {
	case DeliveryReportPath:
		return DeliveryReport
	case InboundPath:
		return Inbound
	}
	if report.MessageUUID() == "" {
		return Other
	}
	has := func(name string) bool {
		_, ok := report.Get(name)
		return ok
	}
	switch {
	case has("Status"):
		return DeliveryReport
	case has("Text") || has("From") && has("To"):
		return Inbound
	}
	return Other
}
