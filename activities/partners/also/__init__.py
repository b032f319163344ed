"""ALSO Cloud Marketplace, from which Microsoft 365 is ordered (M365-3): the client of its SimpleAPI.

Source: ALSO's OpenAPI description and its API as seen in live use. What is neither is in `mapping.py` alone.
"""
