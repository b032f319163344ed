-- more of the events by which a contract's standing is told: RMM agents that the platform does not remove
-- depends: 0015_refunds

-- migrate: apply

CREATE INDEX timeline_agents ON timeline (contract, seq) WHERE event IN ('contract.ended', 'rmm.removed');
CREATE INDEX timeline_agents_left ON timeline (contract) WHERE event = 'contract.closed' AND data ? 'agents';

-- migrate: rollback

DROP INDEX timeline_agents, timeline_agents_left;
