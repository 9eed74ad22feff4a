-- The live account: what the tunnel, the senders and the watch over messages keep.

-- Spans in which nothing could come in by the public URL: its tunnel or the proof of it was down, or the
-- program did not run. until_at is 0 while it lasts.
CREATE TABLE outages (
  from_at  INTEGER PRIMARY KEY,
  until_at INTEGER NOT NULL,
  why      TEXT NOT NULL
) STRICT;
