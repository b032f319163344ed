-- bank statements and what became of their lines
-- depends: 0008_einvoices

-- migrate: apply

-- `reaches_to` is the last day a statement tells of: how far an account is known.
CREATE TABLE statements (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text NOT NULL,
    statement_id text NOT NULL,
    reaches_to date NOT NULL,
    imported_at timestamptz NOT NULL,
    UNIQUE (account, statement_id, reaches_to)
);
CREATE INDEX statements_reach ON statements (account, reaches_to);

-- `digest` is a keyed hash of what makes the line the same in any statement: each is here once ever. `marks` and
-- `payer_account` are keyed hashes too, of the references a reversal may name it by and of who paid. `details` is what
-- tells of a person, sealed, and only while the line waits.
CREATE TABLE statement_lines (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest text NOT NULL UNIQUE,
    statement bigint NOT NULL REFERENCES statements (number),
    booked_on date NOT NULL,
    paid_on date NOT NULL,
    amount numeric(18, 5) NOT NULL CHECK (amount >= 0),
    currency text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('credit', 'debit')),
    reversal boolean NOT NULL,
    bank_reference text,
    marks text[] NOT NULL,
    payer_account text,
    status text NOT NULL CHECK (status IN ('matched', 'booked', 'parked', 'ignored')),
    contract text REFERENCES contracts (number),
    matched_by text,
    reason text,
    attempt integer NOT NULL DEFAULT 1,
    reverses bigint UNIQUE REFERENCES statement_lines (number) ON DELETE SET NULL,
    details text,
    CHECK (contract IS NOT NULL OR status IN ('parked', 'ignored')),
    CHECK (reason IS NOT NULL OR status IN ('matched', 'booked')),
    CHECK (details IS NULL OR status IN ('matched', 'parked'))
);
CREATE INDEX statement_lines_waiting ON statement_lines (number) WHERE status IN ('matched', 'parked');
CREATE INDEX statement_lines_of_statement ON statement_lines (statement);
CREATE INDEX statement_lines_of_contract ON statement_lines (contract);
CREATE INDEX statement_lines_marks ON statement_lines USING gin (marks) WHERE status <> 'ignored';
CREATE INDEX statement_lines_without_contract ON statement_lines (booked_on) WHERE contract IS NULL;

-- How a payer writes an invoice's number: without what stands between letters and digits.
CREATE INDEX invoices_compact ON invoices (upper(regexp_replace(number, '[^A-Za-z0-9]', '', 'g')));

ALTER TABLE contracts ADD COLUMN customer_iban text;

-- migrate: rollback

ALTER TABLE contracts DROP COLUMN customer_iban;
DROP INDEX invoices_compact;
DROP TABLE statement_lines, statements;
