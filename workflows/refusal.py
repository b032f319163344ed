"""The refusal of an act."""

from __future__ import annotations


class ActRefused(Exception):
    """An act that cannot be done; the reason is for people and holds no personal data.

    `latvian` says it to the customer, where the refusal is answered by letter.
    """

    def __init__(self, reason: str, *clauses: str, latvian: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.clauses = clauses
        self.latvian = latvian or "pieprasījums neatbilst Līguma noteikumiem; lūdzam sazināties ar mums"
