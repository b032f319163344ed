"""Outgoing post: letters rendered in the customer's language and handed to a mail server."""
