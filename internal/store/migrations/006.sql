-- The live account: what the tunnel, the senders and the watch over messages keep.

-- Spans in which nothing could come in by the public URL: its tunnel or the proof of it was down, or the
-- program did not run. until_at is 0 while it lasts.
CREATE TABLE outages (
  from_at  INTEGER PRIMARY KEY,
  until_at INTEGER NOT NULL,
  why      TEXT NOT NULL
) STRICT;

-- Messages that a callback is missed of: why, and what the API said of them. A row is made for what was not
-- final after the time in which callbacks usually come, and stays when they come all the same. No row of
-- messages or callbacks pays for this one.
CREATE TABLE watched (
  message_id INTEGER PRIMARY KEY,
  due_at     INTEGER NOT NULL, -- when it is looked at next; 0 for no more
  asked      INTEGER NOT NULL, -- how often the API was
  asked_at   INTEGER NOT NULL,
  status     TEXT NOT NULL,    -- as the API said; empty for none
  code       TEXT NOT NULL,
  units      INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  problem    TEXT NOT NULL,    -- why the API gave no status
  cause      TEXT NOT NULL,    -- of the silence; empty while it was not judged
  judged_at  INTEGER NOT NULL,
  from_at    INTEGER NOT NULL,
  until_at   INTEGER NOT NULL,
  detail     TEXT NOT NULL,
  given_at   INTEGER NOT NULL  -- when the application took a synthetic callback in place of the missed one
) STRICT;
CREATE INDEX watched_due ON watched (due_at) WHERE due_at > 0;

-- How far the watch is: messages up to this ID were looked over, and it was there at this time.
CREATE TABLE watch (
  one      INTEGER PRIMARY KEY CHECK (one = 1),
  seen     INTEGER NOT NULL,
  there_at INTEGER NOT NULL
) STRICT;
INSERT INTO watch VALUES (1, 0, 0);
