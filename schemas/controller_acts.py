"""The acts by which the customer, as controller, is told of its data and instructs about it (annex 3)."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from schemas.act import Act
from schemas.fields import EmailAddress, LocalDate, PersonName, YesNo
from schemas.inventory import unique
from schemas.record_fields import NamingText, RecordId

DisclosedData = Literal["customer", "contacts", "content", "users", "inventory"]
InstructionAbout = Literal["processing", "copies", "security"]


class RecordDisclosure(
    Act, it_support=("IT-17", "IT-47", "IT-48", "IT-53", "DPA-II.2.1"), microsoft365=("M365-13", "M365-51")
):
    """Data of the contract was given to the cooperation partner, or to somebody as the law requires.

    To anybody else nothing is given, so there is no word for it.
    """

    to: Literal["partner", "law"] = Field(description="partner: the cooperation partner; law: as the law requires")
    data: Annotated[tuple[DisclosedData, ...], Field(min_length=1, max_length=5), AfterValidator(unique)]
    on: LocalDate
    silence_required: YesNo = False
    """The law forbids that the controller is told."""
    note: NamingText
    """What for, and to whom."""

    @model_validator(mode="after")
    def _silence_is_the_laws(self) -> Self:
        if self.silence_required and self.to != "law":
            raise ValueError("silence_required goes with to: law alone")
        return self


class PassDataRequest(Act, it_support=("DPA-II.1.4", "DPA-II.4.3", "DPA-II.4.4", "DPA-II.4.7")):
    """A data subject or an authority asked something about the data: it is passed to the controller, and not done."""

    by: Literal["data_subject", "authority"]
    asks: Literal[
        "information", "access", "rectification", "erasure", "restriction", "portability", "objection", "other"
    ]
    received_on: LocalDate
    user: RecordId | None = None
    """Whom of the inventory it is about, where it is about one of them."""
    silence_required: YesNo = False
    """The law forbids that the controller is told of an authority's request."""
    note: NamingText
    """The words of the request."""

    @model_validator(mode="after")
    def _silence_is_an_authoritys(self) -> Self:
        if self.silence_required and self.by != "authority":
            raise ValueError("silence_required goes with by: authority alone; a data subject's request is passed on")
        return self


class RecordInstruction(Act, it_support=("DPA-II.1.3", "DPA-II.1.5", "DPA-II.1.9"), microsoft365=("M365-51.3.2",)):
    """The controller's documented instruction, with its outcome: followed, unless `refused_as` says why not."""

    about: InstructionAbout = Field(
        description="processing: correct, erase, update or block; copies: forbid them; security: require measures"
    )
    from_email: EmailAddress | None = None
    signed_by: PersonName | None = None
    refused_as: Literal["against_service", "extra_cost", "against_annex"] | None = None
    note: NamingText
    """The instruction, and what was done to follow it."""

    @model_validator(mode="after")
    def _is_somebodys(self) -> Self:
        if (self.from_email is None) == (self.signed_by is None):
            raise ValueError("say who instructs: either from_email (the administrator) or signed_by")
        return self
