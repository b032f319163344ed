-- the events by which a contract's standing is told, without reading its whole timeline
-- depends: 0001_ledger

-- migrate: apply

CREATE INDEX timeline_milestones ON timeline (contract, seq)
    WHERE event IN ('audit.recorded', 'rmm.installed', 'service.suspended', 'ground.cured', 'force_majeure.declared',
        'force_majeure.ended', 'term.switched_off', 'term.restored', 'consent.withdrawn', 'change.objected',
        'notice.given', 'end.agreed', 'data.erased');
CREATE INDEX timeline_refusals_of_contract ON timeline (contract, at)
    WHERE event IN ('act.refused', 'change.refused');
CREATE INDEX letters_unsent ON letters (contract, id) WHERE status <> 'sent';

-- migrate: rollback

DROP INDEX timeline_milestones, timeline_refusals_of_contract, letters_unsent;
