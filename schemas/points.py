"""The points of a contract that the processes of every service rest on, whatever a service's own text numbers them."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.base import Frozen


class Points(Frozen):
    """The clause ids of one service, by what they say.

    Those that a service's text may lack are empty then: no act of its contracts rests on them.
    """

    signed: tuple[str, ...]
    """What the signed contract puts on record."""

    content: str
    special_terms: str
    contact: str
    """Who is written to."""

    representative: str
    notices: str
    """Changed addresses are told."""

    service: str
    """What runs unless it is suspended."""

    fee: str
    invoice: str
    payment: str
    claim: str
    """The written claim, and late interest."""

    credit: str
    debts_stay: str
    """What is owed outlives suspension and end."""

    renewal: str
    provider_change: str
    change_asker: tuple[str, ...]
    """Whose request for other content binds the customer."""

    change_day: tuple[str, ...]
    """From which day on what is asked for may take effect."""

    change_binds: str
    """A change counts from its day, and each version is kept."""

    unpaid: str
    """Suspension, as an invoice is overdue."""

    other_grounds: Mapping[str, str]
    """Suspension on a ground that staff name -> its clause."""

    long_suspension: str
    """Termination, as a ground has been open for too long."""

    objected_change: str
    """Termination, as the customer objected to a change."""

    withdrawn_consent: str = ""
    """Termination, as the customer has withdrawn an essential consent."""

    instructions: str = ""
    """The customer's written instructions on its data; empty where each kind has a point of its own (annex 3)."""

    burdensome_instructions: str = ""
    """Termination, as an instruction could not be followed."""

    refused_by_vendor: str = ""
    """Termination, as the vendor refused an order or a renewal for the customer."""

    force_majeure: str = ""
    customer_notice: str = ""

    provider_notice: str
    mutual_end: str
    end: str
    no_data_left: str
    """Personal data is not kept longer than needed."""

    erasure: tuple[str, ...]
    dispute: str
    """It pauses no obligation."""

    assignment: str
    confidentiality: str
    """Personal data is shown only to those who need it, each access on record."""

    disclosure: str
    """What the cooperation partner may be given."""

    disclosure_by_law: str
    switched_off: str = ""
    """What is contrary to law is not applied."""

    def ground(self, name: str) -> str:
        """The clause of a ground for suspension."""
        return self.unpaid if name == "unpaid" else self.other_grounds[name]

    @property
    def switchable(self) -> tuple[str, ...]:
        """The clauses whose rights the product exercises on its own; none of annex 3, which prevails (DPA-III.1.2)."""
        return (self.renewal, self.claim, self.unpaid, self.long_suspension)
