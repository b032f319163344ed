-- the ledger: contracts, content versions, invoices, payments, timeline, letters
-- depends:

-- migrate: apply

CREATE TABLE contracts (
    number text PRIMARY KEY,
    service text NOT NULL,
    stage text NOT NULL DEFAULT 'onboarding'
        CHECK (stage IN ('onboarding', 'active', 'suspended', 'ended', 'closed')),
    signed_at timestamptz NOT NULL,
    accepted_at timestamptz NOT NULL,
    fingerprint text NOT NULL,
    language text NOT NULL,
    customer_name text NOT NULL,
    registration_number text NOT NULL,
    special_terms jsonb NOT NULL,
    mandates text[] NOT NULL,
    rehearsed boolean NOT NULL,
    business_origin timestamptz,
    real_origin timestamptz,
    speed bigint NOT NULL,
    onboarding_at timestamptz,
    service_from date,
    period_to date,
    ends_on date,
    ended_on date,
    erase_on date
);

-- One row a step taken: its key is what makes a repeated activity change nothing.
CREATE TABLE entries (
    key text PRIMARY KEY,
    contract text NOT NULL,
    at timestamptz NOT NULL
);

CREATE TABLE timeline (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    entry_key text NOT NULL REFERENCES entries (key),
    contract text NOT NULL REFERENCES contracts (number),
    at timestamptz NOT NULL,
    event text NOT NULL,
    clauses text[] NOT NULL,
    by text NOT NULL,
    data jsonb NOT NULL
);
CREATE INDEX timeline_of_contract ON timeline (contract, seq);
CREATE INDEX timeline_refusals ON timeline (seq) WHERE event IN ('act.refused', 'change.refused');

-- Personal: erased when the contract's time has come.
CREATE TABLE contacts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract text NOT NULL REFERENCES contracts (number),
    role text NOT NULL,
    details jsonb NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz
);
CREATE UNIQUE INDEX contact_in_force ON contacts (contract, role) WHERE until IS NULL;

CREATE TABLE content_versions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract text NOT NULL REFERENCES contracts (number),
    effective_on date NOT NULL,
    clause text NOT NULL,
    content jsonb NOT NULL
);
CREATE INDEX content_of_contract ON content_versions (contract, effective_on);

CREATE TABLE number_series (
    series text NOT NULL,
    year integer NOT NULL,
    last integer NOT NULL,
    PRIMARY KEY (series, year)
);

CREATE TABLE invoices (
    number text PRIMARY KEY,
    contract text NOT NULL REFERENCES contracts (number),
    from_day date NOT NULL,
    to_day date NOT NULL CHECK (to_day >= from_day),
    issued_on date NOT NULL,
    due_on date NOT NULL,
    lines jsonb NOT NULL,
    net numeric(14, 2) NOT NULL,
    vat numeric(14, 2) NOT NULL,
    total numeric(14, 2) NOT NULL CHECK (total = net + vat),
    UNIQUE (contract, from_day)
);

CREATE TABLE payments (
    number text PRIMARY KEY,
    contract text NOT NULL REFERENCES contracts (number),
    amount numeric(14, 2) NOT NULL CHECK (amount > 0),
    paid_on date NOT NULL,
    reference text,
    reversed boolean NOT NULL DEFAULT false
);

-- What settles an invoice: a payment, credit that was left over, or a write-off. Never changed, only added to.
CREATE TABLE allocations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract text NOT NULL REFERENCES contracts (number),
    invoice text NOT NULL REFERENCES invoices (number),
    source text NOT NULL CHECK (source IN ('payment', 'credit', 'write_off')),
    payment text REFERENCES payments (number),
    amount numeric(14, 2) NOT NULL
);
CREATE INDEX allocations_of_invoice ON allocations (invoice);

CREATE TABLE acts (
    contract text NOT NULL,
    act_id text NOT NULL,
    act text NOT NULL,
    at timestamptz NOT NULL,
    payload jsonb,
    outcome jsonb NOT NULL,
    PRIMARY KEY (contract, act_id)
);

CREATE TABLE letters (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract text NOT NULL REFERENCES contracts (number),
    message_key text NOT NULL UNIQUE,
    message_id text NOT NULL UNIQUE,
    channel text NOT NULL CHECK (channel IN ('email', 'sms')),
    kind text NOT NULL,
    role text NOT NULL,
    facts jsonb NOT NULL,
    at timestamptz NOT NULL,
    status text NOT NULL DEFAULT 'queued'
        CHECK (status IN ('queued', 'sent', 'refused', 'bounced', 'postal', 'nobody')),
    code integer
);
CREATE INDEX letters_waiting ON letters (contract, id) WHERE status = 'queued';
CREATE INDEX letters_for_a_person ON letters (id) WHERE status IN ('refused', 'bounced', 'postal', 'nobody');

-- migrate: rollback

DROP TABLE letters, acts, allocations, payments, invoices, number_series, content_versions, contacts,
    timeline, entries, contracts;
