-- how a contract's subscriptions stand, and which closed ones left some at the distributor, without its whole timeline
-- depends: 0024_emptied_credentials

-- migrate: apply

CREATE INDEX timeline_of_subscriptions ON timeline (contract, seq)
    WHERE event IN ('agreement.accepted', 'reseller.approved', 'approvals.asked', 'delegation.asked',
        'delegation.approved', 'delegation.ended', 'subscription.ordered', 'subscription.confirmed',
        'subscription.changed', 'subscription.renewed', 'subscription.disconnected', 'subscription.cancelled',
        'subscription.refused', 'renewal.taken', 'distributor.differs', 'distributor.agrees', 'vendor.suspended',
        'vendor.resumed');
CREATE INDEX timeline_subscriptions_not_cancelled ON timeline (contract, seq)
    WHERE event = 'contract.closed' AND data ? 'subscriptions_not_cancelled';

-- migrate: rollback

DROP INDEX timeline_of_subscriptions, timeline_subscriptions_not_cancelled;
