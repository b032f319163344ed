"""Whose confirmation of an erasure counts."""

from __future__ import annotations

import pytest

from terms.partners import asked_partner, not_asked

ASKED = ("Rādars RMM OÜ", "SIA Tīkla Meistari")


@pytest.mark.clause("DPA-II.3.2")
@pytest.mark.parametrize(
    ("named", "meant"),
    [
        ("Rādars RMM OÜ", "Rādars RMM OÜ"),
        (" sia tīkla meistari", "SIA Tīkla Meistari"),
        ("SIA Tīkla", None),
        ("Anna Bērziņa", None),
        (" ", None),
    ],
)
def test_only_who_was_asked_is_meant(named: str, meant: str | None) -> None:
    assert asked_partner(named, ASKED) == meant


def test_a_refusal_names_who_was_asked_and_not_what_came() -> None:
    assert not_asked(ASKED).endswith("asked were Rādars RMM OÜ, SIA Tīkla Meistari")
    assert not_asked(()) == "partner: nobody was asked to erase anything of this contract"
