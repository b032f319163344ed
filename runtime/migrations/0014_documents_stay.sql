-- documents of invoices that stay and can be told from others; payers who name a credit note
-- depends: 0013_faulty_keys

-- migrate: apply

-- As with invoices (0009): payers name the credit note that they took off, too.
CREATE INDEX credit_notes_compact ON credit_notes (upper(regexp_replace(number, '[^A-Za-z0-9]', '', 'g')));

-- SHA-256 of the PDF, taken as it is put here, so that another one in its place shows.
DROP TRIGGER made_documents_stay ON invoice_documents;
DROP FUNCTION made_documents_stay();
ALTER TABLE invoice_documents ADD COLUMN checksum text;
UPDATE invoice_documents SET checksum = encode(sha256(pdf), 'hex') WHERE pdf IS NOT NULL;
ALTER TABLE invoice_documents ADD CHECK ((pdf IS NULL) = (checksum IS NULL));

-- Holds whoever may write here, the owner too (Accounting Law 28). What was taken down as a document was issued stays,
-- but for the due date until it is made; all of it once it is. A row may go once the five whole years after its own
-- are over, as the journal's may (0011_books).
CREATE FUNCTION documents_stay() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'DELETE' AND extract(year FROM OLD.issued_at AT TIME ZONE 'Europe/Riga') + 5
        < extract(year FROM now() AT TIME ZONE 'Europe/Riga') THEN
        RETURN OLD;
    ELSIF TG_OP = 'UPDATE' AND NEW IS NOT DISTINCT FROM OLD THEN
        RETURN NEW;
    ELSIF TG_OP = 'UPDATE' AND OLD.pdf IS NULL AND NEW.head - 'due_on' = OLD.head - 'due_on'
        AND (NEW.number, NEW.contract, NEW.letter, NEW.issued_at)
            = (OLD.number, OLD.contract, OLD.letter, OLD.issued_at) THEN
        NEW.checksum = encode(sha256(NEW.pdf), 'hex');
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an invoice that is made is kept as it is, and so is what it is made of'
        USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER documents_stay BEFORE UPDATE OR DELETE ON invoice_documents
    FOR EACH ROW EXECUTE FUNCTION documents_stay();
CREATE TRIGGER documents_are_not_emptied BEFORE TRUNCATE ON invoice_documents
    FOR EACH STATEMENT EXECUTE FUNCTION documents_stay();

-- migrate: rollback

DROP TRIGGER documents_stay ON invoice_documents;
DROP TRIGGER documents_are_not_emptied ON invoice_documents;
DROP FUNCTION documents_stay();
ALTER TABLE invoice_documents DROP COLUMN checksum;
CREATE FUNCTION made_documents_stay() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION 'an invoice that is made is kept as it is' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER made_documents_stay BEFORE UPDATE ON invoice_documents FOR EACH ROW
    WHEN (OLD.pdf IS NOT NULL AND NEW IS DISTINCT FROM OLD) EXECUTE FUNCTION made_documents_stay();
DROP INDEX credit_notes_compact;
