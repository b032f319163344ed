"""What goes on record without moving a deadline: contacts, consents, agreements, disputes, switched-off terms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Literal

from schemas.acts import (
    AgreeNetworkWork,
    AssignContract,
    ChangeContact,
    RecordDispute,
    RestoreTerm,
    SwitchOffTerm,
    WithdrawConsent,
)
from schemas.contract import Contact, Customer, InvoiceDelivery, PowerOfAttorney
from schemas.ledger import ContactSet, ContractUpdated
from schemas.sealed import same
from terms.calendar import first_decision_after
from workflows.steps import CONFIRMATION, ActRefused, Step, takes
from workflows.suspension import SuspensionProcess

if TYPE_CHECKING:
    from workflows.entity import ContractEntity

SWITCHABLE = ("IT-16", "IT-22", "IT-40.1", "IT-43.2")
"""The clauses whose rights the product exercises on its own."""


class Records(SuspensionProcess):
    """Keeps the contract's facts as they are notified (IT-29, IT-58, IT-60, IT-63, IT-65).

    `mandates` is the service's own: the mandates in force once these consents are withdrawn.
    """

    def __init__(self, contract: ContractEntity, *, mandates: Callable[[Iterable[str]], list[str]]) -> None:
        super().__init__(contract)
        self.mandates = mandates

    @takes(ChangeContact)
    def change_contact(self, act: ChangeContact, step: Step) -> None:
        """The contact on record from this moment on (IT-21, IT-29, IT-58)."""
        if self.state.ending.erased:
            raise ActRefused("the personal data of this contract is erased, it takes no new contacts", "IT-54")
        customer = self.state.contract.customer
        given = act.model_dump(exclude={"role"}, exclude_none=True)
        contact: Contact | PowerOfAttorney | InvoiceDelivery
        if act.role == "invoice_delivery":
            contact = customer.invoice_delivery.model_copy(update=given)
            changed = customer.model_copy(update={"invoice_delivery": contact})
        elif act.role == "administrator":
            contact = customer.representative.model_copy(update=given)
            field = "administrator" if customer.administrator is not None else "power_of_attorney"
            changed = customer.model_copy(update={field: contact})
        else:
            contact = self._technical_contact(customer, given)
            changed = customer.model_copy(update={"technical_contact": contact})
        self._set_customer(changed)
        if act.role == "administrator":
            # A Confirmation that the address before refused goes to the new one at once.
            self.state.postponed.pop(CONFIRMATION, None)
        step.change(ContactSet(role=act.role, contact=contact))
        step.tell("contact.changed", "IT-29", "IT-58", role=act.role, fields=sorted(given))

    @takes(WithdrawConsent)
    def withdraw_consent(self, act: WithdrawConsent, step: Step) -> None:
        """The provider may end the contract for it (IT-43.6); what rested on it is not done any more."""
        self.require_running()
        if act.consent in self.state.withdrawn_consents:
            raise ActRefused("consent: it is withdrawn already", "IT-P1.consents")
        self.state.withdrawn_consents.append(act.consent)
        self.state.mandates = self.mandates(self.state.withdrawn_consents)
        step.change(ContractUpdated(mandates=tuple(self.state.mandates)))
        step.tell("consent.withdrawn", "IT-P1.consents", "IT-43.6", consent=act.consent)

    @takes(AgreeNetworkWork)
    def agree_network_work(self, act: AgreeNetworkWork, step: Step) -> None:
        self.require_running()
        if "3.7" not in self.state.mandates:
            raise ActRefused("the customer has withdrawn the consent to network access", "IT-3.7")
        if not same(act.from_email, self.state.contract.customer.representative.email):
            raise ActRefused("from_email: this is not the administrator's address on record", "IT-3.7", "IT-28")
        if act.on < step.today:
            raise ActRefused("on: the day lies in the past, name today or later", "IT-3.7")
        self.require_served(act.on, "on", "IT-3.7")
        self.state.network_work_agreed_on = [*self.state.network_work_agreed_on, act.on][-100:]
        step.tell("network_work.agreed", "IT-3.7", "IT-28", on=act.on)

    @takes(AssignContract)
    def assign(self, act: AssignContract, step: Step) -> None:
        self.require_running()
        if act.consent_document is None:
            raise ActRefused("consent_document: the provider's written consent is needed", "IT-63")
        facts = act.model_dump(include={"registration_number", "legal_address", "vat_number"})
        customer = self.state.contract.customer
        self._set_customer(customer.model_copy(update={**facts, "name": act.name, "iban": None}))
        cleared: list[Literal["customer_iban", "vat_number"]] = ["customer_iban"]
        if act.vat_number is None:
            cleared.append("vat_number")
        step.change(ContractUpdated(**facts, customer_name=act.name, cleared=tuple(cleared)))
        step.tell("contract.assigned", "IT-63")

    @takes(RecordDispute)
    def record_dispute(self, act: RecordDispute, step: Step) -> None:
        """On record only: a dispute pauses no obligation (IT-60)."""
        step.tell("dispute.recorded", "IT-60")

    @takes(SwitchOffTerm)
    def switch_off(self, act: SwitchOffTerm, step: Step) -> None:
        if act.clause not in SWITCHABLE:
            raise ActRefused(f"clause: one of {', '.join(SWITCHABLE)} can be switched off", "IT-65")
        if act.clause in self.state.switched_off:
            raise ActRefused("clause: it is switched off already", "IT-65")
        self.state.switched_off.append(act.clause)
        step.tell("term.switched_off", "IT-65", clause=act.clause)
        for ground in [one.ground for one in self.state.grounds if one.clause == act.clause]:
            self.cure_ground(ground, step)

    @takes(RestoreTerm)
    def restore(self, act: RestoreTerm, step: Step) -> None:
        """The clause applies again; what it made due meanwhile falls at the next 06:00."""
        if act.clause not in self.state.switched_off:
            raise ActRefused("clause: it is not switched off", "IT-65")
        self.state.switched_off.remove(act.clause)
        self.state.no_decision_before = first_decision_after(step.at)
        if act.clause == "IT-16":
            self.state.no_renewal_before = self.state.no_decision_before
        step.tell("term.restored", "IT-65", clause=act.clause)

    def _technical_contact(self, customer: Customer, given: Mapping[str, str]) -> Contact:
        if customer.technical_contact is not None:
            return customer.technical_contact.model_copy(update=dict(given))
        missing = sorted({"name", "phone", "email"} - set(given))
        if missing:
            raise ActRefused(f"{', '.join(missing)}: a new technical contact needs all of name, phone, email", "IT-58")
        return Contact.model_validate(dict(given))

    def _set_customer(self, customer: Customer) -> None:
        self.state.contract = self.state.contract.model_copy(update={"customer": customer})
