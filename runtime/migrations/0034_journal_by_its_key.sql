-- that a journal transaction is posted is looked up by its key, as its balance is
-- depends: 0033_postings_by_their_key

-- migrate: apply

-- The plan was kept from when there were few postings: a connection that had such a one read them all, from the oldest
-- on, to find that of the newest transaction.
ALTER FUNCTION journal_is_posted() SET enable_seqscan = off;

-- migrate: rollback

ALTER FUNCTION journal_is_posted() RESET enable_seqscan;
