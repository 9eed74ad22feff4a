-- Callbacks name their message by its ID: new messages then go to the end of this index, where UUIDs are strewn over
-- all of it. In a long history each would rewrite a page of its own.
ALTER TABLE callbacks ADD COLUMN message_id INTEGER; -- NULL where it belongs to no message

DROP INDEX callbacks_message;

UPDATE callbacks SET message_id = (SELECT id FROM messages WHERE uuid = message_uuid) WHERE message_uuid IS NOT NULL;

CREATE INDEX callbacks_message ON callbacks (message_id) WHERE message_id IS NOT NULL;
