-- Times are microseconds since 1970 UTC; 0 or NULL where there is none.

CREATE TABLE messages (
  id           INTEGER PRIMARY KEY,
  uuid         TEXT UNIQUE,
  sent         INTEGER NOT NULL, -- 1 where the row was made by a send, 0 by a callback
  direction    TEXT NOT NULL,
  from_number  TEXT NOT NULL COLLATE NOCASE,
  to_number    TEXT NOT NULL COLLATE NOCASE,
  status       TEXT NOT NULL COLLATE NOCASE,
  code         TEXT NOT NULL COLLATE NOCASE,
  outcome      TEXT NOT NULL,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  final_at     INTEGER NOT NULL,
  unverified   INTEGER NOT NULL,
  units        INTEGER NOT NULL,
  callbacks    INTEGER NOT NULL,
  type         TEXT NOT NULL,
  scheme       TEXT NOT NULL,
  header       TEXT NOT NULL,
  token        TEXT NOT NULL,
  anomalies    TEXT NOT NULL, -- separated by commas
  refusal      TEXT NOT NULL,
  callback_url TEXT NOT NULL,
  text         TEXT NOT NULL,
  fold         BLOB
) STRICT;

-- The partial ones hold what is rare, so that a delivered and verified message pays for one index.
CREATE INDEX messages_status  ON messages (status);
CREATE INDEX messages_code    ON messages (ltrim(code, '0')) WHERE ltrim(code, '0') <> '';
CREATE INDEX messages_outcome ON messages (outcome) WHERE outcome <> 'valid';
CREATE INDEX messages_inbound ON messages (direction) WHERE direction = 'inbound';

CREATE TABLE callbacks (
  id            INTEGER PRIMARY KEY,
  message_uuid  TEXT,
  received_at   INTEGER NOT NULL,
  kind          TEXT NOT NULL,
  outcome       TEXT NOT NULL,
  status        TEXT NOT NULL COLLATE NOCASE,
  code          TEXT NOT NULL COLLATE NOCASE,
  sequence      INTEGER,
  flags         INTEGER NOT NULL, -- 1 duplicate, 2 out of order, 4 after terminal, 8 body truncated
  method        TEXT NOT NULL,
  url           TEXT NOT NULL,
  received_url  TEXT NOT NULL,
  protocol      TEXT NOT NULL,
  remote_addr   TEXT NOT NULL,
  scheme        TEXT NOT NULL,
  header        TEXT NOT NULL,
  token         TEXT NOT NULL,
  problem       TEXT NOT NULL,
  answer_status INTEGER NOT NULL,
  answered_at   INTEGER NOT NULL,
  headers       BLOB NOT NULL, -- names and values in turn, each after its length as a varint
  body          BLOB NOT NULL
) STRICT;

CREATE INDEX callbacks_message    ON callbacks (message_uuid) WHERE message_uuid IS NOT NULL;
CREATE INDEX callbacks_unverified ON callbacks (id) WHERE outcome <> 'valid';

-- Rows held, and the IDs to give next: an ID is never given twice.
CREATE TABLE counters (
  one           INTEGER PRIMARY KEY CHECK (one = 1),
  next_message  INTEGER NOT NULL,
  next_callback INTEGER NOT NULL,
  messages      INTEGER NOT NULL,
  valid         INTEGER NOT NULL,
  invalid       INTEGER NOT NULL,
  missing       INTEGER NOT NULL,
  unchecked     INTEGER NOT NULL,
  latest        INTEGER NOT NULL, -- no row is of a later time
  marked        INTEGER NOT NULL  -- latest when the last mark was made
) STRICT;
INSERT INTO counters VALUES (1, 1, 1, 0, 0, 0, 0, 0, 0, 0);

-- The name attempts is reserved for what is sent again: its table comes with its first writer, in a
-- migration of its own.

-- What has a smaller ID than these is of no later time: since: becomes a bound on IDs.
CREATE TABLE marks (
  at            INTEGER PRIMARY KEY,
  next_message  INTEGER NOT NULL,
  next_callback INTEGER NOT NULL
) STRICT;

CREATE TABLE lease (
  one        INTEGER PRIMARY KEY CHECK (one = 1),
  pid        INTEGER NOT NULL,
  host       TEXT NOT NULL,
  listen_url TEXT NOT NULL,
  public_url TEXT NOT NULL,
  api_url    TEXT NOT NULL,
  auth_id    TEXT NOT NULL,
  sim_token  TEXT NOT NULL,
  heartbeat  INTEGER NOT NULL
) STRICT;
