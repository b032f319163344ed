"""A customer's documents, with texts that are easy to find again."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO

from pypdf import PdfReader

from schemas.documents import (
    AuditReport,
    DestroyedKey,
    ErasedCategory,
    ErasureCertificate,
    Handover,
    HeldCredential,
    HeldEquipment,
    HeldInventory,
    HeldLicence,
    HeldSubscription,
    HeldSystem,
    HeldUser,
    KeptRecords,
    PartnerErasure,
    Recipient,
    ReportedFinding,
    ScannedPlace,
)
from schemas.mail import ProviderCard
from schemas.provider import DataProtectionOfficer, SubProcessor

PROVIDER = ProviderCard(
    name="SIA Baltijas Balss",
    registration_number="40999900114",
    vat_number="LV40999900114",
    address="Viļņu iela 17, Rīga, LV-1010",
    iban="LV46BANK0099000000001",
    bic="BANKLV22",
    bank="AS Piemēra banka",
    customer_email="bizness@baltijasbalss.example",
    customer_phone="+37167000100",
    support_email="atbalsts@baltijasbalss.example",
    support_phone="+37167000200",
    website="https://bizness.baltijasbalss.example",
    general_terms_url="https://bizness.baltijasbalss.example/noteikumi",
    data_protection_officer=DataProtectionOfficer(email="dpo@example.lv", phone="+37167000300"),
    sub_processors=(SubProcessor(name="SIA Tīkla Meistari", email="dati@example.lv", country="LV"),),
)
LATVIAN_LETTERS = "āčēģīķļņšūž ĀČĒĢĪĶĻŅŠŪŽ"

INVENTORY = HeldInventory(
    users=(
        HeldUser(
            user="user-1",
            name="Anna Bērziņa",
            email="anna.berzina@priezudarbnica.example",
            login="PRIEDES\\aberzina",
            work_phone="+37129123456",
            note="Grāmatvedība, otrdienās attālināti",
        ),
        HeldUser(user="user-2", name="Ģirts Žagariņš", login="gzagarins"),
    ),
    equipment=(
        HeldEquipment(
            equipment="equipment-1",
            name="PD-NB-014",
            type="portatīvais dators",
            operating_system="Windows 11 Pro 24H2",
            serial_number="5CG1234XYZ",
            assigned_user="user-1",
            internet_provider="Baltijas Balss, optika 500 Mbit/s",
        ),
        HeldEquipment(equipment="equipment-2", name="PD-PC-003", type="galda dators", assigned_user="user-99"),
    ),
    licences=(
        HeldLicence(
            licence="licence-1",
            software="Microsoft 365 Business Premium",
            expires_on=date(2027, 2, 28),
            assigned_user="user-1",
        ),
        HeldLicence(licence="licence-2", software="AutoCAD LT", assigned_workstation="equipment-1"),
    ),
    systems=(
        HeldSystem(
            system="system-1",
            name="Galvenais ugunsmūris",
            type="ugunsmūris FortiGate 60F",
            ip_address="192.168.10.1",
            location="Ropažu iela 6, serveru telpa",
            network_diagrams=("tikla-shema-2026.pdf",),
            photos=("serveru-skapis.jpg",),
            responsible="Ģirts Žagariņš",
        ),
    ),
)
REPORT = AuditReport(
    contract="IT-2026-000123",
    on=date(2026, 3, 1),
    customer='SIA "Priežu darbnīca"',
    language="lv",
    findings=(
        ReportedFinding(
            severity="low",
            text="Divām darbstacijām beidzies ražotāja atbalsts.",
            recommendation="Nomainīt līdz rudenim.",
        ),
        ReportedFinding(
            severity="critical",
            text="Ugunsmūra pārvaldības lapa ir pieejama no interneta bez daudzfaktoru autentifikācijas.",
            recommendation="Atļaut pārvaldību tikai no iekšējā tīkla un ieslēgt MFA visiem administratoriem.",
        ),
        ReportedFinding(severity="high", text="Rezerves kopijas glabājas tajā pašā telpā, kur serveris."),
        ReportedFinding(severity="medium", text="Vispārīgs piezīmju lauks: " + LATVIAN_LETTERS + "."),
    ),
    inventory=INVENTORY,
)
SECRET = "=Slepenā-Parole-42"
HANDOVER = Handover(
    contract="IT-2026-000123",
    on=date(2027, 3, 1),
    customer='SIA "Priežu darbnīca"',
    language="lv",
    inventory=INVENTORY,
    credentials=(HeldCredential(credential="credential-1", system="system-1", username="admin", secret=SECRET),),
    reports=(REPORT,),
)
RECIPIENTS = (
    Recipient(recipient="distributor", data=("contacts", "customer"), since=date(2026, 2, 10)),
    Recipient(recipient="microsoft", data=("content", "customer"), since=date(2026, 2, 12)),
)
BASIC = HeldSubscription(
    subscription="1",
    product="Microsoft 365 Business Basic",
    sku="CFQ7TTC0LH18:0001",
    period="year",
    licences=5,
    term_from=date(2026, 2, 12),
    term_to=date(2027, 2, 11),
    renews_on=date(2027, 2, 12),
    distributor_customer=100001,
    distributor_account=100003,
    tenant="priezudarbnica.onmicrosoft.com",
)
UNDELIVERED = {"subscription": "2", "term_from": None, "term_to": None, "renews_on": None, "distributor_account": None}
SUBSCRIPTIONS = (BASIC, BASIC.model_copy(update=UNDELIVERED))
CERTIFICATE = ErasureCertificate(
    number="DA-2027-000007",
    contract="IT-2026-000123",
    language="lv",
    issued_at=datetime.fromisoformat("2027-03-31T06:00:02+03:00"),
    erased_at=datetime.fromisoformat("2027-03-31T06:00:00+03:00"),
    erased=(
        ErasedCategory(category="Kontaktpersonas", count=3),
        ErasedCategory(category="Lietotāji", count=14),
        ErasedCategory(category="Piekļuves rekvizīti", count=9),
    ),
    keys=tuple(
        DestroyedKey(key=f"contract/IT-2026-000123/{subject}/1", destroyed_at="2027-03-31T06:00:00+03:00")
        for subject in ("self", "administrator", "user-1")
    ),
    workflow_runs_deleted=13,
    partners=(
        PartnerErasure(
            partner="SIA Tīkla Meistari",
            asked_at="2027-03-02T06:00:00+02:00",
            confirmed_at="2027-03-05T14:30:00+02:00",
        ),
        PartnerErasure(partner="SIA Otrs Partneris", asked_at="2027-03-02T06:00:00+02:00"),
    ),
    kept=(
        KeptRecords(category="Rēķini", basis="Grāmatvedības likuma 28. pants", until=date(2032, 12, 31)),
        KeptRecords(category="Dzēšanas apliecinājums", basis="VDAR 5. panta 2. punkts", until=None),
    ),
    scan=(
        ScannedPlace(place="PostgreSQL", searched=48),
        ScannedPlace(place="Temporal", searched=131),
    ),
)


def pages_of(pdf: bytes, passphrase: str | None = None) -> list[str]:
    """The text of each page, with every run of white space as one space."""
    reader = PdfReader(BytesIO(pdf), password=passphrase)
    return [" ".join(page.extract_text().split()) for page in reader.pages]
