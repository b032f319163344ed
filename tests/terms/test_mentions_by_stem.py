"""A surname that is written otherwise than in a case of its own: asked about by its stem, or known all the same."""

from __future__ import annotations

import pytest

from terms.mentions import KnownBy, Mentions

pytestmark = pytest.mark.clause("DPA-I.1.1")

GOES, ASKED, STAYS = "goes", "a person is asked", "stays"


def becomes(name: str, text: str) -> str:
    mentions = Mentions.of([KnownBy(names=(name,))])
    return GOES if mentions.are_in(text) else ASKED if mentions.may_be_in(text) else STAYS


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        # Within a longer word, in whatever case.
        ("Jānis Bērziņš", "BERZINAPRINTERIS", ASKED),
        ("Jānis Bērziņš", "berzinadatorsjauns", ASKED),
        ("Jānis Bērziņš", "BERZINSPRINTERIS", ASKED),
        ("Anna Ozola", "OZOLASPRINTERIS", ASKED),
        ("Ieva Ozols", "Ozolnieki", STAYS),
        # Called upon, and with what Latvian puts behind a surname.
        ("Jānis Bērziņš", "Labdien, Bērziņ! Par rēķinu", ASKED),
        ("Jānis Bērziņš", "Bērziņkungs nepiekrīt", ASKED),
        ("Jānis Bērziņš", "Zvanīt Bērziņkungam", ASKED),
        ("Juris Ozols", "Labdien, Ozol!", ASKED),
        ("Juris Ozols", "Ozolkungs nepiekrīt", ASKED),
        ("Anna Roze", "Rozkundzes dators", ASKED),
        ("Pēteris Briedis", "Paldies, Pēter!", ASKED),
        # A stem of two letters is many a word's.
        ("Jānis Ezis", "Eža dators", ASKED),
        ("Aija Upe", "UPES-PC", ASKED),
        ("Aija Upe", "Upju iela", ASKED),
        ("Jānis Ūsis", "Ūša dators", ASKED),
        ("Jānis Ezis", "EZIS-PC", GOES),
        ("Jānis Ezis", "Ezermala", STAYS),
        # Letters that are no letter with a sign, and what is written in Cyrillic as passports have it in Latin letters.
        ("Łukasz Wałęsa", "Lukasz Walesa", GOES),
        ("Łukasz Wałęsa", "WALESA-PC", ASKED),
        ("Anna Wałęsa", "WALESA-PC", GOES),
        ("Anna Strauß", "STRAUSS-PC", GOES),
        ("Anna Møller", "Anna Moller", GOES),
        ("Ivans Petrovs", "Иван Петров", ASKED),
        ("Ivans Petrovs", "ПК Петрова", GOES),
        ("Ivans Petrovs", "ПК Петров", ASKED),
        ("Иван Петров", "PETROVS-PC", GOES),
        ("Иван Петров", "Ivana Petrova dators", GOES),
        ("Jānis Kalniņš", "Позвонить Калниньшу", ASKED),
        ("Jānis Kalniņš", "Янис Калниньш", GOES),
        ("Jeļena Jakovļeva", "ЯКОВЛЕВА", GOES),
        ("Andrejs Žukovs", "Андрея Жукова", GOES),
        ("Иван Петров", "Noliktava", STAYS),
    ],
)
def test_what_is_not_a_case_of_the_surname_is_not_passed_over(name: str, text: str, expected: str) -> None:
    assert becomes(name, text) == expected


@pytest.mark.parametrize("text", ["JB-PC", "BJ-LAPTOP", "J.B.", "Janka", "Behrsinsch"])
def test_what_is_looked_for_by_nobody_is_named_in_the_decision(text: str) -> None:
    """Initials alone, pet names and other spellings: decision 10 says so."""
    assert becomes("Jānis Bērziņš", text) == STAYS
