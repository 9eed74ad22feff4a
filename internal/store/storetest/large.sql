-- A history of {messages} messages and {callbacks} callbacks, for benchmarks: made by SQL, because recording
-- them one by one would take an hour. Most messages are delivered and verified; of the rest there is of each
-- kind as much as a busy account has. "needle" is in the oldest message and the oldest callback alone,
-- "every thousandth" in each thousandth, +33 begins the destination of each hundredth.
-- The fold states are only as long as true ones: no callback of such a message can be recorded.

-- It is of use whole or not at all: no journal, and the pages of the indexes stay in memory until the end.
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA cache_size = -400000;
BEGIN;

INSERT INTO messages (id, uuid, sent, direction, from_number, to_number, status, code, outcome, created_at,
    updated_at, final_at, unverified, units, callbacks, type, scheme, header, token, anomalies, refusal,
    callback_url, text, fold, cause, cause_of)
  WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {messages}),
  m AS (
    SELECT i,
      CASE WHEN i % 1000 = 9 THEN 'invalid' WHEN i % 1000 = 10 THEN 'missing' ELSE 'valid' END AS outcome,
      CASE WHEN i % 200 = 5 THEN 'inbound' ELSE 'outbound' END AS direction,
      CASE WHEN i % 200 = 5 THEN 'received' WHEN i % 100 = 7 THEN 'undelivered' WHEN i % 1000 = 8 THEN 'failed'
        WHEN i % 100000 = 11 THEN 'read' WHEN i % 50 = 2 THEN 'sent' ELSE 'delivered' END AS status,
      1780000000000000 + i * 3000000 AS at
    FROM n)
  SELECT i, printf('%08x-0000-4000-8000-%012x', i * 2654435761 & 0xffffffff, i), direction = 'outbound', direction,
    '+1415555' || (100 + i % 50), CASE WHEN i % 100 = 3 THEN '+331' ELSE '+1415' END || printf('%07d', i * 7919 % 10000000),
    status, CASE status WHEN 'undelivered' THEN '30' WHEN 'failed' THEN '450' WHEN 'sent' THEN '' ELSE '000' END,
    outcome, at, at + 2000000, CASE status WHEN 'sent' THEN 0 ELSE at + 2000000 END, outcome <> 'valid', 1, 3, 'sms',
    'v3', 'X-Plivo-Signature-V3', CASE outcome WHEN 'valid' THEN 'account' ELSE '' END,
    CASE outcome WHEN 'invalid' THEN 'invalid' WHEN 'missing' THEN 'unsigned' ELSE '' END, '',
    'https://plivoscope.example.test/sms/delivery-report',
    'Order ' || i || ' is on its way and comes between eight and ten'
      || CASE WHEN i = 1 THEN ', needle' WHEN i % 1000 = 0 THEN ', every thousandth' ELSE '' END,
    zeroblob(200), CASE outcome WHEN 'invalid' THEN 'slash' ELSE '' END, 0
  FROM m;

INSERT INTO callbacks (id, message_uuid, received_at, kind, outcome, status, code, sequence, flags, method, url,
    received_url, protocol, remote_addr, scheme, header, token, problem, answer_status, answered_at, headers, body, cause, message_id)
  WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < {callbacks}),
  c AS (
    SELECT i, {messages} - {callbacks} / 3 + (i + 2) / 3 AS of, 1 + (i + 2) % 3 AS seq,
      CASE WHEN i % 1000 = 9 THEN 'invalid' WHEN i % 1000 = 10 THEN 'missing' ELSE 'valid' END AS outcome
    FROM n)
  SELECT i, m.uuid, m.created_at + seq * 500000, 'delivery_report', c.outcome,
    CASE seq WHEN 1 THEN 'queued' WHEN 2 THEN 'sent' ELSE m.status END, m.code, seq, 0, 'POST',
    'https://plivoscope.example.test/sms/delivery-report', 'http://127.0.0.1:4141/sms/delivery-report', 'HTTP/1.1',
    '192.0.2.' || i % 250 || ':51234', 'v3', 'X-Plivo-Signature-V3', CASE c.outcome WHEN 'valid' THEN 'account' ELSE '' END,
    '', 200, m.created_at + seq * 500000 + 3000,
    -- Names and values, each after its length.
    CAST(x'0c' || 'Content-Type' || x'21' || 'application/x-www-form-urlencoded' || x'0a' || 'User-Agent' || x'05' || 'Plivo'
      || x'14' || 'X-Plivo-Signature-V3' || x'2c' || 'c2lnbmF0dXJlIG9mIHRoZSBjYWxsYmFjayBpbiBiYXNl'
      || x'1a' || 'X-Plivo-Signature-V3-Nonce' || x'14' || '12345678901234567890' AS BLOB),
    CAST('MessageUUID=' || m.uuid || '&From=' || substr(m.from_number, 2) || '&To=' || substr(m.to_number, 2)
      || '&Type=sms&Status=' || CASE seq WHEN 1 THEN 'queued' WHEN 2 THEN 'sent' ELSE m.status END || '&Units=1&ErrorCode='
      || m.code || '&Sequence=' || seq || '&MessageTime=2026-05-28+20%3A26%3A40.244057&QueuedTime=2026-05-28+20%3A26%3A40.344057'
      || '&MCC=310&MNC=004&TotalRate=0.00250&TotalAmount=0.00250&PartInfo=&ParentMessageUUID=' || m.uuid
      || '&requester_ip=192.0.2.1&PowerpackUUID=' || CASE WHEN i = 1 THEN 'needle' ELSE '' END AS BLOB),
    CASE c.outcome WHEN 'invalid' THEN 'slash' ELSE '' END, m.id
  FROM c JOIN messages m ON m.id = c.of;

INSERT OR IGNORE INTO marks
  SELECT m.created_at - 1, m.id, max(0, 1 + (m.id - 1 - ({messages} - {callbacks} / 3)) * 3)
  FROM messages m WHERE m.id % 3 = 1;

UPDATE counters SET next_message = {messages} + 1, next_callback = {callbacks} + 1, messages = {messages},
  invalid = (SELECT count(*) FROM callbacks WHERE outcome = 'invalid'),
  missing = (SELECT count(*) FROM callbacks WHERE outcome = 'missing'),
  latest = 1780000000000000 + {messages} * 3000000 + 2000000, marked = 1780000000000000 + {messages} * 3000000 + 2000000;
UPDATE counters SET valid = {callbacks} - invalid - missing;

COMMIT;
PRAGMA journal_mode = WAL;
