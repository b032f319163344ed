-- the books: a double-entry journal that is only added to, and the days that fees were billed for
-- depends: 0010_late_payments

-- migrate: apply

-- Of PostgreSQL's own contrib, trusted: an owner of the database who is no superuser may make it.
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE accounts (
    code text PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('asset', 'liability', 'income', 'expense'))
);
INSERT INTO accounts (code, kind) VALUES
    ('bank', 'asset'),
    ('receivable', 'asset'),
    ('customer_credit', 'liability'),
    ('vat_payable', 'liability'),
    ('revenue', 'income'),
    ('interest_income', 'income'),
    ('write_offs', 'expense');

-- One row an effect; `document` is the number of the invoice or payment that it is about.
CREATE TABLE journal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    contract text NOT NULL REFERENCES contracts (number),
    effect text NOT NULL,
    document text NOT NULL,
    on_day date NOT NULL
);
CREATE INDEX journal_of_contract ON journal (contract);
CREATE UNIQUE INDEX journal_once ON journal (effect, document) WHERE effect IN
    ('invoice_issued', 'interest_charged', 'credit_note_issued', 'payment_booked', 'payment_reversed');

-- Debits are positive, credits negative, in EUR. A receivable is that of the invoice in `document`.
CREATE TABLE postings (
    transaction bigint NOT NULL REFERENCES journal (id) ON DELETE CASCADE,
    account text NOT NULL REFERENCES accounts (code),
    document text NOT NULL,
    amount numeric(14, 2) NOT NULL CHECK (amount <> 0 AND amount <> 'NaN'),
    PRIMARY KEY (transaction, account, document)
);

CREATE TABLE billed_days (
    invoice text NOT NULL REFERENCES invoices (number) ON DELETE CASCADE,
    contract text NOT NULL REFERENCES contracts (number),
    kind text NOT NULL,
    days daterange NOT NULL CHECK (NOT isempty(days)),
    CONSTRAINT no_day_billed_twice EXCLUDE USING gist (contract WITH =, kind WITH =, days WITH &&)
);
CREATE INDEX billed_days_of_invoice ON billed_days (invoice);

ALTER TABLE invoices ADD CONSTRAINT no_second_invoice_for_a_period
    EXCLUDE USING gist (contract WITH =, daterange(from_day, to_day, '[]') WITH &&) WHERE (kind = 'invoice');

REVOKE ALL ON accounts, journal, postings, billed_days FROM ligums_app;
GRANT SELECT ON accounts TO ligums_app;
GRANT SELECT, INSERT ON journal, postings, billed_days TO ligums_app;

-- A transaction is written whole, by one statement, so that nothing joins an old one later.
CREATE FUNCTION postings_balance() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wrong bigint;
BEGIN
    SELECT transaction INTO wrong FROM public.postings AS kept
    WHERE transaction IN (SELECT transaction FROM written)
    GROUP BY transaction
    HAVING sum(amount) <> 0
        OR count(*) <> (SELECT count(*) FROM written WHERE written.transaction = kept.transaction);
    IF FOUND THEN
        RAISE EXCEPTION 'the postings of journal transaction % do not balance, or are not its only ones', wrong
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER postings_balance AFTER INSERT ON postings
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION postings_balance();

CREATE FUNCTION journal_is_posted() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM public.postings WHERE transaction = NEW.id) THEN
        RAISE EXCEPTION 'journal transaction % has no postings', NEW.id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER journal_is_posted AFTER INSERT ON journal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION journal_is_posted();

-- Hold whoever may write here, the owner too. A journal row may go once the five whole years after its own are over
-- (terms/retention.py, ACCOUNTING); what hangs on it, or on an invoice, goes with it and in no other way.
CREATE FUNCTION journal_stays() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'DELETE'
        AND extract(year FROM OLD.on_day) + 5 < extract(year FROM now() AT TIME ZONE 'Europe/Riga') THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the books are only added to' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE FUNCTION postings_stay() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM public.journal WHERE id = OLD.transaction) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the books are only added to' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE FUNCTION billed_days_stay() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM public.invoices WHERE number = OLD.invoice) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the books are only added to' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER journal_stays BEFORE UPDATE OR DELETE ON journal FOR EACH ROW EXECUTE FUNCTION journal_stays();
CREATE TRIGGER journal_is_not_emptied BEFORE TRUNCATE ON journal
    FOR EACH STATEMENT EXECUTE FUNCTION journal_stays();
CREATE TRIGGER postings_stay BEFORE UPDATE OR DELETE ON postings FOR EACH ROW EXECUTE FUNCTION postings_stay();
CREATE TRIGGER postings_are_not_emptied BEFORE TRUNCATE ON postings
    FOR EACH STATEMENT EXECUTE FUNCTION postings_stay();
CREATE TRIGGER billed_days_stay BEFORE UPDATE OR DELETE ON billed_days
    FOR EACH ROW EXECUTE FUNCTION billed_days_stay();
CREATE TRIGGER billed_days_are_not_emptied BEFORE TRUNCATE ON billed_days
    FOR EACH STATEMENT EXECUTE FUNCTION billed_days_stay();

-- The one removal that the application may ask for: with the owner's rights, and held by the triggers all the same.
CREATE FUNCTION remove_books(of_contracts text[]) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
    WITH removed AS (DELETE FROM public.journal WHERE contract = ANY (of_contracts) RETURNING 1)
    SELECT count(*) FROM removed;
$$;
REVOKE ALL ON FUNCTION remove_books(text[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION remove_books(text[]) TO ligums_app;

-- What was booked before there was a journal (terms/books.py has the rules). The day of an allocation was not noted:
-- it is that of its payment, or of its invoice.
CREATE TEMP TABLE brought_forward (
    number bigint GENERATED ALWAYS AS IDENTITY, contract text, effect text, document text, on_day date,
    debit text, debit_of text, credit text, credit_of text, amount numeric, vat numeric
);
INSERT INTO brought_forward (contract, effect, document, on_day, debit, debit_of, credit, credit_of, amount, vat)
    SELECT contract, CASE kind WHEN 'interest' THEN 'interest_charged' ELSE 'invoice_issued' END, number, issued_on,
        'receivable', number, CASE kind WHEN 'interest' THEN 'interest_income' ELSE 'revenue' END, number, total, vat
    FROM invoices WHERE total <> 0 ORDER BY number;
INSERT INTO brought_forward (contract, effect, document, on_day, debit, debit_of, credit, credit_of, amount, vat)
    SELECT contract, 'credit_note_issued', number, issued_on, 'customer_credit', number, 'revenue', number, -total, -vat
    FROM credit_notes ORDER BY number;
INSERT INTO brought_forward (contract, effect, document, on_day, debit, debit_of, credit, credit_of, amount, vat)
    SELECT contract, 'payment_booked', number, paid_on, 'bank', number, 'customer_credit', number, amount, 0
    FROM payments ORDER BY number;
INSERT INTO brought_forward (contract, effect, document, on_day, debit, debit_of, credit, credit_of, amount, vat)
    SELECT a.contract,
        CASE source WHEN 'payment' THEN 'payment_allocated' WHEN 'credit' THEN 'credit_used'
            WHEN 'credit_note' THEN 'credit_note_allocated' ELSE 'written_off' END,
        coalesce(payment, credit_note, invoice), coalesce(paid_on, issued_on),
        CASE source WHEN 'write_off' THEN 'write_offs' ELSE 'customer_credit' END,
        coalesce(payment, credit_note, invoice),
        'receivable', invoice, a.amount, 0
    FROM allocations AS a JOIN invoices ON invoices.number = invoice LEFT JOIN payments ON payments.number = payment
    WHERE a.amount <> 0 ORDER BY a.id;
INSERT INTO brought_forward (contract, effect, document, on_day, debit, debit_of, credit, credit_of, amount, vat)
    SELECT contract, 'payment_reversed', number, paid_on, 'customer_credit', number, 'bank', number, amount, 0
    FROM payments WHERE reversed ORDER BY number;
INSERT INTO journal (id, contract, effect, document, on_day) OVERRIDING SYSTEM VALUE
    SELECT number, contract, effect, document, on_day FROM brought_forward ORDER BY number;
INSERT INTO postings (transaction, account, document, amount)
    SELECT number, debit, debit_of, amount FROM brought_forward
    UNION ALL SELECT number, credit, credit_of, vat - amount FROM brought_forward WHERE amount <> vat
    UNION ALL SELECT number, 'vat_payable', document, -vat FROM brought_forward WHERE vat <> 0;
SELECT setval(pg_get_serial_sequence('journal', 'id'), count(*) + 1, false) FROM brought_forward;
DROP TABLE brought_forward;
INSERT INTO billed_days (invoice, contract, kind, days)
    SELECT number, contract, 'fee', daterange(line."from", line."to", '[]')
    FROM invoices CROSS JOIN LATERAL jsonb_to_recordset(lines)
        AS line (kind text, "from" date, "to" date, quantity numeric, unit_price numeric, net numeric)
    -- Lines from before they had a kind: fees are those that are charged by days.
    WHERE line.kind = 'fee' OR line.kind IS NULL AND line.net > 0
        AND line.net = round(quantity * unit_price * (line."to" - line."from" + 1)
            / extract(day FROM date_trunc('month', line."from") + interval '1 month - 1 day'), 2);

-- migrate: rollback

ALTER TABLE invoices DROP CONSTRAINT no_second_invoice_for_a_period;
DROP FUNCTION remove_books(text[]);
DROP TABLE billed_days, postings, journal, accounts;
DROP FUNCTION postings_balance(), journal_is_posted(), journal_stays(), postings_stay(), billed_days_stay();
