-- the days that due dates count from, and money rows that are only added to
-- depends: 0011_books

-- migrate: apply

-- Whatever sets the due date of an invoice, once it is issued, is a row: that the customer was sent it, or was given
-- more time. The latest of them counts. Until there is one, `invoices.due_on` is what it would be if it left that day.
CREATE TABLE due_dates (
    invoice text NOT NULL REFERENCES invoices (number) ON DELETE CASCADE,
    contract text NOT NULL REFERENCES contracts (number),
    because text NOT NULL CHECK (because IN ('sent', 'extended')),
    on_day date NOT NULL,
    due_on date NOT NULL CHECK (due_on >= on_day),
    PRIMARY KEY (invoice, due_on)
);
CREATE UNIQUE INDEX sent_once ON due_dates (invoice) WHERE because = 'sent';
CREATE INDEX due_dates_of_contract ON due_dates (contract);

-- Until now they counted from the day of issue, whenever the letter left; what is later was extended on some day.
INSERT INTO due_dates (invoice, contract, because, on_day, due_on)
    SELECT number, contract, 'extended', issued_on, due_on FROM invoices;
UPDATE invoices SET due_on = coalesce(
        (SELECT (head ->> 'due_on')::date FROM invoice_documents AS document WHERE document.number = invoices.number),
        issued_on + coalesce((special_terms ->> 'payment_days')::integer, 14))
    FROM contracts WHERE contracts.number = contract;
DELETE FROM due_dates USING invoices WHERE number = invoice AND invoices.due_on >= due_dates.due_on;
INSERT INTO due_dates (invoice, contract, because, on_day, due_on)
    SELECT number, contract, 'sent', issued_on, due_on FROM invoices;

REVOKE ALL ON due_dates FROM ligums_app;
GRANT SELECT, INSERT ON due_dates TO ligums_app;
REVOKE UPDATE ON invoices, credit_notes, allocations, payments FROM ligums_app;
GRANT UPDATE (reversed, reference) ON payments TO ligums_app;
REVOKE TRUNCATE ON invoices, credit_notes, allocations, payments FROM ligums_app;

-- Hold whoever may write here, the owner too. Rows may go once the five whole years after their own are over, as the
-- journal's may (0011_books); what hangs on an invoice has its year.
CREATE FUNCTION is_over(on_day date) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
AS $$
    SELECT extract(year FROM on_day) + 5 < extract(year FROM now() AT TIME ZONE 'Europe/Riga')
$$;
-- The argument names the column with a row's own day.
CREATE FUNCTION money_stays() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'DELETE' AND public.is_over((to_jsonb(OLD) ->> TG_ARGV[0])::date) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'money on record is only added to' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE FUNCTION allocations_stay() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'DELETE'
        AND EXISTS (SELECT FROM public.invoices WHERE number = OLD.invoice AND public.is_over(issued_on)) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'money on record is only added to' USING ERRCODE = 'insufficient_privilege';
END
$$;
-- A payment may be taken back, once and for good, and what the payer wrote may be erased.
CREATE FUNCTION payments_move() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF to_jsonb(NEW) - 'reversed' - 'reference' = to_jsonb(OLD) - 'reversed' - 'reference'
        AND NEW.reversed >= OLD.reversed
        AND (NEW.reference IS NULL OR NEW.reference IS NOT DISTINCT FROM OLD.reference) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a payment can only be taken back' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE FUNCTION due_dates_stay() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT FROM public.invoices WHERE number = OLD.invoice) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'money on record is only added to' USING ERRCODE = 'insufficient_privilege';
END
$$;
CREATE TRIGGER invoices_stay BEFORE UPDATE OR DELETE ON invoices
    FOR EACH ROW EXECUTE FUNCTION money_stays('issued_on');
CREATE TRIGGER invoices_are_not_emptied BEFORE TRUNCATE ON invoices
    FOR EACH STATEMENT EXECUTE FUNCTION money_stays();
CREATE TRIGGER credit_notes_stay BEFORE UPDATE OR DELETE ON credit_notes
    FOR EACH ROW EXECUTE FUNCTION money_stays('issued_on');
CREATE TRIGGER credit_notes_are_not_emptied BEFORE TRUNCATE ON credit_notes
    FOR EACH STATEMENT EXECUTE FUNCTION money_stays();
CREATE TRIGGER payments_stay BEFORE DELETE ON payments FOR EACH ROW EXECUTE FUNCTION money_stays('paid_on');
CREATE TRIGGER payments_move BEFORE UPDATE ON payments FOR EACH ROW EXECUTE FUNCTION payments_move();
CREATE TRIGGER payments_are_not_emptied BEFORE TRUNCATE ON payments
    FOR EACH STATEMENT EXECUTE FUNCTION money_stays();
CREATE TRIGGER allocations_stay BEFORE UPDATE OR DELETE ON allocations
    FOR EACH ROW EXECUTE FUNCTION allocations_stay();
CREATE TRIGGER allocations_are_not_emptied BEFORE TRUNCATE ON allocations
    FOR EACH STATEMENT EXECUTE FUNCTION allocations_stay();
CREATE TRIGGER due_dates_stay BEFORE UPDATE OR DELETE ON due_dates
    FOR EACH ROW EXECUTE FUNCTION due_dates_stay();
CREATE TRIGGER due_dates_are_not_emptied BEFORE TRUNCATE ON due_dates
    FOR EACH STATEMENT EXECUTE FUNCTION due_dates_stay();

-- migrate: rollback

DROP TRIGGER invoices_stay ON invoices;
DROP TRIGGER invoices_are_not_emptied ON invoices;
DROP TRIGGER credit_notes_stay ON credit_notes;
DROP TRIGGER credit_notes_are_not_emptied ON credit_notes;
DROP TRIGGER allocations_stay ON allocations;
DROP TRIGGER allocations_are_not_emptied ON allocations;
DROP TRIGGER payments_stay ON payments;
DROP TRIGGER payments_are_not_emptied ON payments;
DROP TRIGGER payments_move ON payments;
UPDATE invoices SET due_on = latest.due_on
    FROM (SELECT invoice, max(due_on) AS due_on FROM due_dates GROUP BY invoice) AS latest WHERE number = latest.invoice;
DROP TABLE due_dates;
DROP FUNCTION money_stays(), allocations_stay(), payments_move(), due_dates_stay(), is_over(date);
GRANT UPDATE ON invoices, credit_notes, allocations, payments TO ligums_app;
