"""The customer as controller of its users' data: who processes it, who asks about it, what it instructs."""

from __future__ import annotations

from datetime import date
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser

import pytest

from runtime.provider import load_provider
from tests.stories.documents import a_contract, act, connected, scenario
from tests.stories.play import Play, Story

pytestmark = pytest.mark.long

SIGNED = "2026-03-20T10:00:00+02:00"
ANNA = "anna@example.lv"
WORDS = "Mans uzvārds tagad ir Kalna"


def mail_about(story: Story, subject: str) -> str:
    """The text of the one letter to the administrator whose subject holds this."""
    files = sorted((story.stack.folder / "mail").glob("*.eml"))
    mails = [BytesParser(EmailMessage, policy=policy.default).parsebytes(file.read_bytes()) for file in files]
    [found] = [
        each for each in mails if subject in each["Subject"] and each["To"] == ANNA and story.number in each["Subject"]
    ]
    body = found.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.clause("DPA-II.1.7", "DPA-II.2.3")
@pytest.mark.parametrize(
    ("language", "subject", "country"), [("lv", "saskaņot Audita", "Latvija"), ("en", "agree a time", "Latvia")]
)
async def test_the_first_letter_names_the_officer_and_every_sub_processor(
    play: Play, language: str, subject: str, country: str
) -> None:
    story = await play(a_contract(SIGNED, language=language), scenario(), date(2026, 3, 20))
    text = mail_about(story, subject)
    provider = load_provider()
    assert provider.data_protection_officer.phone in text
    assert provider.data_protection_officer.email in text
    assert len(provider.sub_processors) == 2
    assert [each.name for each in provider.sub_processors if f"- {each.name} (" not in text] == []
    assert f"- {provider.sub_processors[0].name} ({country})" in text


@pytest.mark.clause("DPA-II.1.4", "DPA-II.4.4", "DPA-II.1.9")
async def test_a_request_is_passed_on_at_once_and_its_words_stay_sealed(play: Play) -> None:
    story = await play(
        a_contract(SIGNED),
        scenario(
            connected("2026-04-01"),
            act("2026-04-01T15:00", "add_user", user="u-1", name="Ilze Ozola"),
            act(
                "2026-04-10T10:00",
                "pass_data_request",
                by="data_subject",
                asks="rectification",
                received_on="2026-04-09",
                user="u-1",
                note=WORDS,
            ),
            act("2026-04-11T10:00", "record_instruction", about="security", from_email=ANNA, note="Šifrēt diskus"),
        ),
        date(2026, 4, 12),
    )
    assert story.told("data_request.passed", "instruction.recorded", "user.changed") == [
        "2026-04-10T10:00:00+03:00 data_request.passed DPA-II.1.4,DPA-II.4.4",
        "2026-04-11T10:00:00+03:00 instruction.recorded DPA-II.1.9",
    ]
    assert [line for line in await story.letters() if "data_request" in line or "instruction" in line] == [
        "2026-04-10 email data_request to administrator: sent",
        "2026-04-11 email instruction_answered to administrator: sent",
    ]
    passed = mail_about(story, "datu subjekta pieprasījums")
    assert "datu labošana" in passed
    assert "2026. gada 9. aprīlis" in passed
    assert WORDS not in passed
    assert "drošību" in mail_about(story, "Jūsu norādījums")
    pool = story.stack.pool
    name = await pool.fetchval("SELECT details ->> 'name' FROM inventory_users WHERE contract = $1", story.number)
    assert await story.stack.sealer.open(name) == "Ilze Ozola"
    note = await pool.fetchval(
        "SELECT payload ->> 'note' FROM acts WHERE contract = $1 AND act = 'pass_data_request'", story.number
    )
    assert await story.stack.sealer.open(note) == WORDS
