"""Ports to the partners a contract needs, each with a sandbox that keeps what was asked in a folder."""
