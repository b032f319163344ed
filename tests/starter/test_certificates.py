"""Erasure certificates in print: fetched by DPO and admin once the contract is erased, over HTTP and by command."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import httpx2
import pytest
import pytest_asyncio
from pypdf import PdfReader

from activities.documents.certificate import certificate_digest
from activities.ledger import erasures
from runtime.embedded.temporal import skip
from runtime.stack import Stack
from schemas.erasure import Certificate, ScanResult
from starter.commands.erasure import certificate as certificate_command
from starter.failures import CommandFailed
from tests.starter.support import a_contract, within_reach
from tests.starter.test_due import CONNECTED, act

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module"), pytest.mark.clause("IT-41", "DPA-II.3.2")]

NUMBER = "ERASED-1"
SIGNED_AT = datetime(2026, 3, 2, 12, tzinfo=UTC).isoformat()
PATIENCE_SECONDS = 20


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def erased(stack: Stack, client: httpx2.AsyncClient) -> AsyncIterator[Certificate]:
    """A contract that ended on 31 March, was erased and closed on 14 April, and its certificate."""
    end = act("2026-03-20T10:00", "agree_end", on="2026-03-31", note="Vienošanās")
    document = a_contract(NUMBER, signed_at=SIGNED_AT)
    rehearsal = {"contract": document, "scenario": {"payer": "on_time", "acts": [*CONNECTED, end]}}
    assert (await client.post("/rehearsals", json=rehearsal)).status_code == 201
    await skip(stack.client, timedelta(days=60))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await erasures.certificates(stack.pool, NUMBER)):  # noqa: ASYNC110 (a worker writes it)
            await asyncio.sleep(0.05)
    yield found[0]


async def test_the_pdf_is_the_certificate_and_the_same_bytes_each_time(
    erased: Certificate, client: httpx2.AsyncClient
) -> None:
    assert (await client.get(f"/contracts/{NUMBER}")).json()["stage"] == "closed"
    path = f"/contracts/{NUMBER}/certificates/erasure.pdf"
    pdf = await client.get(path)
    assert (pdf.status_code, pdf.headers["content-type"]) == (200, "application/pdf")
    assert pdf.headers["content-disposition"] == f'attachment; filename="erasure-certificate-{NUMBER}-erasure.pdf"'
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf.content)).pages)
    assert certificate_digest(erased.document("lv")) in "".join(text.split())
    assert (await client.get(path)).content == pdf.content


async def test_what_is_no_certificate_of_the_contract(erased: Certificate, client: httpx2.AsyncClient) -> None:
    for name, status in (("erasure-users-7", 404), ("erasure-partners", 422), ("..%2F..", 404)):
        answer = await client.get(f"/contracts/{NUMBER}/certificates/{name}.pdf")
        assert answer.status_code == status


async def test_one_whose_scan_found_something_is_not_printed(
    stack: Stack, erased: Certificate, client: httpx2.AsyncClient
) -> None:
    unclean = erased.model_copy(
        update={"id": f"{NUMBER}/erasure-users-9", "scan": (ScanResult(place="ledger", searched=9, found=1),)}
    )
    async with stack.pool.acquire() as db:
        await erasures.keep_certificate(db, unclean)
    answer = await client.get(f"/contracts/{NUMBER}/certificates/erasure-users-9.pdf")
    assert (answer.status_code, "the scan found what should be gone" in answer.json()["reason"]) == (409, True)
    listed = [each["id"] for each in (await client.get(f"/contracts/{NUMBER}/certificates")).json()]
    assert {f"{NUMBER}/erasure", f"{NUMBER}/erasure-users-9"} <= set(listed)
    due = [each for each in (await client.get("/due")).json() if each["what"] == "Get the rest erased"]
    assert [(each["contract"], "found 1 things" in each["why"]) for each in due] == [(NUMBER, True)]


async def test_the_command_writes_the_file_or_says_in_a_line_why_not(
    stack: Stack, erased: Certificate, tmp_path: Path
) -> None:
    file = tmp_path / "certificate.pdf"
    async with within_reach(stack, tmp_path) as reach:
        await asyncio.to_thread(certificate_command, NUMBER, file, "erasure", reach, as_json=False)
        assert file.read_bytes().startswith(b"%PDF-")
        with pytest.raises(CommandFailed) as failure:
            await asyncio.to_thread(certificate_command, NUMBER, file, "erasure-users-7", reach, as_json=False)
        assert failure.value.lines == ("the contract has no certificate of this name",)
        with pytest.raises(CommandFailed, match="cannot be written"):
            await asyncio.to_thread(certificate_command, NUMBER, tmp_path, "erasure", reach, as_json=False)
