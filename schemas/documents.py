"""What goes into the documents a customer is given: audit report, hand-over package, erasure certificate.

Texts stand here in clear, opened by whoever makes the document; none of this is sent to a workflow or stored.
Records have annex 1's fields and no others (IT-A1), under the names that the inventory uses.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from schemas.base import Frozen, date
from schemas.controller_acts import DisclosedData
from schemas.fields import ContractNumber, Identifier, ShortText, SignedInstant
from schemas.sealed import is_clear
from schemas.subscription import TermLength

Language = Literal["lv", "en"]
Service = Literal["it_support", "microsoft365"]
"""Those whose terms the documents quote."""
Severity = Literal["critical", "high", "medium", "low"]
RecipientName = Literal["distributor", "microsoft"]
"""Who gets data of a contract for purposes of its own, and is no sub-processor (M365-13, M365-51)."""

MOST_FINDINGS: Final = 500
MOST_RECORDS: Final = 10_000
"""Of each kind of record."""
MOST_REPORTS: Final = 200
MOST_REFERENCES: Final = 20

_KEY_ID: Final = r"^(contract|system|intake)/[A-Za-z0-9-]{1,60}(/[A-Za-z0-9_.:-]{1,110})?/[1-9][0-9]{0,5}$"


def _opened(text: str) -> str:
    if not is_clear(text):
        raise ValueError("is still sealed; open it before it is put into a document")
    return text


OpenText = Annotated[str, Field(min_length=1, max_length=2000), AfterValidator(_opened)]
"""Clear text, whatever its characters: nothing in a document takes it for more than text."""

References = Annotated[tuple[OpenText, ...], Field(max_length=MOST_REFERENCES)]
Count = Annotated[int, Field(ge=0)]
KeyId = Annotated[str, Field(pattern=_KEY_ID)]


class HeldUser(Frozen):
    """A person who is supported; `user` is the record's id, as in the other records."""

    user: Identifier
    name: OpenText
    email: OpenText | None = None
    login: OpenText | None = None
    work_phone: OpenText | None = None
    note: OpenText | None = None


class HeldEquipment(Frozen):
    """A workstation or another device; `assigned_user` is a user's id. What named an erased user is gone."""

    equipment: Identifier
    name: OpenText | None = None
    type: OpenText
    operating_system: OpenText | None = None
    serial_number: OpenText | None = None
    assigned_user: Identifier | None = None
    internet_provider: OpenText | None = None


class HeldLicence(Frozen):
    """A software licence, assigned to a user or a workstation by its id."""

    licence: Identifier
    software: OpenText
    expires_on: date | None = None
    assigned_user: Identifier | None = None
    assigned_workstation: Identifier | None = None


class HeldSystem(Frozen):
    """A part of the IT infrastructure; diagrams and photos are named, not enclosed.

    What named an erased user is gone.
    """

    system: Identifier
    name: OpenText | None = None
    type: OpenText
    ip_address: OpenText | None = None
    location: OpenText | None = None
    network_diagrams: References = ()
    photos: References = ()
    responsible: OpenText | None = None


class HeldInventory(Frozen):
    """All that is held about a customer's IT (IT-A1)."""

    users: Annotated[tuple[HeldUser, ...], Field(max_length=MOST_RECORDS)] = ()
    equipment: Annotated[tuple[HeldEquipment, ...], Field(max_length=MOST_RECORDS)] = ()
    licences: Annotated[tuple[HeldLicence, ...], Field(max_length=MOST_RECORDS)] = ()
    systems: Annotated[tuple[HeldSystem, ...], Field(max_length=MOST_RECORDS)] = ()


class HeldCredential(Frozen):
    """What a system's account is entered with; `system` is a system's id (IT-A2.8).

    Without a user name and a secret where they named an erased user.
    """

    credential: Identifier
    system: Identifier | None = None
    username: OpenText | None = None
    secret: OpenText | None = None
    note: OpenText | None = None


class HeldSubscription(Frozen):
    """What a customer subscribed to, with its last term, and the numbers it has at the distributor and at Microsoft.

    Without a term where it was never delivered; without `renews_on` where the distributor has cancelled it for good,
    or where that day has passed and nothing is known since.
    """

    subscription: Identifier
    product: ShortText
    sku: ShortText
    """Microsoft's number of the product."""
    period: TermLength
    licences: Count
    term_from: date | None = None
    term_to: date | None = None
    renews_on: date | None = None
    """The day on which it would renew at the distributor, as far as is known; none that has passed."""
    distributor_customer: Count | None = None
    distributor_account: Count | None = None
    tenant: ShortText
    """Microsoft's domain of the customer."""


class ReportedFinding(Frozen):
    """What the audit found, and what to do about it; without either where that named an erased user."""

    severity: Severity
    text: OpenText | None = None
    recommendation: OpenText | None = None


class AuditReport(Frozen):
    """The audit report of a customer's systems as of a day (IT-6)."""

    contract: ContractNumber
    on: date
    customer: ShortText
    language: Language
    findings: Annotated[tuple[ReportedFinding, ...], Field(max_length=MOST_FINDINGS)] = ()
    inventory: HeldInventory = HeldInventory()


class Recipient(Frozen):
    """Who was given data of the contract, which, and since when."""

    recipient: RecipientName
    data: Annotated[tuple[DisclosedData, ...], Field(min_length=1, max_length=5)]
    since: date


Recipients = Annotated[tuple[Recipient, ...], Field(max_length=2)]


Subscriptions = Annotated[tuple[HeldSubscription, ...], Field(max_length=MOST_RECORDS)]


class Handover(Frozen):
    """What the customer's administrator is handed when the contract has ended (IT-41, M365-46)."""

    contract: ContractNumber
    service: Service = "it_support"
    on: date
    customer: ShortText
    language: Language
    inventory: HeldInventory = HeldInventory()
    credentials: Annotated[tuple[HeldCredential, ...], Field(max_length=MOST_RECORDS)] = ()
    reports: Annotated[tuple[AuditReport, ...], Field(max_length=MOST_REPORTS)] = ()
    subscriptions: Subscriptions = ()
    recipients: Recipients = ()

    @model_validator(mode="after")
    def _holds_its_own_reports(self) -> Self:
        if any(report.contract != self.contract for report in self.reports):
            raise ValueError("reports: one is of another contract, whose customer alone may have it")
        if len({report.on for report in self.reports}) < len(self.reports):
            raise ValueError("reports: two are of one day; hand over the last one made")
        return self


class InventoryFile(Frozen):
    """The package's `inventory.json`."""

    format: Literal["ligums-inventory/1"] = "ligums-inventory/1"
    contract: str
    handed_over_on: date
    inventory: HeldInventory


class CredentialsFile(Frozen):
    """The package's `credentials.json`."""

    format: Literal["ligums-credentials/1"] = "ligums-credentials/1"
    contract: str
    handed_over_on: date
    credentials: tuple[HeldCredential, ...]


class SubscriptionsFile(Frozen):
    """The package's `subscriptions.json`."""

    format: Literal["ligums-subscriptions/1"] = "ligums-subscriptions/1"
    contract: str
    handed_over_on: date
    subscriptions: tuple[HeldSubscription, ...]


class ErasedCategory(Frozen):
    """Records of one category of the retention table that are gone."""

    category: ShortText
    count: Count


class DestroyedKey(Frozen):
    """A data key that is destroyed: what was sealed under it can be read nowhere again."""

    key: KeyId
    destroyed_at: SignedInstant


class PartnerErasure(Frozen):
    """The sub-processor's part (DPA-II.3.2); `confirmed_at` is None until it has confirmed."""

    partner: ShortText
    asked_at: SignedInstant
    confirmed_at: SignedInstant | None = None


class KeptRecords(Frozen):
    """What is kept and on which legal basis; `until` is None where it is kept until the basis falls away."""

    category: ShortText
    basis: ShortText
    until: date | None


def _nothing_found(found: int) -> int:
    if found != 0:
        raise ValueError("must be 0: there is no certificate while the scan still finds something")
    return found


class ScannedPlace(Frozen):
    """A place searched for the subject's data; `searched` counts the items looked at."""

    place: ShortText
    searched: Count
    found: Annotated[int, AfterValidator(_nothing_found)] = 0


class ErasureCertificate(Frozen):
    """States an erasure, of a contract's data or of one person's, without any personal data (IT-41, DPA-II.3.2).

    Categories, bases, partners and places are the product's own words, never what a person entered. What `recipients`
    have is theirs to erase: it is stated who they are, and not that it is gone there.
    """

    number: Identifier
    contract: ContractNumber
    service: Service = "it_support"
    language: Language
    subject: Identifier = "self"
    """Whose data: the contract's own (`self`) or a person's, such as `user-17`."""
    issued_at: SignedInstant
    erased_at: SignedInstant
    erased: Annotated[tuple[ErasedCategory, ...], Field(max_length=100)]
    """Rows that are gone; of what a key alone opened there may be none."""
    keys: Annotated[tuple[DestroyedKey, ...], Field(min_length=1)]
    """As many as there were: each record that ever was kept brought some, and replaced it brought others."""
    workflow_runs_deleted: Count
    partners: Annotated[tuple[PartnerErasure, ...], Field(max_length=MOST_RECORDS)] = ()
    recipients: Recipients = ()
    kept: Annotated[tuple[KeptRecords, ...], Field(max_length=100)] = ()
    scan: Annotated[tuple[ScannedPlace, ...], Field(min_length=1, max_length=100)]
