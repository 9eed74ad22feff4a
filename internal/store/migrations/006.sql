-- The live account: what the tunnel, the senders and the watch over messages keep.

-- Of a send whose outcome is not known: 1 while it may have been accepted, 2 where Plivo did not have it when
-- it was asked; a callback that fits is still its own. 0 for all others.
ALTER TABLE messages ADD COLUMN unclear INTEGER NOT NULL DEFAULT 0;
CREATE INDEX messages_unclear ON messages (id) WHERE unclear > 0;

-- plivo.Options of a send as JSON; empty where it had none.
ALTER TABLE messages ADD COLUMN options TEXT NOT NULL DEFAULT '';
