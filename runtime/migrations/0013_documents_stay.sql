-- documents of invoices that stay, and can be told from others; payers who name a credit note
-- depends: 0011_books

-- migrate: apply

-- As with invoices (0009): payers name the credit note that they took off, too.
CREATE INDEX credit_notes_compact ON credit_notes (upper(regexp_replace(number, '[^A-Za-z0-9]', '', 'g')));

-- migrate: rollback

DROP INDEX credit_notes_compact;
