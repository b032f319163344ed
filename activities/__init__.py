"""What a contract does to the world: the ledger, mail, and the partners' systems."""
