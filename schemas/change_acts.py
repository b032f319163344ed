"""The acts that change the content of service: asked for, signed, announced."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, model_validator

from schemas.act import Act, Reference
from schemas.fields import EmailAddress, Identifier, LocalDate, PersonName, WholeNumber, YesNo
from schemas.inventory import unique
from schemas.microsoft365 import MOST_LICENCES, OfferedProduct
from schemas.record_fields import RecordId

MOST_LEAVING = 1000
Leaving = Annotated[
    tuple[RecordId, ...],
    Field(max_length=MOST_LEAVING, description="the ids of the users in the inventory who leave with the change"),
    AfterValidator(unique),
]
"""Users taken off the list with a change: their data goes on the day it takes effect (IT-24.2, DPA-I.1.1)."""


class RequestChange(Act, it_support=("IT-24", "IT-28"), microsoft365=("M365-21.1", "M365-21.2", "M365-28")):
    """The customer asks for other content, from the administrator's e-mail or in writing."""

    from_email: EmailAddress | None = None
    signed_by: PersonName | None = None
    users: Annotated[WholeNumber, Field(ge=0, le=100_000)] | None = None
    plan: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    subscription: Identifier | None = None
    """Of Microsoft 365: which one is to change, and to how many licences, another product, or both."""
    licences: Annotated[WholeNumber, Field(ge=0, le=MOST_LICENCES)] | None = None
    product: OfferedProduct | None = None
    leave_early: YesNo = False
    """Fewer licences are charged to the end of their term at once; without it they are paid by month until then."""
    effective_on: LocalDate
    leaving: Leaving = ()

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        of_users = self.users is not None or self.plan is not None
        of_licences = self.licences is not None or self.product is not None
        if of_users == of_licences:
            raise ValueError(
                "name what is to change: users, plan, or both; of Microsoft 365 licences, product, or both"
            )
        if of_licences != (self.subscription is not None):
            raise ValueError("subscription stands with licences or product: name the one that is to change")
        if self.leave_early and not of_licences:
            raise ValueError("leave_early stands with licences alone: what is left of their term is charged at once")
        if self.product is not None and self.licences == 0:
            raise ValueError("zero licences disconnect the subscription; leave product out")
        if (self.from_email is None) == (self.signed_by is None):
            raise ValueError("say who asks: either from_email (the administrator) or signed_by")
        if self.leaving and self.plan is not None:
            raise ValueError("a new plan waits for both signatures; name who leaves in sign_new_content")
        if self.leaving and self.users == 0:
            raise ValueError("with zero users the contract ends and everybody's data with it; leave leaving out")
        return self


class SignNewContent(Act, it_support=("IT-24.1",)):
    """New content that both sides signed."""

    content: dict[str, Any]
    effective_on: LocalDate
    leaving: Leaving = ()


class AnnounceChange(Act, it_support=("IT-26",), microsoft365=("M365-25",)):
    """The provider's change of the content, told at least 30 days before."""

    changes: Annotated[dict[str, Any], Field(min_length=1, max_length=20)]
    effective_on: LocalDate


class ObjectToChange(Act, it_support=("IT-26",), microsoft365=("M365-25",)):
    """The customer's objection; `announcement` is its number or the act id it was made under."""

    announcement: Reference
