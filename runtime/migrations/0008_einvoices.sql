-- invoices as documents: whom they are made out to, the PDF with its e-invoice as it was sent, the rules it met
-- depends: 0007_money

-- migrate: apply

-- Neither is personal; a contract from before has none until it is assigned.
ALTER TABLE contracts ADD COLUMN legal_address text, ADD COLUMN vat_number text;

-- One a document of whichever kind, by its number. `head` is what is taken down as it is issued; its figures stay in
-- the ledger's own row alone. Made once, a PDF is kept
-- with the versions of the rules it met; what breaks rules does not leave, and `broken` names them.
CREATE TABLE invoice_documents (
    number text PRIMARY KEY,
    contract text NOT NULL REFERENCES contracts (number),
    head jsonb NOT NULL,
    letter text NOT NULL UNIQUE,
    issued_at timestamptz NOT NULL,
    pdf bytea,
    rules text[],
    broken text[] NOT NULL DEFAULT '{}',
    CHECK ((pdf IS NULL) = (rules IS NULL)),
    CHECK (pdf IS NULL OR broken = '{}')
);
CREATE INDEX invoice_documents_broken ON invoice_documents (contract) WHERE broken <> '{}';

ALTER TABLE letters DROP CONSTRAINT letters_status_check;
ALTER TABLE letters ADD CONSTRAINT letters_status_check
    CHECK (status IN ('queued', 'sent', 'refused', 'bounced', 'postal', 'printed', 'nobody'));

-- What was sent stays as it was sent (Accounting Law 28), whoever may write here.
CREATE FUNCTION made_documents_stay() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'an invoice that is made is kept as it is' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER made_documents_stay BEFORE UPDATE ON invoice_documents FOR EACH ROW
    WHEN (OLD.pdf IS NOT NULL AND NEW IS DISTINCT FROM OLD) EXECUTE FUNCTION made_documents_stay();

-- migrate: rollback

DROP TABLE invoice_documents;
DROP FUNCTION made_documents_stay();
UPDATE letters SET status = 'sent' WHERE status = 'printed';
ALTER TABLE letters DROP CONSTRAINT letters_status_check;
ALTER TABLE letters ADD CONSTRAINT letters_status_check
    CHECK (status IN ('queued', 'sent', 'refused', 'bounced', 'postal', 'nobody'));
ALTER TABLE contracts DROP COLUMN legal_address, DROP COLUMN vat_number;
