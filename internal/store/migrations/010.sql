-- Of a message that was sent through the simulator of a server of this history: the URL of its API. Empty for all
-- others, and for those of earlier versions.
ALTER TABLE messages ADD COLUMN simulator TEXT NOT NULL DEFAULT '';

-- When the server began that has the lease, if no other one of the history ran then; 0 where one did.
ALTER TABLE lease ADD COLUMN alone_since INTEGER NOT NULL DEFAULT 0;
