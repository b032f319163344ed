"""What an erased user leaves for a person to see to (DPA-I.1.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from schemas.attention import ContractFacts, DueItem, Milestone
from terms.calendar import local_date

SEARCH_DAYS_SHOWN = 30
"""For so long a search by hand is shown, as no act says that it is done."""


def unsearched(contract: str, milestones: Collection[Milestone], today: date) -> Iterator[DueItem]:
    """A user was erased whose name could not be opened, and so not looked for in what names others (DPA-I.1.1)."""
    for milestone in milestones:
        on = local_date(milestone.at)
        if today <= on + timedelta(days=SEARCH_DAYS_SHOWN):
            user = milestone.data["user"]
            why = (
                f"a name or login of erased user {user} could not be opened, and so not be looked for; what still names"
                " that person in the inventory, an audit or a note goes once they are added under another id and erased"
            )
            yield DueItem(
                contract=contract,
                what="Look for who was erased",
                why=why,
                clauses=milestone.clauses,
                on=on,
                urgency="urgent",
            )


def emptied_credentials(facts: ContractFacts) -> Iterator[DueItem]:
    """What a system was entered with named an erased user: shown until it is stored anew or dropped (IT-A2.7)."""
    for emptied in facts.emptied:
        why = (
            f"what credential {emptied.credential} is entered with named a user who is erased, and went with that user;"
            " have the customer grant it anew (store_credential), or drop it"
        )
        yield DueItem(
            contract=facts.contract,
            what="Get a credential anew",
            why=why,
            clauses=("IT-A2.7", "IT-A2.8", "DPA-I.1.1"),
            on=local_date(emptied.at),
            urgency="today",
        )
