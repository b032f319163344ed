"""Erasing: what is ordered, what the steps found and did, and the certificate that states it.

None of this is personal: ids, counts and instants alone (DPA-II.3.2).
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Final, Literal

from pydantic import Field, model_validator

from schemas.base import AwareDatetime, Frozen
from schemas.documents import (
    DestroyedKey,
    ErasedCategory,
    ErasureCertificate,
    KeptRecords,
    Recipients,
    ScannedPlace,
    Service,
)
from schemas.documents import PartnerErasure as PartnersPart
from schemas.ledger import ContactRole
from schemas.personal import INVENTORY, SELF, whole_of
from schemas.rehearsal import Clock
from schemas.state import ActOutcome

DATA: Final = "data"
"""The erasure on the contract's erasure day, or with its closing if that comes first."""
REST: Final = "rest"
"""What was kept for a debt or an open duty goes when the contract closes."""
PARTNERS: Final = "partners"
USERS: Final = "user-"
EVERY_USER: Final = "user-*"
"""Stands for every user that has a key when it is ordered, among an order's subjects."""

REMINDED_EVERY_DAYS: Final = 7
MOST_REMINDERS: Final = 8

PartnerPhaseName = Annotated[str, Field(pattern=r"^(partners|partners-[A-Za-z0-9._:-]{1,100})$")]
PhaseName = Annotated[str, Field(pattern=r"^(data|rest|users-[1-9][0-9]{0,8})$")]
Reason = Literal["ended", "closed", "handed_over", "stop_requested", "user_erased"]


def erasure_workflow_id(contract: str, phase: str) -> str:
    """No contract's id, so that its payloads are under the product's own key and outlive the contract's."""
    return f"erasure/{contract}/{phase}"


def certificate_id(contract: str, phase: str) -> str:
    """`<number>/erasure` as the timeline names it; other phases are told apart."""
    return f"{contract}/erasure" if phase == DATA else f"{contract}/erasure-{phase}"


class ErasureOrder(Frozen):
    """What is to be erased for good, beyond the rows that are gone already; `at` is business time.

    Of the contract's keys all are destroyed but those of `keep`, and its own from generation `goes_on_under` on.
    With `subjects` only theirs are: `users` are the ids of those whom "every user" stands for, noted as it is ordered;
    of the inventory's keys those before generation `inventory_goes_on_under`, or all; `values` are subjects of single
    values, which told of somebody among them. The histories of `last_run` and
    of the runs before it are deleted, once it is closed.
    """

    ordered_by: ClassVar = "order_erasure"

    contract: str
    phase: PhaseName
    at: AwareDatetime
    reason: Reason
    last_run: str | None = None
    goes_on_under: int | None = None
    keep: tuple[ContactRole, ...] = ()
    subjects: tuple[str, ...] | None = None
    users: frozenset[str] | None = None
    values: frozenset[str] = frozenset()
    inventory_goes_on_under: int | None = None

    @property
    def takes_every_user(self) -> bool:
        return self.subjects is not None and EVERY_USER in self.subjects

    def destroys(self, name: str, generation: int) -> bool:
        """Whether a key of the contract goes: that of `name`, the contract itself or a person, of a generation."""
        if name in self.values:
            return True
        subject, generation = whole_of(name, generation)
        if self.subjects is not None and subject not in self.subjects:
            return self.takes_every_user and subject.startswith(USERS) and self._has(subject.removeprefix(USERS))
        if subject == INVENTORY:
            return self.inventory_goes_on_under is None or generation < self.inventory_goes_on_under
        if subject == SELF:
            return self.goes_on_under is None or generation < self.goes_on_under
        return subject not in self.keep

    def _has(self, user: str) -> bool:
        return self.users is None or user in self.users


class PartnerOrder(Frozen):
    """The sub-processors are asked to erase what they have of a contract; the clock tells when to remind them.

    With `subjects` it is about these users alone.
    """

    ordered_by: ClassVar = "order_partners"

    contract: str
    service: str = "it_support"
    phase: PartnerPhaseName
    at: AwareDatetime
    clock: Clock
    subjects: tuple[str, ...] | None = None


class PartnersAsked(Frozen):
    """The `number`-th time of asking, 0 the first; those who have confirmed meanwhile are left in peace."""

    contract: str
    phase: PartnerPhaseName
    at: AwareDatetime
    number: Annotated[int, Field(ge=0, le=MOST_REMINDERS)]
    subjects: tuple[str, ...] | None = None


class Unconfirmed(Frozen):
    """How many sub-processors have not confirmed."""

    count: int


class PartnerConfirmation(Frozen):
    """A sub-processor's confirmation that came to the workflow which asked, or why it is none."""

    contract: str
    service: str = "it_support"
    phase: PartnerPhaseName
    act_id: str
    partner: str | None
    reason: str | None
    at: AwareDatetime
    spent_key: str | None = None


class ConfirmationTaken(Frozen):
    """What became of it, and how many sub-processors are still to confirm."""

    outcome: ActOutcome
    unconfirmed: int


class Ordered(Frozen):
    """The workflow that does it is running."""

    workflow: str


class RunAsked(Frozen):
    contract: str
    run: str


class RunStands(Frozen):
    """A run that the server does not have any more is closed."""

    closed: bool


class Histories(Frozen):
    """The runs of a contract whose histories are to go, oldest first."""

    contract: str
    runs: tuple[str, ...]


class HistoriesDeleted(Frozen):
    """How many are gone; `kept` are those that the server cannot or may not delete, and why."""

    deleted: int
    kept: int = 0
    why_kept: str | None = None


class KeysDestroyed(Frozen):
    """How many of an order's keys are destroyed; which they are the key store tells, as they may be very many."""

    count: int

    @model_validator(mode="before")
    @classmethod
    def _listed(cls, value: Any) -> Any:
        """An erasure that was under way already has the keys themselves in its history."""
        return {"count": len(value["keys"])} if isinstance(value, dict) and "keys" in value else value


class CertificateOrder(Frozen):
    """What the certificate is made of, beside what the ledger and the key store know; `at` is the real time."""

    order: ErasureOrder
    at: AwareDatetime
    histories: HistoriesDeleted


class ScanResult(Frozen):
    """A place searched: `searched` counts what was looked at, `found` what should not be there any more."""

    place: str
    searched: int
    found: int


class Certificate(Frozen):
    """States an erasure (IT-41, DPA-II.3.2): `erased_at` is business time, `issued_at` the real time."""

    id: str
    contract: str
    service: Service = "it_support"
    phase: PhaseName
    reason: Reason
    subjects: tuple[str, ...] | None = None
    erased_at: AwareDatetime
    issued_at: AwareDatetime
    erased: tuple[ErasedCategory, ...]
    keys: tuple[DestroyedKey, ...]
    histories: HistoriesDeleted
    partners: tuple[PartnersPart, ...]
    recipients: Recipients = ()
    kept: tuple[KeptRecords, ...]
    scan: tuple[ScanResult, ...]

    @property
    def found(self) -> int:
        """What the scan found that should not be there; 0 in a clean certificate."""
        return sum(place.found for place in self.scan)

    def document(self, language: Literal["lv", "en"]) -> ErasureCertificate:
        """The certificate for print. Raises ValidationError while the scan found something, or no key was destroyed."""
        return ErasureCertificate(
            number=self.id.replace("/", ":"),
            contract=self.contract,
            service=self.service,
            language=language,
            subject=self.subjects[0] if self.subjects and EVERY_USER not in self.subjects else SELF,
            issued_at=self.issued_at,
            erased_at=self.erased_at,
            erased=self.erased,
            keys=self.keys,
            workflow_runs_deleted=self.histories.deleted,
            partners=self.partners,
            recipients=self.recipients,
            kept=self.kept,
            scan=tuple(ScannedPlace(place=one.place, searched=one.searched, found=one.found) for one in self.scan),
        )


class RetentionRun(Frozen):
    """One night's enforcement of the retention table; `at` is the real time."""

    at: AwareDatetime


class RetentionReport(Frozen):
    """Rows removed or cleared, by category; `more` says that a batch was full."""

    removed: dict[str, int]
    more: bool
