-- Of the rows that one send to several destinations made: the ID of the first, in each of them. 0 for all
-- others, and for those of earlier versions.
ALTER TABLE messages ADD COLUMN sent_with INTEGER NOT NULL DEFAULT 0;
CREATE INDEX messages_sent_with ON messages (sent_with) WHERE sent_with > 0;

-- What was odd about the arrival of any callback of the message: 1 duplicate, 2 out of order, 4 after
-- terminal. It stays when that callback is gone.
ALTER TABLE messages ADD COLUMN arrival INTEGER NOT NULL DEFAULT 0;
UPDATE messages SET arrival = c.flags
  FROM (SELECT message_uuid, max(flags & 1) | max(flags & 2) | max(flags & 4) AS flags
        FROM (SELECT message_uuid, flags FROM callbacks ORDER BY id DESC LIMIT 100000)
        WHERE message_uuid IS NOT NULL AND flags & 7 > 0 GROUP BY message_uuid) AS c
  WHERE messages.uuid = c.message_uuid;
