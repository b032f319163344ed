"""What goes on record without moving a deadline: contacts, assignment, disclosures, disputes, switched-off terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from schemas.acts import AssignContract, ChangeContact, RecordDispute, RestoreTerm, SwitchOffTerm
from schemas.contract import Contact, Customer, InvoiceDelivery, PowerOfAttorney
from schemas.controller_acts import RecordDisclosure
from schemas.ledger import ContactSet, ContractUpdated
from schemas.mail import MailKind
from terms.calendar import first_decision_after, local_date
from workflows.process import takes
from workflows.refusal import ActRefused
from workflows.steps import CONFIRMATION, Step
from workflows.suspension import SuspensionProcess


class Records(SuspensionProcess):
    """Keeps the contract's facts as they are notified (IT-29, IT-58, IT-60, IT-63, IT-65)."""

    @takes(ChangeContact)
    def change_contact(self, act: ChangeContact, step: Step) -> None:
        """The contact on record from this moment on (IT-21, IT-29, IT-58)."""
        if self.state.ending.erased:
            raise ActRefused(
                "the personal data of this contract is erased, it takes no new contacts", self.points.no_data_left
            )
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
            waiting = {key: until for key, until in self.state.postponed.items() if not _is_confirmation(key)}
            self.state.postponed = waiting
        step.change(ContactSet(role=act.role, contact=contact))
        step.tell(
            "contact.changed", self.points.representative, self.points.notices, role=act.role, fields=sorted(given)
        )

    @takes(AssignContract)
    def assign(self, act: AssignContract, step: Step) -> None:
        self.require_running()
        if act.consent_document is None:
            raise ActRefused("consent_document: the provider's written consent is needed", self.points.assignment)
        facts = act.model_dump(include={"registration_number", "legal_address", "vat_number"})
        customer = self.state.contract.customer
        self._set_customer(customer.model_copy(update={**facts, "name": act.name, "iban": None}))
        cleared: list[Literal["customer_iban", "vat_number"]] = ["customer_iban"]
        if act.vat_number is None:
            cleared.append("vat_number")
        step.change(ContractUpdated(**facts, customer_name=act.name, cleared=tuple(cleared)))
        step.tell("contract.assigned", self.points.assignment)

    @takes(RecordDispute)
    def record_dispute(self, act: RecordDispute, step: Step) -> None:
        """On record only: a dispute pauses no obligation (IT-60)."""
        step.tell("dispute.recorded", self.points.dispute)

    @takes(RecordDisclosure)
    def record_disclosure(self, act: RecordDisclosure, step: Step) -> None:
        """Each time data is passed on goes on record (IT-17, IT-47, IT-48, IT-53).

        What the law made us give the controller is told, unless that is forbidden too (DPA-II.2.1).
        """
        clause = self.points.disclosure if act.to == "partner" else self.points.disclosure_by_law
        if act.on > step.today:
            raise ActRefused("on: the day lies in the future, name the day the data was given", clause)
        if act.on < local_date(self.state.contract.signed_at):
            raise ActRefused("on: the day lies before the signature, name the day the data was given", clause)
        untold = {"told": False} if act.silence_required else {}
        step.tell("data.disclosed", clause, to=act.to, data=act.data, on=act.on, **untold)
        if act.to == "law" and not act.silence_required:
            step.write(MailKind.DATA_DISCLOSED, self.contract.number, data=act.data, on=act.on)

    @takes(SwitchOffTerm)
    def switch_off(self, act: SwitchOffTerm, step: Step) -> None:
        if act.clause not in self.points.switchable:
            raise ActRefused(
                f"clause: one of {', '.join(self.points.switchable)} can be switched off", self.points.switched_off
            )
        if act.clause in self.state.switched_off:
            raise ActRefused("clause: it is switched off already", self.points.switched_off)
        self.state.switched_off.append(act.clause)
        step.tell("term.switched_off", self.points.switched_off, clause=act.clause)
        for ground in [one.ground for one in self.state.grounds if one.clause == act.clause]:
            self.cure_ground(ground, step)

    @takes(RestoreTerm)
    def restore(self, act: RestoreTerm, step: Step) -> None:
        """The clause applies again; what it made due meanwhile falls at the next 06:00."""
        if act.clause not in self.state.switched_off:
            raise ActRefused("clause: it is not switched off", self.points.switched_off)
        self.state.switched_off.remove(act.clause)
        self.state.no_decision_before = first_decision_after(step.at)
        if act.clause == self.points.renewal:
            self.state.no_renewal_before = self.state.no_decision_before
        step.tell("term.restored", self.points.switched_off, clause=act.clause)

    def _technical_contact(self, customer: Customer, given: Mapping[str, str]) -> Contact:
        if customer.technical_contact is not None:
            return customer.technical_contact.model_copy(update=dict(given))
        missing = sorted({"name", "phone", "email"} - set(given))
        if missing:
            raise ActRefused(
                f"{', '.join(missing)}: a new technical contact needs all of name, phone, email", self.points.notices
            )
        return Contact.model_validate(dict(given))

    def _set_customer(self, customer: Customer) -> None:
        self.state.contract = self.state.contract.model_copy(update={"customer": customer})


def _is_confirmation(key: str) -> bool:
    """Of several that a contract sends each has its own key after the first."""
    return key == CONFIRMATION or key.startswith(f"{CONFIRMATION}/")
