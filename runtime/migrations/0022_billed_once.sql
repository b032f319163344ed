-- what a contract is billed once and for good: its set-up, and each of its visits
-- depends: 0021_unsearched

-- migrate: apply

CREATE TABLE billed_once (
    contract text NOT NULL REFERENCES contracts (number),
    kind text NOT NULL CHECK (kind IN ('setup', 'visit')),
    id text NOT NULL CHECK ((id = '') = (kind = 'setup')),
    invoice text NOT NULL REFERENCES invoices (number) ON DELETE CASCADE,
    CONSTRAINT nothing_billed_twice PRIMARY KEY (contract, kind, id)
);
CREATE INDEX billed_once_of_invoice ON billed_once (invoice);

REVOKE ALL ON billed_once FROM ligums_app;
GRANT SELECT, INSERT ON billed_once TO ligums_app;
-- Replaced where it is there: some databases have it since their 0011_books.
CREATE OR REPLACE FUNCTION stays_with_its_invoice() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM public.invoices WHERE number = OLD.invoice) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the books are only added to' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER billed_once_stays BEFORE UPDATE OR DELETE ON billed_once
    FOR EACH ROW EXECUTE FUNCTION stays_with_its_invoice();
CREATE TRIGGER billed_once_is_not_emptied BEFORE TRUNCATE ON billed_once
    FOR EACH STATEMENT EXECUTE FUNCTION stays_with_its_invoice();

-- What was billed twice before stays with its first invoice: the upgrade goes on, and `verify ledger` tells of it.
-- Lines from before they had a kind are known by their text. A visit is billed by the invoice in whose inputs it was
-- not billed yet, whether or not it came to anything, and a visit that is void since was billed all the same.
INSERT INTO billed_once (contract, kind, id, invoice)
    SELECT contract, 'setup', '', number
    FROM invoices CROSS JOIN LATERAL jsonb_to_recordset(lines) AS line (kind text, text text)
    WHERE line.kind = 'setup'
        OR line.kind IS NULL AND line.text IN ('Pakalpojuma ierīkošanas maksa', 'Service set-up fee')
    ORDER BY contract, from_day, number
    ON CONFLICT DO NOTHING;
INSERT INTO billed_once (contract, kind, id, invoice)
    SELECT contract, 'visit', visit ->> 'id', number
    FROM invoices CROSS JOIN LATERAL jsonb_array_elements(inputs -> 'visits') AS visit
    WHERE invoices.kind = 'invoice' AND visit -> 'billed' IS DISTINCT FROM 'true'
    ORDER BY contract, from_day, number
    ON CONFLICT DO NOTHING;

-- migrate: rollback

DROP TABLE billed_once;
DROP FUNCTION stays_with_its_invoice();
