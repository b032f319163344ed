"""The hand-over package: all held about a customer, in files that any program reads (IT-41, M365-46, DPA-II.3.2)."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import sha256
from io import StringIO
from typing import Any, Final

import yaml
from jinja2 import Environment, PackageLoader, StrictUndefined

from activities.documents.audit_report import audit_report_name, audit_report_pdf
from activities.documents.encryption import encrypt_package
from activities.documents.typesetting import TEMPLATES, typeset
from schemas.base import Frozen
from schemas.documents import (
    CredentialsFile,
    Handover,
    HeldCredential,
    HeldEquipment,
    HeldLicence,
    HeldSubscription,
    HeldSystem,
    HeldUser,
    InventoryFile,
    Language,
    SubscriptionsFile,
)
from schemas.inventory_acts import AddUser, StoreCredential
from schemas.mail import ProviderCard

# What a spreadsheet program takes for a formula's beginning, and the apostrophe that guards against it.
_RISKY: Final = tuple("=+-@\t\r\n'＝＋－＠")
_GUARD: Final = "'"
_ON_THE_COVER: Final = {"contract", "service", "on", "customer", "language", "recipients"}
# The list separator of each language's usual regional settings, by which spreadsheet programs part columns.
_SEPARATORS: Final[dict[Language, str]] = {"lv": ";", "en": ","}


def handover_name(handover: Handover) -> str:
    """The package's file name, which tells the contract and the day alone."""
    return f"handover-{handover.contract}-{handover.on}.pdf"


def handover_package(handover: Handover, provider: ProviderCard, passphrase: str) -> bytes:
    """The package as it is sent: an encrypted PDF whose cover tells what the attached files are.

    Setting it keeps a core busy: call it from a thread. Raises PackageTooLarge, TypesettingFailed.
    """
    files = handover_files(handover, provider)
    return encrypt_package(handover_cover(handover, provider, files), files, passphrase)


def handover_files(handover: Handover, provider: ProviderCard) -> dict[str, bytes]:
    """The package's files by name; `README.txt` comes first and lists the others. The same input, the same bytes.

    The audit reports are set once more from their data. Raises TypesettingFailed.
    """
    files = _inventory_files(handover) | _credential_files(handover) | _subscription_files(handover)
    files |= {audit_report_name(report): audit_report_pdf(report, provider) for report in handover.reports}
    return {"README.txt": _readme(handover, provider, files)} | files


def handover_cover(handover: Handover, provider: ProviderCard, files: Mapping[str, bytes]) -> bytes:
    """The PDF that the files are attached to, in the customer's language. Raises TypesettingFailed."""
    document = handover.model_dump(mode="json", include=_ON_THE_COVER) | {
        "provider": provider.model_dump(mode="json"),
        "files": [{"name": name, "size": len(content)} for name, content in files.items()],
    }
    return typeset("handover", document, on=handover.on)


def _inventory_files(handover: Handover) -> dict[str, bytes]:
    if not AddUser.clauses(handover.service):
        # No act of the service ever brings a record.
        return {}
    held, separator = handover.inventory, _SEPARATORS[handover.language]
    whole = InventoryFile(contract=handover.contract, handed_over_on=handover.on, inventory=held)
    return {
        "users.csv": csv_file(HeldUser, held.users, separator),
        "equipment.csv": csv_file(HeldEquipment, held.equipment, separator),
        "licences.csv": csv_file(HeldLicence, held.licences, separator),
        "systems.csv": csv_file(HeldSystem, held.systems, separator),
        "inventory.json": _json_file(whole.model_dump(mode="json")),
        "inventory.schema.json": _json_file(_schema(InventoryFile)),
    }


def _credential_files(handover: Handover) -> dict[str, bytes]:
    if not StoreCredential.clauses(handover.service):
        return {}
    whole = CredentialsFile(contract=handover.contract, handed_over_on=handover.on, credentials=handover.credentials)
    return {
        "credentials.csv": csv_file(HeldCredential, whole.credentials, _SEPARATORS[handover.language]),
        "credentials.json": _json_file(whole.model_dump(mode="json")),
        "credentials.schema.json": _json_file(_schema(CredentialsFile)),
    }


def _subscription_files(handover: Handover) -> dict[str, bytes]:
    if not handover.subscriptions:
        return {}
    held = handover.subscriptions
    whole = SubscriptionsFile(contract=handover.contract, handed_over_on=handover.on, subscriptions=held)
    return {
        "subscriptions.csv": csv_file(HeldSubscription, held, _SEPARATORS[handover.language]),
        "subscriptions.json": _json_file(whole.model_dump(mode="json")),
        "subscriptions.schema.json": _json_file(_schema(SubscriptionsFile)),
    }


def csv_file(model: type[Frozen], records: Sequence[Frozen], separator: str) -> bytes:
    """`records` as CSV (RFC 4180) in UTF-8 with a byte order mark, by which spreadsheet programs know it.

    The columns are the model's fields. A cell that a spreadsheet program could take for a formula gets an
    apostrophe in front, and so does one that begins with an apostrophe: take one off each cell that has one
    and the original is back.
    """
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, quoting=csv.QUOTE_ALL)
    writer.writerow(model.model_fields)
    writer.writerows(map(_cell, record.model_dump(mode="json").values()) for record in records)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    text = "" if value is None else "; ".join(value) if isinstance(value, list) else str(value)
    return _GUARD + text if text.startswith(_RISKY) else text


def _json_file(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2) + "\n").encode()


def _schema(model: type[Frozen]) -> dict[str, Any]:
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return dialect | model.model_json_schema(mode="serialization")


def _readme(handover: Handover, provider: ProviderCard, files: Mapping[str, bytes]) -> bytes:
    template = _templates().get_template(f"handover.{handover.language}.j2")
    words = _recipient_words(handover.language)
    text = template.render(
        handover=handover,
        provider=provider,
        words=words,
        recipients=[
            (words["names"][one.recipient], one.since, ", ".join(words["kinds"][each] for each in one.data))
            for one in handover.recipients
        ],
        separator=_SEPARATORS[handover.language],
        files=files,
        digests=[(sha256(content).hexdigest(), name, len(content)) for name, content in files.items()],
    )
    # Line ends that every editor knows, old ones on Windows too.
    return text.replace("\n", "\r\n").encode("utf-8-sig")


@cache
def _recipient_words(language: Language) -> Any:
    """The same as on the cover."""
    return yaml.safe_load((TEMPLATES / f"words.{language}.yaml").read_text(encoding="utf-8"))["recipients"]


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("activities.documents"),
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
