-- The live account: what the tunnel, the senders and the watch over messages keep.

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
