"""Erasure for good: Temporal's histories, keys, the scan for what is left, the certificate."""
