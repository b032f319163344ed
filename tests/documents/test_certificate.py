"""The erasure certificate: what it states, how it is checked, and that it names nobody."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from pydantic import ValidationError
from pypdf import PdfReader

from activities.documents.certificate import canonical_json, certificate_digest, certificate_name, certificate_pdf
from schemas.documents import ErasureCertificate
from tests.documents.examples import CERTIFICATE, PROVIDER, RECIPIENTS, pages_of


def certificate(**changes: Any) -> ErasureCertificate:
    return ErasureCertificate.model_validate(CERTIFICATE.model_dump() | changes)


def text_of(one: ErasureCertificate) -> str:
    return " ".join(pages_of(certificate_pdf(one, PROVIDER)))


@pytest.mark.clause("IT-41", "IT-54", "DPA-II.3.2")
def test_a_certificate_states_what_is_gone_what_is_kept_and_where_was_looked() -> None:
    text = text_of(CERTIFICATE)
    for part in (
        "DA-2027-000007",
        "IT-2026-000123",
        "visi Līguma personas dati",
        "Dzēšana pabeigta 2027-03-31 03:00",
        "Lietotāji 14",
        "Dzēstas procesu izpildes vēstures: 13.",
        "contract/IT-2026-000123/administrator/1 2027-03-31 03:00",
        "SIA Tīkla Meistari 2027-03-02 04:00 2027-03-05 12:30",
        "SIA Otrs Partneris 2027-03-02 04:00 vēl nav apstiprināta",
        "Rēķini Grāmatvedības likuma 28. pants 2032-12-31",
        "VDAR 5. panta 2. punkts pamata izbeigšanās brīdim",
        "PostgreSQL 48 0",
        "Temporal 131 0",
    ):
        assert part in text


def test_a_certificate_of_one_persons_erasure_says_whose_by_id() -> None:
    assert "vienas personas dati (user-17)" in text_of(certificate(subject="user-17"))


@pytest.mark.clause("DPA-II.3.1")
def test_a_certificate_whose_histories_stay_says_so() -> None:
    """One user's erasure, a stop and a hand-over take keys alone: what histories hold under them stays, unreadable."""
    stay = "nav dzēstas: šie dati tajās ir tikai šifrēti ar iznīcinātajām atslēgām"
    assert stay in text_of(certificate(subject="user-17", workflow_runs_deleted=0))
    assert stay not in text_of(CERTIFICATE)
    assert "only encrypted under the destroyed keys" in text_of(certificate(language="en", workflow_runs_deleted=0))


def test_an_english_certificate_that_keeps_nothing() -> None:
    text = text_of(certificate(language="en", kept=[], partners=[]))
    for part in ("Certificate of erasure", "Nothing is kept.", "No records.", "page 1 of"):
        assert part in text


@pytest.mark.clause("M365-13", "M365-51")
def test_a_microsoft_365_certificate_names_who_else_has_data_and_does_not_speak_for_them() -> None:
    text = text_of(certificate(service="microsoft365", recipients=RECIPIENTS))
    for part in (
        "sistēmām (Noteikumu 46. un 51. punkts)",
        "Par dzēšanu pie tiem šis apliecinājums neliecina.",
        "ALSO (izplatītājs) kontaktpersonas, Klienta rekvizīti 2026-02-10",
        "Microsoft Pakalpojuma saturs, Klienta rekvizīti 2026-02-12",
    ):
        assert part in text
    english = text_of(certificate(service="microsoft365", language="en", recipients=RECIPIENTS))
    assert "Of an erasure there this certificate says nothing." in english
    assert "saņēmēji" not in text_of(CERTIFICATE)


def test_canonical_json_is_one_form_whatever_zone_the_times_were_written_in() -> None:
    written = canonical_json(CERTIFICATE)
    assert canonical_json(certificate(issued_at="2027-03-31T03:00:02Z")) == written
    assert canonical_json(certificate(issued_at=datetime(2027, 3, 31, 3, 0, 2, tzinfo=UTC))) == written
    assert ErasureCertificate.model_validate_json(written) == CERTIFICATE
    assert written.startswith(b'{"contract":"IT-2026-000123","erased":[{"category":"Kontaktpersonas","count":3},')
    names = list(json.loads(written))
    assert names == sorted(names)


def test_the_pdf_states_the_checksum_of_the_data() -> None:
    digest = sha256(canonical_json(CERTIFICATE)).hexdigest()
    assert certificate_digest(CERTIFICATE) == digest
    assert digest in text_of(CERTIFICATE).replace(" ", "")
    assert certificate_digest(certificate(workflow_runs_deleted=14)) != digest


def test_a_certificate_is_made_to_be_kept() -> None:
    """PDF/A-2b, and the same bytes whenever it is printed again."""
    pdf = certificate_pdf(CERTIFICATE, PROVIDER)
    assert certificate_pdf(certificate(), PROVIDER) == pdf
    metadata = PdfReader(BytesIO(pdf)).xmp_metadata
    assert metadata is not None
    assert (metadata.pdfaid_part, metadata.pdfaid_conformance) == ("2", "B")


@pytest.mark.clause("IT-41")
def test_there_is_no_certificate_while_the_scan_finds_something() -> None:
    with pytest.raises(ValidationError, match="there is no certificate while the scan still finds something"):
        certificate(scan=[{"place": "PostgreSQL", "searched": 48, "found": 1}])


def test_a_certificate_of_keys_alone_says_that_there_were_no_rows() -> None:
    assert "Dzēšana pabeigta 2027-03-31 03:00" in (text := text_of(certificate(erased=[])))
    assert "Kontaktpersonas" not in text


def test_a_long_lived_contract_has_asked_its_partners_many_times() -> None:
    asked = [{"partner": "SIA Tīkla Meistari", "asked_at": f"2027-03-{day:02}T06:00:00+02:00"} for day in range(1, 29)]
    assert len(certificate(partners=asked).partners) == 28


def test_a_long_lived_contract_has_had_very_many_keys() -> None:
    """300 devices brought in by CSV each month have 600 keys: after 17 months 10,200."""
    at = "2027-03-31T06:00:00+03:00"
    keys = [{"key": f"contract/IT-1/inventory.1.{number:024x}/1", "destroyed_at": at} for number in range(10_200)]
    assert len(certificate(keys=keys).keys) == 10_200


@pytest.mark.parametrize("field", ["keys", "scan"])
def test_a_certificate_of_nothing_is_refused(field: str) -> None:
    with pytest.raises(ValidationError):
        certificate(**{field: []})


@pytest.mark.parametrize(
    "key", ["Anna Bērziņa", "anna@example.lv", "contract/IT-1/Anna Bērziņa/1", "self", "person/IT-1/a/1"]
)
def test_a_key_is_named_by_its_id(key: str) -> None:
    with pytest.raises(ValidationError) as raised:
        certificate(keys=[{"key": key, "destroyed_at": "2027-03-31T06:00:00+03:00"}])
    assert "Anna" not in str(raised.value)


def test_times_need_their_offset() -> None:
    with pytest.raises(ValidationError, match="lacks its offset"):
        certificate(issued_at="2027-03-31T06:00:02")


def test_the_file_name_is_that_of_its_number() -> None:
    assert certificate_name(CERTIFICATE) == "erasure-certificate-DA-2027-000007"
