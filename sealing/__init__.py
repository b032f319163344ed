"""Sealing: personal data under keys that can be destroyed. `cipher` and `keys` know nothing of contracts."""
