-- users who were erased and could not be looked for, which a person is told of
-- depends: 0020_erased_users

-- migrate: apply

CREATE INDEX timeline_unsearched ON timeline (contract, seq) WHERE event = 'user.unsearched';

-- migrate: rollback

DROP INDEX timeline_unsearched;
