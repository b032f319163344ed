"""The processes of a contract that is made of subscriptions: ordered from a distributor, renewed, changed, left."""
