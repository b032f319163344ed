-- what invoices were made of, credit notes, and late interest on documents of its own
-- depends: 0003_trail 0005_erasure 0006_documents

-- migrate: apply

-- `inputs` is all that the lines depend on, without personal data; NULL on invoices issued before it was kept.
ALTER TABLE invoices
    ADD COLUMN kind text NOT NULL DEFAULT 'invoice' CHECK (kind IN ('invoice', 'interest')),
    ADD COLUMN inputs jsonb,
    DROP CONSTRAINT invoices_contract_from_day_key;
CREATE UNIQUE INDEX invoice_of_period ON invoices (contract, from_day) WHERE kind = 'invoice';

CREATE TABLE credit_notes (
    number text PRIMARY KEY,
    contract text NOT NULL REFERENCES contracts (number),
    invoice text NOT NULL REFERENCES invoices (number),
    from_day date NOT NULL,
    to_day date NOT NULL CHECK (to_day >= from_day),
    issued_on date NOT NULL,
    lines jsonb NOT NULL,
    net numeric(14, 2) NOT NULL CHECK (net > 0),
    vat numeric(14, 2) NOT NULL CHECK (vat >= 0),
    total numeric(14, 2) NOT NULL CHECK (total = net + vat),
    inputs jsonb NOT NULL
);
CREATE INDEX credit_notes_of_contract ON credit_notes (contract);
CREATE INDEX credit_notes_of_invoice ON credit_notes (invoice);

ALTER TABLE allocations
    ADD COLUMN credit_note text REFERENCES credit_notes (number),
    DROP CONSTRAINT allocations_source_check,
    ADD CONSTRAINT allocations_source_check CHECK (source IN ('payment', 'credit', 'write_off', 'credit_note')),
    ADD CONSTRAINT allocations_of_credit_notes CHECK ((source = 'credit_note') = (credit_note IS NOT NULL));

-- migrate: rollback

DELETE FROM allocations WHERE source = 'credit_note';
ALTER TABLE allocations
    DROP CONSTRAINT allocations_of_credit_notes,
    DROP CONSTRAINT allocations_source_check,
    ADD CONSTRAINT allocations_source_check CHECK (source IN ('payment', 'credit', 'write_off')),
    DROP COLUMN credit_note;
DROP TABLE credit_notes;
DROP INDEX invoice_of_period;
DELETE FROM allocations WHERE invoice IN (SELECT number FROM invoices WHERE kind = 'interest');
DELETE FROM invoices WHERE kind = 'interest';
ALTER TABLE invoices
    DROP COLUMN kind,
    DROP COLUMN inputs,
    ADD CONSTRAINT invoices_contract_from_day_key UNIQUE (contract, from_day);
