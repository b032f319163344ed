"""Signing: the contract goes on record with its mandates, and the customer is asked for a time."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.ledger import ContactSet, ContentAdded, ContractRegistered
from schemas.mail import MailKind
from terms.calendar import local
from workflows.process import Process
from workflows.steps import Duty, Rank, Step


class Signing(Process):
    """Puts a signed contract on record (IT-P1.contact, IT-P1.consents, IT-3)."""

    def duties(self) -> Iterable[Duty]:
        if not self.state.registered:
            yield Duty(
                at=self.state.reached,
                rank=Rank.SIGNING,
                key="signed",
                what="Put the signed contract on record",
                clauses=self.points.signed,
                perform=self.sign,
            )

    def sign(self, step: Step) -> None:
        self.state.registered = True
        contract = self.state.contract
        customer = contract.customer
        clock = self.state.clock
        step.change(
            ContractRegistered(
                service=contract.service,
                signed_at=contract.signed_at,
                accepted_at=step.at,
                fingerprint=self.state.fingerprint,
                language=customer.language,
                customer_name=customer.name,
                registration_number=customer.registration_number,
                legal_address=customer.legal_address,
                vat_number=customer.vat_number,
                customer_iban=customer.iban,
                special_terms=contract.special_terms.model_dump(mode="json", exclude_defaults=True),
                mandates=tuple(self.state.mandates),
                rehearsed=not clock.is_identity,
                business_origin=clock.business_origin,
                real_origin=clock.real_origin,
                speed=clock.speed,
            ),
            ContactSet(role="administrator", contact=customer.representative),
            ContactSet(role="invoice_delivery", contact=customer.invoice_delivery),
        )
        if customer.technical_contact is not None:
            step.change(ContactSet(role="technical_contact", contact=customer.technical_contact))
        first = self.state.versions[0]
        step.change(
            ContentAdded(
                effective_on=first.effective_on,
                clause=self.points.content,
                content=first.content.model_dump(mode="json"),
            )
        )
        given = contract.consents.model_dump() if contract.consents else {}
        consents = [name for name, is_given in given.items() if is_given]
        step.tell(
            "contract.signed",
            *self.points.signed,
            service=contract.service,
            signed_at=local(contract.signed_at),
            consents=consents,
            special_terms=contract.special_terms.model_dump(mode="json", exclude_defaults=True),
        )
        step.write(MailKind.CONTRACT_RECEIVED, contract.number)
