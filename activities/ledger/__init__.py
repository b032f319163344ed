"""The ledger in PostgreSQL: what contracts did, what they are owed, and what was said to whom."""
