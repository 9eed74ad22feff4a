-- The live account: what the tunnel, the senders and the watch over messages keep.

-- Of a send whose outcome is not known: 1 while it may have been accepted, 2 where Plivo did not have it when
-- it was asked; a callback that fits is still its own. -1 where the API gave no answer and cannot have accepted it,
-- 0 for all others.
ALTER TABLE messages ADD COLUMN unclear INTEGER NOT NULL DEFAULT 0;
CREATE INDEX messages_unclear ON messages (id) WHERE unclear > 0;

-- plivo.Options of a send as JSON; empty where it had none.
ALTER TABLE messages ADD COLUMN options TEXT NOT NULL DEFAULT '';

-- Applications of an account whose message_url was changed to lead here, and what it was before: written before
-- the change is made, and ended when the former value is back or nobody wants it back any more. Ended rows stay.
CREATE TABLE custody (
  id            INTEGER PRIMARY KEY,
  auth_id       TEXT NOT NULL,
  app_id        TEXT NOT NULL,
  app_name      TEXT NOT NULL,
  former_url    TEXT NOT NULL, -- empty for none
  former_method TEXT NOT NULL,
  ours          TEXT NOT NULL, -- every URL that it was changed to, the last one last, a line each
  pid           INTEGER NOT NULL,
  host          TEXT NOT NULL,
  began_at      INTEGER NOT NULL,
  heartbeat     INTEGER NOT NULL,
  ended_at      INTEGER NOT NULL, -- 0 while something is owed
  outcome       TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX custody_open ON custody (auth_id, app_id) WHERE ended_at = 0;

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
