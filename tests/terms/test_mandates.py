"""What signing mandates, and what a withdrawn consent takes away (IT-3, IT-P1.consents, IT-43.6)."""

from __future__ import annotations

import pytest

from terms.it_support import mandates


@pytest.mark.clause("IT-3")
def test_signing_grants_all_twelve() -> None:
    assert mandates() == [f"3.{point}" for point in range(1, 13)]


@pytest.mark.clause("IT-P1.consents", "IT-43.6")
@pytest.mark.parametrize(
    ("consent", "gone"),
    [
        ("rmm_agents", {"3.2", "3.6"}),
        ("credential_storage", {"3.5"}),
        ("network_access", {"3.7"}),
        ("annex2_duties", set()),
    ],
)
def test_a_withdrawn_consent_takes_what_rests_on_it(consent: str, gone: set[str]) -> None:
    assert set(mandates()) - set(mandates([consent])) == gone


def test_consents_withdrawn_together_take_all_of_theirs() -> None:
    assert mandates(["rmm_agents", "network_access"]) == [
        *("3.1", "3.3", "3.4", "3.5", "3.8"),
        *("3.9", "3.10", "3.11", "3.12"),
    ]
