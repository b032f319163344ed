-- what was erased: rows counted, the sub-processors' part, certificates
-- depends: 0004_inventory

-- migrate: apply

-- Counted in the transaction that erases; a certificate claims what it states.
CREATE TABLE erased_rows (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract text NOT NULL REFERENCES contracts (number),
    at timestamptz NOT NULL,
    category text NOT NULL,
    rows bigint NOT NULL CHECK (rows > 0),
    certificate text
);
CREATE INDEX erased_rows_unclaimed ON erased_rows (contract) WHERE certificate IS NULL;

CREATE TABLE partner_erasures (
    contract text NOT NULL REFERENCES contracts (number),
    phase text NOT NULL,
    partner text NOT NULL,
    asked_at timestamptz NOT NULL,
    times_asked integer NOT NULL,
    refused_code integer,
    confirmed_at timestamptz,
    PRIMARY KEY (contract, phase, partner)
);
CREATE INDEX partner_erasures_unconfirmed ON partner_erasures (contract) WHERE confirmed_at IS NULL;

CREATE TABLE certificates (
    id text PRIMARY KEY,
    contract text NOT NULL REFERENCES contracts (number),
    issued_at timestamptz NOT NULL,
    found bigint NOT NULL CHECK (found >= 0),
    document jsonb NOT NULL
);
CREATE INDEX certificates_of_contract ON certificates (contract, issued_at);

-- The nightly run of the retention table looks here.
CREATE INDEX contacts_former ON contacts (until) WHERE until IS NOT NULL;
CREATE INDEX acts_with_fields ON acts (at) WHERE payload IS NOT NULL;
CREATE INDEX letters_with_facts ON letters (at) WHERE facts <> '{}'::jsonb;

-- migrate: rollback

DROP INDEX contacts_former, acts_with_fields, letters_with_facts;
DROP TABLE erased_rows, partner_erasures, certificates;
