-- keys that were of erased rows alone, such as of a system's responsible person: destroyed with the erased user's
-- depends: 0017_failing

-- migrate: apply

ALTER TABLE erased_rows ADD COLUMN keys text[] NOT NULL DEFAULT '{}';

-- migrate: rollback

ALTER TABLE erased_rows DROP COLUMN keys;
