-- How far each route of the forwarding is, and which process has it. What is up to read is done, but for
-- the IDs of open: the first as a varint, then the differences.
CREATE TABLE routes (
  name      TEXT PRIMARY KEY,
  read      INTEGER NOT NULL,
  open      BLOB NOT NULL,
  pid       INTEGER NOT NULL, -- 0 for none
  host      TEXT NOT NULL,
  heartbeat INTEGER NOT NULL
) STRICT;
