-- every contract that a bank statement's line may be of, however many its reason can name
-- depends: 0018_keys_of_erased_rows

-- migrate: apply

ALTER TABLE statement_lines ADD COLUMN candidates text[] NOT NULL DEFAULT '{}';

-- Of lines from before it is known what their reason names: five contracts at most.
UPDATE statement_lines SET candidates = ARRAY(SELECT number FROM contracts
        WHERE number = ANY (regexp_split_to_array(reason, '[^A-Za-z0-9-]+')) ORDER BY number)
    WHERE status = 'parked' AND contract IS NULL;

-- migrate: rollback

ALTER TABLE statement_lines DROP COLUMN candidates;
