-- what audit reports and hand-over packages are made of, so that one sent again says the same
-- depends: 0004_inventory

-- migrate: apply

-- `content` holds what is personal as sealed values, so that a person's erasure reaches it. `key_id` is the contract's
-- key that the passphrase derives from, noted when the document is first sent.
CREATE TABLE documents (
    contract text NOT NULL REFERENCES contracts (number),
    kind text NOT NULL CHECK (kind IN ('audit_report', 'handover_package')),
    on_day date NOT NULL,
    content jsonb NOT NULL,
    key_id text,
    PRIMARY KEY (contract, kind, on_day)
);

-- migrate: rollback

DROP TABLE documents;
