-- which closed contracts never had an answer to a registration or a delegation, without reading every timeline
-- depends: 0030_former_addresses

-- migrate: apply

CREATE INDEX timeline_never_answered ON timeline (contract, seq)
    WHERE event = 'contract.closed' AND data ?| ARRAY['registration_unknown', 'delegation_unknown'];

-- migrate: rollback

DROP INDEX timeline_never_answered;
