-- the rest of a subscription's term is billed once for the licences given up in a month, as set-up and visits are
-- depends: 0025_subscriptions_watched

-- migrate: apply

ALTER TABLE billed_once DROP CONSTRAINT billed_once_kind_check;
ALTER TABLE billed_once ADD CONSTRAINT billed_once_kind_check CHECK (kind IN ('setup', 'visit', 'rest_of_term'));

-- migrate: rollback

-- What has been billed stays noted: earlier versions only bill no more of it.
ALTER TABLE billed_once DROP CONSTRAINT billed_once_kind_check;
ALTER TABLE billed_once ADD CONSTRAINT billed_once_kind_check CHECK (kind IN ('setup', 'visit')) NOT VALID;
