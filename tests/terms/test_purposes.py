"""Personal data is opened for what the contract asks for, and for nothing else."""

from __future__ import annotations

import pytest

from schemas.mail import MailKind
from terms.catalogue import catalogue
from terms.purposes import BESIDE_LETTERS, PURPOSES, NoPurpose, require_purpose
from tests.architecture.source import ROOT

MAY_OPEN = {
    "activities/post/openings.py",  # told by whoever opens with it, for one of the purposes
    "sealing/sealer.py",  # compares a value with itself, and shows it to nobody
    "starter/statements.py",  # who paid, while a person says for what
    "starter/vault.py",  # credentials, for the purpose that their grant names
    "starter/envelope.py",  # the address of an invoice that goes by post
    "starter/http/parts.py",  # hands it to the two before
    "starter/http/invoices.py",
}


@pytest.mark.clause("DPA-II.1.1")
def test_every_purpose_is_a_letters_or_rests_on_a_clause() -> None:
    assert {*MailKind, *BESIDE_LETTERS} == PURPOSES
    assert all(BESIDE_LETTERS.values())
    assert [each for clauses in BESIDE_LETTERS.values() for each in clauses if each not in catalogue()] == []
    for purpose in PURPOSES:
        require_purpose(purpose)


@pytest.mark.clause("DPA-II.1.1", "GUIDE-4.6")
@pytest.mark.parametrize("purpose", ["marketing", "statistics", "training", "credit_check", ""])
def test_for_anything_else_there_is_no_word(purpose: str) -> None:
    with pytest.raises(NoPurpose, match=r"DPA-II\.1\.1"):
        require_purpose(purpose)


@pytest.mark.clause("DPA-II.1.1")
def test_sealed_values_are_opened_where_the_trail_is_told_what_for_and_nowhere_else() -> None:
    opening = ("sealer.open", "self.open(", "open_token(", ".open_token")
    folders = ("schemas", "terms", "sealing", "workflows", "activities", "runtime", "starter")
    found = {
        file.relative_to(ROOT).as_posix()
        for folder in folders
        for file in (ROOT / folder).rglob("*.py")
        if any(word in file.read_text(encoding="utf-8") for word in opening)
    }
    assert found == MAY_OPEN
