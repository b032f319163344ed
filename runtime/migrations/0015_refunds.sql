-- more of the events by which a contract's standing is told: what is to be repaid after its close
-- depends: 0014_documents_stay

-- migrate: apply

CREATE INDEX timeline_refunds ON timeline (contract, seq) WHERE event = 'contract.closed' AND data ? 'refund';

-- migrate: rollback

DROP INDEX timeline_refunds;
