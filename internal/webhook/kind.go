package webhook

import (
	"net/http"
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

// kindOf goes by method, path and parameters. Plivo calls by GET or POST alone; what comes so to a path
// of the developer's own is told apart by what Plivo sends: every callback of a message has a
// MessageUUID, and a delivery report a Status.
func kindOf(method, path string, report plivo.Report) Kind {
	if method != http.MethodGet && method != http.MethodPost {
		return Other
	}
	switch strings.TrimSuffix(path, "/") {
	case DeliveryReportPath:
		return DeliveryReport
	case InboundPath:
		return Inbound
	}
	switch {
	case report.MessageUUID() == "":
		return Other
	case report.Inbound():
		return Inbound
	case report.Status() != "":
		return DeliveryReport
	}
	return Other
}
