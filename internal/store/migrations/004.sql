-- What was sent again to an application, and what it answered. IDs have no gaps: the newest row is never
-- taken away, the oldest go first, so how many there are is known from the first and the last. A row stays
-- when its callback is gone.
CREATE TABLE attempts (
  id               INTEGER PRIMARY KEY,
  callback_id      INTEGER NOT NULL, -- 0 for one that was made without a capture
  scenario         TEXT NOT NULL,
  step             INTEGER NOT NULL, -- of the scenario, from 1; 0 for none
  route            TEXT NOT NULL,
  mode             TEXT NOT NULL,
  fault            TEXT NOT NULL,
  sent_at          INTEGER NOT NULL,
  method           TEXT NOT NULL,
  url              TEXT NOT NULL,
  host             TEXT NOT NULL,
  signed_url       TEXT NOT NULL,
  size             INTEGER NOT NULL, -- of the body as it was sent: at most 64 KiB of it are kept
  answer_status    INTEGER NOT NULL, -- 0 for none
  answer_protocol  TEXT NOT NULL,
  answer_truncated INTEGER NOT NULL,
  failure          TEXT NOT NULL,
  problem          TEXT NOT NULL,
  dns              INTEGER NOT NULL, -- this and the next four in microseconds
  connect          INTEGER NOT NULL,
  tls              INTEGER NOT NULL,
  first_byte       INTEGER NOT NULL,
  total            INTEGER NOT NULL,
  reused           INTEGER NOT NULL,
  headers          BLOB NOT NULL, -- as those of callbacks
  body             BLOB NOT NULL,
  answer_headers   BLOB NOT NULL,
  answer_body      BLOB NOT NULL
) STRICT;
CREATE INDEX attempts_callback ON attempts (callback_id) WHERE callback_id > 0;
