-- which orders the distributor may have unknown to the contract, and who does not answer, without its whole timeline
-- depends: 0028_former_names

-- migrate: apply

CREATE INDEX timeline_of_silence ON timeline (contract, seq)
    WHERE event IN ('order.unknown', 'order.found', 'order.absent', 'distributor.silent', 'distributor.answers');

-- migrate: rollback

DROP INDEX timeline_of_silence;
