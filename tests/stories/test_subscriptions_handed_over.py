"""A Microsoft 365 contract's end on paper: how far we are liable, who else has data, and what is certified."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from datetime import date
from io import BytesIO
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr
from pypdf import PdfReader

from runtime.stack import Stack
from schemas.documents import SubscriptionsFile
from tests.starter.support import TOKEN, api, with_settings
from tests.stories.documents import a_subscription_contract, act, approved, asked, product, scenario
from tests.stories.play import Play, Story
from tests.stories.test_documents import enclosed, opened, passphrases
from tests.stories.test_money_commands import command_line
from tests.stories.test_partner_erasure import certified

pytestmark = pytest.mark.long

SIGNED = "2026-02-10T11:20:00+02:00"
CAPS = {
    # Signed, and nothing provided yet.
    "2026-02-11": "0.00",
    # The year 12 February 2026 - 11 February 2027, 8 x 12.35 x 12 = 1185.60; and the month, 5 x 6.10 = 30.50.
    "2026-02-12": "1216.10",
    # The next month, from 12 March on, in place of the first.
    "2026-03-16": "1216.10",
    # Two more of the year: 24.70 x 15 / 31 = 11.9516, ten months of 24.70, and 24.70 x 11 / 28 = 9.7036: 268.65.
    "2026-03-17": "1484.75",
    # Ended on 20 April, and both are used to the end of what was paid for: the month to 11 May.
    "2026-05-11": "1484.75",
    "2026-05-12": "1454.25",
    "2027-02-11": "1454.25",
    "2027-02-12": "0.00",
}
RECIPIENTS = [
    {"recipient": "distributor", "data": ["contacts", "customer"], "since": "2026-02-10"},
    {"recipient": "microsoft", "data": ["content", "customer"], "since": "2026-02-12"},
]


def at_the_door(stack: Stack) -> AbstractAsyncContextManager[httpx2.AsyncClient]:
    return api(with_settings(stack, operator_token=SecretStr(TOKEN)))


async def caps(client: httpx2.AsyncClient, story: Story, days: Iterable[str]) -> dict[str, str]:
    """By day, as the API answers; each by the same point of the terms."""
    told = {}
    for on in days:
        answer = (await client.get(f"/contracts/{story.number}/liability", params={"on": on})).json()
        assert (answer["contract"], answer["on"], answer["clause"]) == (story.number, on, "M365-43")
        told[on] = answer["liability_cap"]
    return told


@pytest.mark.clause("M365-43", "M365-46", "M365-13", "M365-51", "DPA-II.3.2")
async def test_it_is_told_how_far_we_are_liable_and_who_else_has_data(play: Play, stack: Stack, tmp_path: Path) -> None:
    story = await play(
        a_subscription_contract(SIGNED, product("Standard", "year", 8, "12.35"), product("Basic", "month", 5, "6.10")),
        scenario(
            approved("2026-02-12"),
            asked("2026-03-17T10:00", "1", 10),
            act("2026-04-10T10:00", "agree_end", on="2026-04-20", note="Vienošanās"),
            payer="on_time",
        ),
        date(2026, 4, 10),
    )
    async with at_the_door(stack) as client:
        past = [on for on in CAPS if on < "2026-04-10"]
        assert await caps(client, story, past) == {on: CAPS[on] for on in past}
        early = await client.get(f"/contracts/{story.number}/liability", params={"on": "2026-01-31"})
        assert early.status_code == 404
    async with command_line(stack, tmp_path) as run:
        said = await run("liability", story.number, "--on", "2026-03-17")
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout == f"{story.number} on 2026-03-17: 1484.75 EUR without VAT (M365-43)\n"

    # Handed over on 21 April and erased on 4 May; the last invoice is paid on 5 May, and with it the contract closes.
    await story.live_until(date(2026, 5, 6))
    assert story.at("contract.closed") == ["2026-05-05T12:00:00+03:00"]
    [(_, package)] = enclosed(story, "handover")
    reader = opened(package, passphrases(story))
    for text in ("".join(page.extract_text() for page in reader.pages), reader.attachments["README.txt"][0].decode()):
        _names_recipients(text)
    _hands_over_subscriptions({name: content for name, (content,) in reader.attachments.items()})
    certificate = (await certified(story, {"data", "rest"}))["data"]
    assert [one.model_dump(mode="json") for one in certificate.recipients] == RECIPIENTS
    assert certificate.document("lv").recipients == certificate.recipients
    async with at_the_door(stack) as client:
        assert await caps(client, story, CAPS) == CAPS
        record = (await client.get(f"/contracts/{story.number}/processing")).json()
        assert record["recipients"] == RECIPIENTS
        printed = await client.get(f"/contracts/{story.number}/certificates/erasure.pdf")
    pages = await asyncio.to_thread(lambda: [page.extract_text() for page in PdfReader(BytesIO(printed.content)).pages])
    _names_recipients("".join(pages))


def _hands_over_subscriptions(files: dict[str, bytes]) -> None:
    assert list(files) == ["README.txt", "subscriptions.csv", "subscriptions.json", "subscriptions.schema.json"]
    standard, basic = SubscriptionsFile.model_validate_json(files["subscriptions.json"]).subscriptions
    # Cancelled for good at the end on 20 April, so that neither renews after its term.
    assert (standard.licences, standard.term_to, standard.renews_on) == (10, date(2027, 2, 11), None)
    assert (basic.licences, basic.term_to, basic.renews_on) == (5, date(2026, 5, 11), None)
    assert {one.distributor_customer for one in (standard, basic)} != {None}


def _names_recipients(text: str) -> None:
    together = " ".join(text.split())
    assert "Noteikumu 46. un 51. punkts" in together
    for part in ("ALSO (izplatītājs)", "kontaktpersonas, Klienta rekvizīti", "Pakalpojuma saturs, Klienta rekvizīti"):
        assert part in together
