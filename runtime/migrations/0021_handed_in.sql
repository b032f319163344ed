-- who handed in an act, found by its id's digest without reading the contract's whole chain
-- depends: 0020_erased_users

-- migrate: apply

CREATE INDEX trail_handed_in ON trail (chain, (details ->> 'act_id_sha256')) WHERE action = 'handed_in';

-- migrate: rollback

DROP INDEX trail_handed_in;
