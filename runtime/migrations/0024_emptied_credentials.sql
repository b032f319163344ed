-- credentials whose user name and secret went with a user whom they named, so that somebody is told
-- depends: 0023_handed_in

-- migrate: apply

CREATE INDEX credentials_emptied ON credentials (contract, id) WHERE NOT details ? 'secret';
CREATE INDEX timeline_unnamed ON timeline (contract, (data ->> 'record')) WHERE event = 'record.unnamed';

-- migrate: rollback

DROP INDEX credentials_emptied, timeline_unnamed;
