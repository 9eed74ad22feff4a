-- The live account: what the tunnel, the senders and the watch over messages keep.

-- Of a send whose outcome is not known: 1 while it may have been accepted, 2 where Plivo did not have it when
-- it was asked; a callback that fits is still its own. 0 for all others.
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
