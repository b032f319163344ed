"""The retention table: what is kept, what for, on which basis, and until when (GUIDE-3.1g, GUIDE-4.5, GUIDE-4.6).

What stays when the basis is over leads to nobody: it holds no personal data, or its key is destroyed (GUIDE-20.2).
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Final, Literal

from schemas.base import Frozen
from schemas.documents import KeptRecords
from schemas.fields import ShortText

Enforcement = Literal["contract", "nightly", "outside"]
"""By the contract's own erasure, by the nightly run, or by those who run the servers and the backups."""


class Period(Frozen):
    """How long something is kept from the day its period starts; `whole_years` counts from the end of that year."""

    days: int = 0
    months: int = 0
    whole_years: int = 0

    def last_day(self, start: date) -> date:
        """The last day on which what started on `start` is kept."""
        if self.whole_years:
            return date(start.year + self.whole_years, 12, 31)
        return _months_later(start, self.months) + timedelta(days=self.days)

    def started_by(self, today: date) -> date:
        """What started on this day or before is over its period on `today`."""
        if self.whole_years:
            return date(today.year - self.whole_years - 1, 12, 31)
        start = _months_later(today, -self.months) - timedelta(days=self.days)
        # Months differ in length, so the first guess may be a few days off to either side.
        while self.last_day(start) >= today:
            start -= timedelta(days=1)
        while self.last_day(start + timedelta(days=1)) < today:
            start += timedelta(days=1)
        return start

    def __str__(self) -> str:
        parts = []
        if self.whole_years:
            parts.append(f"{self.whole_years} whole years after the year")
        if self.months:
            parts.append(f"{self.months} months")
        if self.days:
            parts.append(f"{self.days} day{'s' if self.days > 1 else ''}")
        return ", ".join(parts) or "at once"


class Rule(Frozen):
    """One category of the table; without a `period` it is kept as long as `starts` says."""

    category: ShortText
    holds: ShortText
    purpose: ShortText
    basis: ShortText
    period: Period | None
    starts: ShortText
    by: Enforcement


CONTRACT_BASIS: Final = "GDPR 6(1)(b), the contract"
PROCESSOR_BASIS: Final = "GDPR 28(3), the customer's instructions (IT-P1.consents, annex 3)"
RIGHTS_BASIS: Final = "GDPR 6(1)(f), legal claims; Commercial Law 406, 3 years"
ACCOUNTING_BASIS: Final = "Accounting Law 28, at least 5 years"
PROOF_BASIS: Final = "GDPR 5(2), proof of lawful processing"
SECURITY_BASIS: Final = "GDPR 32, security of processing"
DEBT_BASIS: Final = "GDPR 6(1)(f), collecting an open debt (IT-42)"

SECURITY_MEASURES: Final = (
    "personal data is sealed at the door, under a key of the person or contract it is about (AES-256-GCM)",
    "keys lie in a store of their own, apart from the data and its backups, wrapped by a master key",
    "what Temporal keeps is encrypted a second time, under the contract's key",
    "access is by role and denied by default; refusals are logged",
    "credentials are shown to a named specialist alone, for a named purpose and time",
    "every act, disclosure, opening and use of a key is on an audit trail that nobody can change unseen",
    "data is processed in the EU and EEA only; a setting that points elsewhere is refused",
    "erasure destroys the keys, and what a restored backup brings back is erased again",
)
"""The technical measures, in general words (IT-52, GDPR 30(2)(d))."""

LIMITATION: Final = Period(months=36)
ACCOUNTING: Final = Period(whole_years=5)

TABLE: Final[dict[str, Rule]] = {
    rule.category: rule
    for rule in (
        Rule(
            category="contacts",
            holds="name, phone and e-mail of administrator, technical contact and invoice delivery",
            purpose="to perform the contract",
            basis=CONTRACT_BASIS,
            period=None,
            starts="until the erasure day, at most 30 days after the last service day",
            by="contract",
        ),
        Rule(
            category="debt_contacts",
            holds="the invoice delivery address of a contract that ended with a debt",
            purpose="to collect the debt",
            basis=DEBT_BASIS,
            period=None,
            starts="until the debt is settled or written off",
            by="contract",
        ),
        Rule(
            category="former_contacts",
            holds="contacts that another has replaced",
            purpose="to show who was notified, and who might ask for changes",
            basis="GDPR 6(1)(f), legal claims",
            period=Period(months=12),
            starts="when it was replaced",
            by="nightly",
        ),
        Rule(
            category="inventory",
            holds="users, equipment, licences, systems and credentials of annex 1",
            purpose="to give the support",
            basis=PROCESSOR_BASIS,
            period=None,
            starts="until the record is removed, its user erased, or the erasure day",
            by="contract",
        ),
        Rule(
            category="documents",
            holds="what audit reports and the hand-over package are made of, sealed",
            purpose="to report on the systems and hand them over (IT-6, IT-41)",
            basis=PROCESSOR_BASIS,
            period=None,
            starts="until the hand-over is confirmed, or the erasure day",
            by="contract",
        ),
        Rule(
            category="act_notes",
            holds="the fields of acts as they came, notes among them",
            purpose="to show who asked for what",
            basis=RIGHTS_BASIS,
            period=LIMITATION,
            starts="when the act came; on the erasure day if that is sooner",
            by="nightly",
        ),
        Rule(
            category="payment_references",
            holds="what payers wrote with their payments",
            purpose="to match a payment with an invoice",
            basis=CONTRACT_BASIS,
            period=None,
            starts="until the erasure day, or the closing where a payment came later",
            by="contract",
        ),
        Rule(
            category="payer_accounts",
            holds="keyed hashes by which a contract's payers and their payments are known again",
            purpose="to match a payment with its contract, and a reversal with its payment",
            basis=CONTRACT_BASIS,
            period=None,
            starts="until the erasure day, or the closing where a payment came later",
            by="contract",
        ),
        Rule(
            category="statement_lines",
            holds="lines of bank statements that no contract has; of one that waits, who paid, sealed",
            purpose="accounting, and to find whose payment it is",
            basis=ACCOUNTING_BASIS,
            period=ACCOUNTING,
            starts="when the bank booked the line; who paid goes once a person has resolved it",
            by="nightly",
        ),
        Rule(
            category="letter_facts",
            holds="what letters stated; their texts are not kept",
            purpose="to show what was notified",
            basis=RIGHTS_BASIS,
            period=LIMITATION,
            starts="when the letter was written",
            by="nightly",
        ),
        Rule(
            category="histories",
            holds="Temporal's histories of the contract's workflow, as ciphertext",
            purpose="to run the contract",
            basis=CONTRACT_BASIS,
            period=Period(days=90),
            starts="when a run ended; on the erasure day if that is sooner",
            by="outside",
        ),
        Rule(
            category="timelines",
            holds="timeline, steps and letters of a closed contract, without personal data",
            purpose="to exercise rights after the contract",
            basis=RIGHTS_BASIS,
            period=LIMITATION,
            starts="when the contract closed",
            by="nightly",
        ),
        Rule(
            category="invoices",
            holds="invoices with their documents, payments, the books and the content they rest on; no personal data",
            purpose="accounting",
            basis=ACCOUNTING_BASIS,
            period=ACCOUNTING,
            starts="the last invoice, payment or service day of a closed contract",
            by="nightly",
        ),
        Rule(
            category="certificates",
            holds="erasure certificates, without personal data",
            purpose="to show that and when data was erased",
            basis=PROOF_BASIS,
            period=ACCOUNTING,
            starts="as the contract's invoices",
            by="nightly",
        ),
        Rule(
            category="trail",
            holds="the audit trail; its personal parts go with their keys",
            purpose="to find out who did what",
            basis=SECURITY_BASIS,
            period=Period(months=18),
            starts="when the entry was written; it cannot be removed sooner",
            by="outside",
        ),
        Rule(
            category="intake_keys",
            holds="keys of payloads that nobody claimed",
            purpose="to open what came in from the Temporal UI",
            basis=SECURITY_BASIS,
            period=Period(days=1),
            starts="when the key was made",
            by="nightly",
        ),
        Rule(
            category="destroyed_keys",
            holds="ids and times of destroyed keys, never the keys",
            purpose="to erase again what a restored backup brings back",
            basis=PROOF_BASIS,
            period=None,
            starts="kept for ever; they tell of nobody",
            by="outside",
        ),
        Rule(
            category="backups",
            holds="backups of the databases; personal data in them is ciphertext",
            purpose="to recover from a loss",
            basis=SECURITY_BASIS,
            period=Period(days=30),
            starts="when the backup was taken",
            by="outside",
        ),
    )
}
"""By category, in the order in which it is shown."""


def kept_after_erasure(on: date, last_booked_on: date | None, *, owes: bool, closed: bool) -> tuple[KeptRecords, ...]:
    """What an erasure on a day leaves, on which basis and until when (DPA-II.3.2); a date is None while it is open.

    `last_booked_on` is the day of the contract's last invoice or payment, None if it never had one.
    """
    kept = []
    if owes:
        kept.append(_kept("debt_contacts", None))
    if last_booked_on is not None:
        kept.append(_kept("invoices", ACCOUNTING.last_day(max(on, last_booked_on)) if closed else None))
    kept.append(_kept("timelines", LIMITATION.last_day(on) if closed else None))
    kept.append(_kept("trail", TABLE["trail"].period.last_day(on) if TABLE["trail"].period else None))
    kept.append(_kept("certificates", ACCOUNTING.last_day(on) if closed else None))
    return tuple(kept)


def _kept(category: str, until: date | None) -> KeptRecords:
    rule = TABLE[category]
    return KeptRecords(category=rule.category, basis=rule.basis, until=until)


def _months_later(day: date, months: int) -> date:
    """The same day of another month, or that month's last day if it has none such."""
    index = day.year * 12 + day.month - 1 + months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
