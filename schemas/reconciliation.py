"""Where the distributor and the contract do not say the same of a subscription (M365-37)."""

from __future__ import annotations

from typing import Literal

from schemas.base import Euro, Frozen

Compared = Literal[
    "subscription", "licences", "product", "state", "renewal", "renewal_licences", "end", "extension", "invoiced"
]
"""What is compared: whether it is there, how many licences, whether it runs, what its end brings, what it costs."""


class Difference(Frozen):
    """What the contract has and what the distributor has; `euro` is what that costs the provider, without VAT.

    A month's, or a whole term's where a subscription renews that is to end. Of another product it is what the customer
    is billed a month less what the distributor charges for the other. None where ALSO tells no price.
    """

    subscription: str
    """Its number in the contract; of one that the contract does not have, the distributor's account."""
    what: Compared
    ours: str
    theirs: str
    euro: Euro | None = None
