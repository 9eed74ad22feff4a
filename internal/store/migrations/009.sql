-- A number that no other history has: the mark beside the file is of this history, or of one that was deleted.
CREATE TABLE identity (
  one    INTEGER PRIMARY KEY CHECK (one = 1),
  number INTEGER NOT NULL
) STRICT;
INSERT INTO identity VALUES (1, random());
