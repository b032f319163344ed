"""The hand-over package: complete, readable by any program, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import json
import re
from datetime import date
from hashlib import sha256
from io import BytesIO, StringIO
from typing import Any

import pytest
from pydantic import ValidationError
from pypdf import PdfReader

from activities.documents.audit_report import audit_report_pdf
from activities.documents.handover import csv_file, handover_cover, handover_files, handover_name, handover_package
from schemas.documents import CredentialsFile, Handover, HeldUser, InventoryFile, SubscriptionsFile
from tests.documents.examples import (
    HANDOVER,
    INVENTORY,
    PROVIDER,
    RECIPIENTS,
    REPORT,
    SECRET,
    SUBSCRIPTIONS,
    pages_of,
)

PASSPHRASE = "DE8N-EXMK-EDWA-SUA3-GXD6-J3Q7"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return handover_files(HANDOVER, PROVIDER)


def changed(**changes: Any) -> Handover:
    return Handover.model_validate(HANDOVER.model_dump() | changes)


def rows(content: bytes, separator: str = ";") -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=separator))


@pytest.mark.clause("IT-41", "DPA-II.3.2")
def test_all_that_is_held_is_handed_over_in_open_formats(files: dict[str, bytes]) -> None:
    assert list(files) == [
        "README.txt",
        "users.csv",
        "equipment.csv",
        "licences.csv",
        "systems.csv",
        "inventory.json",
        "inventory.schema.json",
        "credentials.csv",
        "credentials.json",
        "credentials.schema.json",
        "audit-report-IT-2026-000123-2026-03-01.pdf",
    ]
    assert InventoryFile.model_validate_json(files["inventory.json"]).inventory == INVENTORY
    assert CredentialsFile.model_validate_json(files["credentials.json"]).credentials == HANDOVER.credentials
    assert files["audit-report-IT-2026-000123-2026-03-01.pdf"] == audit_report_pdf(REPORT, PROVIDER)
    assert [len(rows(files[f"{kind}.csv"])) for kind in ("users", "equipment", "licences", "systems")] == [2, 2, 2, 1]


@pytest.mark.clause("IT-41")
def test_the_package_is_one_encrypted_document_with_the_files_attached(files: dict[str, bytes]) -> None:
    package = handover_package(HANDOVER, PROVIDER, PASSPHRASE)
    reader = PdfReader(BytesIO(package), password=PASSPHRASE)
    assert {name: b"".join(contents) for name, contents in reader.attachments.items()} == files
    text = pages_of(package, PASSPHRASE)[0]
    for part in ("IT datu un Audita ziņojumu nodošana", "2027. gada 1. marts", PROVIDER.support_email, *files):
        assert part in text
    for part in ("Anna", "Slepen", "users.csv"):
        assert part.encode() not in package


def test_a_spreadsheet_program_knows_the_encoding_and_parts_the_columns(files: dict[str, bytes]) -> None:
    assert files["users.csv"].startswith("\ufeff".encode())
    assert files["users.csv"].decode("utf-8-sig").splitlines()[:2] == [
        '"user";"name";"email";"login";"work_phone";"note"',
        '"user-1";"Anna Bērziņa";"anna.berzina@priezudarbnica.example";"PRIEDES\\aberzina";'
        '"\'+37129123456";"Grāmatvedība, otrdienās attālināti"',
    ]
    english = handover_files(changed(language="en"), PROVIDER)
    assert rows(english["users.csv"], ",")[0]["name"] == "Anna Bērziņa"


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://evil.example";"x")',
        "+37129123456",
        "-1+1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1",
        "'=1",
        "''",
        'parasta;vērtība,ar "pēdiņām"\nun rindām',
        "a=b",
    ],
)
def test_no_cell_is_a_formula_and_each_original_comes_back(text: str) -> None:
    cell = rows(csv_file(HeldUser, [HeldUser(user="user-1", name=text)], ";"))[0]["name"]
    assert cell[0] not in "=+-@\t\r\n＝＋－＠"
    assert cell.removeprefix("'") == text


def test_a_secret_is_exact_in_json_and_guarded_in_csv(files: dict[str, bytes]) -> None:
    assert json.loads(files["credentials.json"])["credentials"][0]["secret"] == SECRET
    assert rows(files["credentials.csv"])[0]["secret"] == "'" + SECRET


def test_several_references_stand_in_one_cell(files: dict[str, bytes]) -> None:
    system = INVENTORY.systems[0].model_copy(update={"photos": ("a.jpg", "b.jpg")})
    held = INVENTORY.model_copy(update={"systems": (system,)})
    written = handover_files(HANDOVER.model_copy(update={"inventory": held}), PROVIDER)["systems.csv"]
    assert rows(written)[0]["photos"] == "a.jpg; b.jpg"
    assert rows(files["equipment.csv"])[1]["serial_number"] == ""


@pytest.mark.parametrize(("language", "says"), [("lv", "noņemot vienu apostrofu"), ("en", "take one apostrophe off")])
def test_the_readme_lists_every_other_file_with_its_checksum(language: str, says: str) -> None:
    files = handover_files(changed(language=language), PROVIDER)
    readme = files["README.txt"].decode("utf-8-sig")
    listed = re.findall(r"^([0-9a-f]{64})  (\S+)  (\d+)\r$", readme, re.MULTILINE)
    others = {name: content for name, content in files.items() if name != "README.txt"}
    assert listed == [(sha256(content).hexdigest(), name, str(len(content))) for name, content in others.items()]
    assert says in readme
    assert "\n" not in readme.replace("\r\n", "")
    for secret in (SECRET, "Anna", "5CG1234XYZ"):
        assert secret not in readme


def test_the_schema_describes_the_file_beside_it(files: dict[str, bytes]) -> None:
    for name in ("inventory", "credentials"):
        schema, content = (json.loads(files[f"{name}.{ending}"]) for ending in ("schema.json", "json"))
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert set(schema["properties"]) == set(content)
        assert content["format"] == schema["properties"]["format"]["const"]


def test_the_same_hand_over_has_the_same_files(files: dict[str, bytes]) -> None:
    assert handover_files(changed(), PROVIDER) == files
    assert handover_cover(changed(), PROVIDER, files) == handover_cover(HANDOVER, PROVIDER, files)


def test_an_empty_hand_over_is_still_a_package() -> None:
    empty = Handover(contract="IT-2026-000123", on=date(2027, 3, 1), customer="SIA Tukšā", language="lv")
    files = handover_files(empty, PROVIDER)
    assert files["users.csv"].decode("utf-8-sig") == '"user";"name";"email";"login";"work_phone";"note"\r\n'


@pytest.mark.clause("M365-13", "M365-51")
@pytest.mark.parametrize(
    ("language", "points", "also"),
    [
        ("lv", "Noteikumu 46. un 51. punkts", "ALSO (izplatītājs)   2026-02-10  kontaktpersonas, Klienta rekvizīti"),
        (
            "en",
            "clauses 46 and 51 of the Terms",
            "ALSO (distributor)   2026-02-10  contact persons, the Customer's particulars",
        ),
    ],
)
def test_a_microsoft_365_package_says_who_else_has_data(language: str, points: str, also: str) -> None:
    one = changed(service="microsoft365", language=language, recipients=RECIPIENTS)
    files = handover_files(one, PROVIDER)
    readme = files["README.txt"].decode("utf-8-sig")
    assert f"\r\n{also}\r\nMicrosoft            2026-02-12  " in readme
    cover = " ".join(pages_of(handover_cover(one, PROVIDER, files))[0].split())
    assert points in readme
    assert points in cover
    assert also.split("  ")[0] in cover


@pytest.mark.clause("M365-46", "M365-51")
def test_what_was_subscribed_to_is_handed_over_and_no_file_that_nothing_could_be_in() -> None:
    one = changed(service="microsoft365", inventory={}, credentials=(), reports=(), subscriptions=SUBSCRIPTIONS)
    files = handover_files(one, PROVIDER)
    assert list(files) == ["README.txt", "subscriptions.csv", "subscriptions.json", "subscriptions.schema.json"]
    assert SubscriptionsFile.model_validate_json(files["subscriptions.json"]).subscriptions == SUBSCRIPTIONS
    year, undelivered = rows(files["subscriptions.csv"])
    assert (year["product"], year["licences"], year["renews_on"]) == ("Microsoft 365 Business Basic", "5", "2027-02-12")
    assert (undelivered["term_from"], undelivered["distributor_account"]) == ("", "")
    readme = files["README.txt"].decode("utf-8-sig")
    assert "subscriptions.csv" in readme
    assert not re.search("inventory|credentials|audit-report", readme)
    schema = json.loads(files["subscriptions.schema.json"])
    assert set(schema["properties"]) == set(json.loads(files["subscriptions.json"]))


def test_a_package_whose_data_nobody_else_has_is_silent_on_it(files: dict[str, bytes]) -> None:
    assert "SAŅĒMĒJI" not in files["README.txt"].decode("utf-8-sig")
    assert "saņēmēji" not in pages_of(handover_cover(HANDOVER, PROVIDER, files))[0]


@pytest.mark.clause("IT-61")
def test_another_customers_report_is_never_handed_over() -> None:
    other = REPORT.model_copy(update={"contract": "IT-2026-000124"})
    with pytest.raises(ValidationError, match="one is of another contract"):
        changed(reports=[other.model_dump()])


def test_two_reports_of_one_day_are_refused() -> None:
    with pytest.raises(ValidationError, match="two are of one day"):
        changed(reports=[REPORT.model_dump(), REPORT.model_dump()])


def test_the_file_name_tells_contract_and_day_alone() -> None:
    assert handover_name(HANDOVER) == "handover-IT-2026-000123-2027-03-01.pdf"
