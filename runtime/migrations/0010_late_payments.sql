-- more of the events by which a contract's standing is told: what late payments bring about
-- depends: 0009_statements

-- migrate: apply

CREATE INDEX timeline_late_payments ON timeline (contract, seq)
    WHERE event IN ('statement.awaited', 'end.questioned');
CREATE INDEX timeline_ends_questioned ON timeline (contract) WHERE event = 'end.questioned';

-- migrate: rollback

DROP INDEX timeline_late_payments, timeline_ends_questioned;
