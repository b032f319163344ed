"""What customers are told before anybody works on their users' workstations."""

from __future__ import annotations

import pytest

from activities.post.letters import render
from schemas.mail import Letter, MailKind
from tests.post.written import PROVIDER


@pytest.mark.clause("IT-13")
@pytest.mark.parametrize("language", ["lv", "en"])
def test_users_are_asked_to_clear_their_desktop_before_work_on_it(language: str) -> None:
    facts = {"contract": "IT-2026-000123", "on": "2026-03-16T10:00:00+02:00"}
    letter = Letter(kind=MailKind.ONBOARDING_AGREED, role="administrator", facts=facts)
    words = {
        "lv": ("Pirms darba ar Darbstaciju lūdzam Lietotājus", "noņemt no darbvirsmas datus", "Noteikumu 13. punkts"),
        "en": ("Before work on a Workstation, Users", "clear their desktop", "clause 13 of the Terms"),
    }
    mail = render(letter, service="it_support", language="lv" if language == "lv" else "en", provider=PROVIDER)
    assert [each for each in words[language] if each not in mail.text] == []
    assert [each for each in words[language] if each not in mail.html] == []
