"""The durable processes of a contract, as Temporal workflows."""
