-- who handed in an act, by its id's digest, and whether a key's making is told, without reading the whole chain
-- depends: 0022_billed_once

-- migrate: apply

CREATE INDEX trail_handed_in ON trail (chain, (details ->> 'act_id_sha256')) WHERE action = 'handed_in';
CREATE INDEX trail_key_made ON trail (chain, subject) WHERE action = 'key.made';

-- migrate: rollback

DROP INDEX trail_handed_in, trail_key_made;
