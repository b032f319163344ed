-- activities that fail again and again, so that somebody is told; kept up by the workers
-- depends: 0016_agents_left

-- migrate: apply

-- No reference to contracts: the step that puts one on record may be what fails.
CREATE TABLE failing_activities (
    contract text NOT NULL,
    activity text NOT NULL,
    since timestamptz NOT NULL,
    tried_at timestamptz NOT NULL,
    PRIMARY KEY (contract, activity)
);

-- migrate: rollback

DROP TABLE failing_activities;
