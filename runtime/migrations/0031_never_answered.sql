-- which registrations and delegations were never answered, also of closed contracts, without reading every timeline
-- depends: 0030_former_addresses

-- migrate: apply

CREATE INDEX timeline_never_answered ON timeline (contract, seq)
    WHERE event = 'contract.closed' AND data ?| ARRAY['registration_unknown', 'delegation_unknown'];
CREATE INDEX timeline_of_registrations ON timeline (contract, seq)
    WHERE event IN ('customer.registered', 'registration.unknown', 'registration.absent');

-- migrate: rollback

DROP INDEX timeline_never_answered, timeline_of_registrations;
