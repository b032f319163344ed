-- whom an erasure of every user takes: all that ever had a key, also those who never came to be on the list
-- depends: 0019_candidates

-- migrate: apply

CREATE TABLE erased_users (
    contract text NOT NULL REFERENCES contracts (number),
    phase text NOT NULL,
    users text[] NOT NULL,
    PRIMARY KEY (contract, phase)
);

-- migrate: rollback

DROP TABLE erased_users;
