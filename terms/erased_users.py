"""What an erased user leaves for a person to see to (DPA-I.1.1)."""

from __future__ import annotations

from collections.abc import Iterator

from schemas.attention import ContractFacts, DueItem
from terms.calendar import local_date


def emptied_credentials(facts: ContractFacts) -> Iterator[DueItem]:
    """What a system was entered with named an erased user: shown until it is stored anew or dropped (IT-A2.7)."""
    for emptied in facts.emptied:
        why = (
            f"what credential {emptied.credential} is entered with named a user who is erased, and went with that user;"
            " have the customer grant it anew (store_credential), or drop it"
        )
        clauses, on = ("IT-A2.7", "IT-A2.8", "DPA-I.1.1"), local_date(emptied.at)
        yield DueItem.of(facts.contract, "Get a credential anew", why, clauses, on, "today")
