-- Why the signature of a callback does not match, as signature.Diagnosis.Cause; empty while nobody
-- looked, and for one that verifies.
ALTER TABLE callbacks ADD COLUMN cause TEXT NOT NULL DEFAULT '';

-- That of the callback cause_of: of those that were looked at, the one with the greatest ID. It stays
-- when that callback is gone.
ALTER TABLE messages ADD COLUMN cause TEXT NOT NULL DEFAULT '';
ALTER TABLE messages ADD COLUMN cause_of INTEGER NOT NULL DEFAULT 0;

-- By the first cause of several.
CREATE INDEX messages_cause ON messages (substr(cause, 1, instr(cause || '+', '+') - 1)) WHERE cause <> '';

-- URLs that were given to Plivo or served: what a signature may have been made over.
CREATE TABLE urls (
  url        TEXT PRIMARY KEY,
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL
) STRICT;
INSERT INTO urls
  SELECT callback_url, min(created_at), max(created_at)
  FROM (SELECT callback_url, created_at FROM messages ORDER BY id DESC LIMIT 10000)
  WHERE callback_url <> '' AND length(CAST(callback_url AS BLOB)) <= 2048
  GROUP BY callback_url ORDER BY max(created_at) DESC LIMIT 100;
