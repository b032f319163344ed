"""Documents in print: letters that are really set, texts that stay texts, the same bytes every time."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError
from pypdf import PdfReader

from activities.documents.audit_report import audit_report_name, audit_report_pdf
from activities.documents.typesetting import TEMPLATES, TypesettingFailed, typeset
from schemas.documents import AuditReport, HeldEquipment, HeldInventory, HeldSystem, HeldUser, ReportedFinding
from tests.documents.examples import INVENTORY, LATVIAN_LETTERS, PROVIDER, REPORT, pages_of

HOSTILE = [
    '#read("/etc/passwd")',
    '#read("style.typ")',
    "] #panic() [",
    '"; #sys.inputs; "',
    '{"a": 1}',
    "*treknraksts* _slīpraksts_ `kods` $x^2$ = Virsraksts",
    "// piezīme /* vēl */ \\u{41} @atsauce <iezīme> -- ... 'q' \"q\"",
    "${7*7} {{ 7*7 }} %s {count} {page}",
    '#import "@preview/example:0.1.0": *',
]


def report(**changes: Any) -> AuditReport:
    return AuditReport.model_validate(REPORT.model_dump() | changes)


def text_of(pdf: bytes) -> str:
    return " ".join(pages_of(pdf))


@pytest.mark.clause("IT-6")
def test_a_report_says_who_what_and_when() -> None:
    text = text_of(audit_report_pdf(REPORT, PROVIDER))
    for part in (
        PROVIDER.name,
        "IT-2026-000123",
        "2026. gada 1. marts",
        'SIA "Priežu darbnīca"',
        "Noteikumu 6. punktu",
    ):
        assert part in text


@pytest.mark.clause("IT-A1")
def test_a_report_holds_all_of_annex_1() -> None:
    text = text_of(audit_report_pdf(REPORT, PROVIDER))
    ids = ("user-1", "user-2", "equipment-1", "equipment-2", "licence-1", "licence-2", "system-1")
    for records in INVENTORY.model_dump(mode="json").values():
        for record in records:
            for value in record.values():
                for part in value if isinstance(value, list) else [value]:
                    assert part is None or part in ids or part in text, part


def test_who_a_record_is_assigned_to_is_told_by_name_or_by_id_where_nobody_is_left() -> None:
    text = text_of(audit_report_pdf(REPORT, PROVIDER))
    assert "Microsoft 365 Business Premium 2027-02-28 Anna Bērziņa" in text
    assert "AutoCAD LT PD-NB-014" in text
    assert "galda dators user-99" in text
    assert "user-1 " not in text


def test_findings_stand_by_severity_each_with_its_recommendation() -> None:
    text = text_of(audit_report_pdf(REPORT, PROVIDER))
    order = [
        "1. Kritiska Ugunsmūra pārvaldības lapa",
        "Ieteikums: Atļaut pārvaldību",
        "2. Augsta Rezerves kopijas",
        "3. Vidēja Vispārīgs",
        "4. Zema Divām darbstacijām",
        "Ieteikums: Nomainīt līdz rudenim.",
    ]
    places = [text.index(part) for part in order]
    assert places == sorted(places)
    assert text.count("Ieteikums:") == 2


@pytest.mark.clause("IT-6", "DPA-I.1.1")
def test_a_report_tells_of_what_named_an_erased_user_without_it() -> None:
    findings = [ReportedFinding(severity="critical"), ReportedFinding(severity="low", text="Nav žurnāla")]
    inventory = HeldInventory(systems=(HeldSystem(system="gw-1", type="Router"),))
    text = text_of(audit_report_pdf(report(findings=findings, inventory=inventory), PROVIDER))
    assert "Dzēsts kopā ar tā Lietotāja datiem, kurš tajā bija nosaukts." in text
    assert "Nav žurnāla" in text
    # By its id, and by what it is.
    assert "gw-1 Router" in text
    assert "none" not in text.casefold()


def test_latvian_and_russian_letters_are_set() -> None:
    words = (LATVIAN_LETTERS, "Иван Щёголев")
    text = text_of(audit_report_pdf(report(findings=[{"severity": "low", "text": word} for word in words]), PROVIDER))
    for word in words:
        assert word in text


def test_fonts_travel_with_the_document() -> None:
    for page in PdfReader(BytesIO(audit_report_pdf(REPORT, PROVIDER))).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            descriptor = font["/DescendantFonts"][0]["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & descriptor.keys()
            assert "Libertinus" in descriptor["/FontName"]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_text_is_never_read_as_markup(hostile: str) -> None:
    finding = ReportedFinding(severity="high", text=hostile, recommendation=hostile)
    user = HeldUser(user="user-1", name=hostile, note=hostile)
    changed = report(customer=hostile, findings=[finding], inventory=HeldInventory(users=(user,)))
    # Long words may end a line between their letters.
    text = text_of(audit_report_pdf(changed, PROVIDER)).replace(" ", "")
    assert text.count(hostile.replace(" ", "")) == 5
    assert "root:" not in text


def test_long_words_stay_in_their_columns() -> None:
    long = "5CG" + "0123456789" * 20
    machine = HeldEquipment(equipment="e-1", name=long, type=long, serial_number=long, internet_provider=long)
    pdf = audit_report_pdf(report(inventory=HeldInventory(equipment=(machine,)), findings=()), PROVIDER)
    right_edges: list[float] = []

    def note(text: str, _: Any, matrix: list[float], font: Any, size: float) -> None:
        if text.strip():
            right_edges.append(matrix[4])

    for page in PdfReader(BytesIO(pdf)).pages:
        page.extract_text(visitor_text=note)
    assert text_of(pdf).replace(" ", "").count(long) == 4
    # A4 is 595 points wide, of which 57 are margin.
    assert max(right_edges) < 595 - 57


def test_same_input_gives_same_bytes() -> None:
    pdf = audit_report_pdf(REPORT, PROVIDER)
    assert audit_report_pdf(report(), PROVIDER) == pdf
    assert PdfReader(BytesIO(pdf)).metadata.creation_date == datetime(2026, 3, 1, tzinfo=UTC)  # type: ignore[union-attr]
    assert audit_report_pdf(report(on=date(2026, 3, 2)), PROVIDER) != pdf


@pytest.mark.long
@pytest.mark.parametrize(("language", "words"), [("lv", "lapa {} no {}"), ("en", "page {} of {}")])
def test_a_large_report_is_set_in_seconds_with_its_pages_numbered(language: str, words: str) -> None:
    users = tuple(
        HeldUser(user=f"user-{n}", name=f"Lietotājs Nr{n}", email=f"nr{n}@example.lv", note="piezīme " * 20)
        for n in range(200)
    )
    findings = tuple(ReportedFinding(severity="medium", text=f"Konstatējums {n}. " * 10) for n in range(500))
    began = time.process_time()
    pdf = audit_report_pdf(report(language=language, findings=findings, inventory=HeldInventory(users=users)), PROVIDER)
    assert time.process_time() - began < 10
    pages = pages_of(pdf)
    assert len(pages) > 20
    for number, page in enumerate(pages, start=1):
        assert page.endswith(words.format(number, len(pages)))
    assert "Lietotājs Nr199" in pages[-1]


def test_an_english_report_is_english() -> None:
    text = text_of(audit_report_pdf(report(language="en"), PROVIDER))
    for part in (
        "Audit report",
        "1 March 2026",
        "1. Critical",
        "Recommendation:",
        "page 1 of 2",
        "clause 6 of the Terms",
    ):
        assert part in text
    assert str(PdfReader(BytesIO(audit_report_pdf(report(language="en"), PROVIDER))).root_object["/Lang"]) == "en"


def test_an_empty_report_says_so() -> None:
    text = text_of(audit_report_pdf(report(findings=(), inventory=HeldInventory()), PROVIDER))
    assert "Audits nepilnības nav konstatējis." in text
    assert text.count("Nav ierakstu.") == 4


def test_the_file_name_tells_contract_and_day_alone() -> None:
    assert audit_report_name(REPORT) == "audit-report-IT-2026-000123-2026-03-01.pdf"


def test_a_failure_repeats_nothing_of_the_document() -> None:
    with pytest.raises(TypesettingFailed) as raised:
        typeset("audit_report", {"language": "Anna Bērziņa"}, on=date(2026, 3, 1))
    assert "audit_report" in str(raised.value)
    assert "Anna" not in str(raised.value)
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__


@pytest.mark.parametrize("value", [f"sealed:v1:contract/IT-2026-000123/self/1::{'a' * 40}", "unsound:v1:must be text"])
def test_what_is_still_sealed_or_was_refused_is_no_text(value: str) -> None:
    with pytest.raises(ValidationError, match="is still sealed"):
        ReportedFinding(severity="low", text=value)


def leaves(words: Any, path: str = "") -> set[str]:
    if isinstance(words, dict):
        return {leaf for name, value in words.items() for leaf in leaves(value, f"{path}/{name}")}
    holes = sorted(re.findall(r"{\w+}", words)) if isinstance(words, str) else len(words)
    return {f"{path} {holes}"}


def test_both_languages_have_the_same_words() -> None:
    latvian, english = (
        yaml.safe_load((TEMPLATES / f"words.{one}.yaml").read_text(encoding="utf-8")) for one in ("lv", "en")
    )
    assert leaves(latvian) == leaves(english)


def test_templates_use_nothing_from_a_network() -> None:
    templates = sorted(Path(TEMPLATES).glob("*.typ"))
    assert len(templates) == 5
    assert not [one.name for one in templates if re.search(r'"@|eval\(|https?:', one.read_text(encoding="utf-8"))]
