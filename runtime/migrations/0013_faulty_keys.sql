-- the key that a letter waits for: it is missing from the key store, or damaged there
-- depends: 0012_sent

-- migrate: apply

ALTER TABLE letters ADD COLUMN faulty_key text;

-- migrate: rollback

ALTER TABLE letters DROP COLUMN faulty_key;
