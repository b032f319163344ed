"""A customer to be registered at ALSO. Its contact stands here in clear: made where it is used, and kept nowhere."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from schemas.also import Reference
from schemas.base import Frozen
from schemas.fields import EmailAddress, PersonName, PhoneNumber, ShortText, VatNumber
from schemas.sealed import sealed_value


class NewCompany(Frozen):
    """What ALSO needs of a customer to order, manage, bill and support (M365-13)."""

    reference: Reference
    name: ShortText
    vat_number: VatNumber | None
    legal_address: ShortText
    domain: ShortText | None
    contact_name: PersonName = Field(repr=False)
    contact_email: EmailAddress = Field(repr=False)
    contact_phone: PhoneNumber = Field(repr=False)

    @model_validator(mode="after")
    def _is_opened(self) -> Self:
        if any(sealed_value(each) for each in (self.contact_name, self.contact_email, self.contact_phone)):
            raise ValueError("a contact is to be opened before it goes to ALSO, where nobody could read it")
        return self
