package store

import (
	"database/sql"
	"strings"

	"dev.internal/plivoscope/internal/plivo"
	"dev.internal/plivoscope/internal/plivo/signature"
)

const (
	messageColumns = `id, uuid, sent, direction, from_number, to_number, status, code, outcome, created_at, updated_at,
		final_at, unverified, units, callbacks, type, scheme, header, token, anomalies, refusal, callback_url, text,
		sent_with, arrival, unclear, options, simulator`
	messageWidth = 29                         // with fold
	messageRead  = messageColumns + ", cause" // a new row has none, and what rewrites a row leaves it

	// upsertMessages changes all that a callback or an answer can change; the indexed columns only when
	// they differ would need a statement for each case and saves little.
	upsertMessages = ` ON CONFLICT (id) DO UPDATE SET uuid = excluded.uuid, direction = excluded.direction,
		from_number = excluded.from_number, to_number = excluded.to_number, status = excluded.status, code = excluded.code,
		outcome = excluded.outcome, created_at = excluded.created_at, updated_at = excluded.updated_at,
		final_at = excluded.final_at, unverified = excluded.unverified, units = excluded.units,
		callbacks = excluded.callbacks, type = excluded.type, scheme = excluded.scheme, header = excluded.header,
		token = excluded.token, anomalies = excluded.anomalies, refusal = excluded.refusal, text = excluded.text,
		arrival = excluded.arrival, unclear = excluded.unclear, fold = excluded.fold`
)

// messageRow is a message as the writer works on it.
type messageRow struct {
	plivo.Message
	sent     bool
	doubt    doubt
	fold     plivo.Fold
	foldBlob []byte // as read
	causeOf  int64  // of messageWhere alone, like Cause
	changed  bool   // in the running transaction
}

// args appends a value for each column.
func (m *messageRow) args(to []any) ([]any, error) {
	var uuid any
	if m.UUID != "" {
		uuid = m.UUID
	}
	var fold any
	if m.Callbacks > 0 {
		b, err := m.fold.MarshalBinary()
		if err != nil {
			return nil, err
		}
		fold = b
	}
	if m.Signature.Outcome == "" {
		m.Signature.Outcome = signature.Unchecked
	}
	return append(to, m.ID, uuid, bit(m.sent), string(m.Direction), m.From, m.To, string(m.Status), m.ErrorCode,
		string(m.Signature.Outcome), micros(m.CreatedAt), micros(m.UpdatedAt), micros(m.FinalAt), bit(m.Unverified),
		int64(m.Units), int64(m.Callbacks), m.Type, string(m.Signature.Scheme), m.Signature.Header, m.Signature.Token,
		joinAnomalies(m.Anomalies), m.Refusal, m.CallbackURL, m.Text,
		m.SentWith, arrivalFlags(m.Arrival), int64(m.doubt), packOptions(m.Options), m.Simulator, fold), nil
}

// scanMessage reads messageColumns; more are the columns after them.
func scanMessage(rows *sql.Rows, row *messageRow, more ...any) error {
	return scanFields(rows, &row.Message, &row.sent, &row.doubt, more...)
}

// scanFields is scanMessage for who has no use for the whole row, whose fold alone is 2.8 KB.
func scanFields(rows *sql.Rows, m *plivo.Message, sent *bool, doubted *doubt, more ...any) error {
	var (
		uuid                    sql.NullString
		created, updated, final int64
		direction, status       string
		outcome, scheme         string
		anomalies               string
		arrival                 int64
		options                 string
	)
	err := rows.Scan(append([]any{
		&m.ID, &uuid, sent, &direction, &m.From, &m.To, &status, &m.ErrorCode, &outcome, &created, &updated, &final,
		&m.Unverified, &m.Units, &m.Callbacks, &m.Type, &scheme, &m.Signature.Header, &m.Signature.Token, &anomalies,
		&m.Refusal, &m.CallbackURL, &m.Text, &m.SentWith, &arrival, doubted, &options, &m.Simulator,
	}, more...)...)
	if err != nil {
		return err
	}
	m.UUID = uuid.String
	m.Direction, m.Status = plivo.Direction(direction), plivo.Status(status)
	m.Signature.Outcome, m.Signature.Scheme = signature.Outcome(outcome), signature.Scheme(scheme)
	m.CreatedAt, m.UpdatedAt, m.FinalAt = moment(created), moment(updated), moment(final)
	m.Arrival = arrivalOf(arrival)
	m.Unclear, m.NotTaken, m.Options = *doubted == unclear, *doubted == unreached || *doubted == notFound, unpackOptions(options)
	if anomalies != "" {
		for a := range strings.SplitSeq(anomalies, ",") {
			m.Anomalies = append(m.Anomalies, plivo.Anomaly(a))
		}
	}
	return nil
}

// readMessage reads messageRead.
func readMessage(rows *sql.Rows) (m plivo.Message, err error) {
	var sent bool
	var doubted doubt
	err = scanFields(rows, &m, &sent, &doubted, &m.Cause)
	return m, err
}

func joinAnomalies(as []plivo.Anomaly) string {
	if len(as) == 0 {
		return ""
	}
	words := make([]string, len(as))
	for i, a := range as {
		words[i] = string(a)
	}
	return strings.Join(words, ",")
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
