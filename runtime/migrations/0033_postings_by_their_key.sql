-- a transaction is checked by its key, however many there are
-- depends: 0032_chain_taken

-- migrate: apply

-- How many rows a statement writes is not known when its check is planned, and the plan is kept by each connection: all
-- postings were read for every few that were written.
ALTER FUNCTION postings_balance() SET enable_seqscan = off;

-- migrate: rollback

ALTER FUNCTION postings_balance() RESET enable_seqscan;
