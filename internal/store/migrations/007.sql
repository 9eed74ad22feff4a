-- Spans in which the callback server refused requests without keeping them: how many, and what they were answered
-- (403 by --allow, 4xx for their length or number, 503 because they could not be stored). Nothing of the requests
-- is kept.
CREATE TABLE refusals (
  from_at  INTEGER NOT NULL,
  status   TEXT NOT NULL,
  until_at INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  PRIMARY KEY (from_at, status)
) STRICT, WITHOUT ROWID;
