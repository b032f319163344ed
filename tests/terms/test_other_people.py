"""What tells of a person who leaves by surname alone, and is plainly another listed user's."""

from __future__ import annotations

import pytest

from terms.mentions import KnownBy, Mentions
from terms.other_people import OtherPeople

pytestmark = pytest.mark.clause("DPA-I.1.1", "DPA-II.1.4")

JANIS = KnownBy(names=("Jānis Bērziņš",), logins=("jberzins",), phones=("+37167123456",))
OTHERS = OtherPeople(
    {
        "u-2": KnownBy(names=("Anna Bērziņa",)),
        "u-3": KnownBy(names=("Juris Bērziņš",), logins=("berzins", "berzins-2", "birojs@berzins.lv")),
        "u-4": KnownBy(names=("Ilze Bērziņa-Liepa",), phones=("+37167123456",)),
    }
)
MENTIONS = Mentions.of([JANIS])


@pytest.mark.parametrize(
    "text",
    [
        "Anna Bērziņa",
        "Bērziņa Anna",
        "Bērziņa, Anna, grāmatvede",
        "a.berzina",
        "A. Bērziņa, IT",
        "Atbild Anna Bērziņa, zvanīt no rīta",
        # The genitive is the same for both of them, the given name is not.
        "Jura Bērziņa dators",
        "Ilze Bērziņa-Liepa",
        # Of two of one initial nobody can tell which is meant.
        "J. Bērziņš",
        # One's own login, address or phone, also where it is the other's phone as well.
        "berzins",
        "PC-BERZINS-2",
        "Rakstīt birojs@berzins.lv",
        "Birojs 67123456",
    ],
)
def test_what_is_plainly_another_s_is_not_told_of_the_one_who_leaves(text: str) -> None:
    assert MENTIONS.are_in(text)
    assert OTHERS.explain(text, MENTIONS, [JANIS])


@pytest.mark.parametrize(
    "text",
    [
        "Jānis Bērziņš",
        "Jāņa Bērziņa dators",
        "Bērziņš nav darbā",
        "Bērziņa dators",
        "BERZINS-PC",
        "jberzins",
        "Anna Bērziņa un Jānis Bērziņš",
        "Anna Bērziņa, vīrs jberzins",
        "Anna Bērziņa, kad Bērziņa nav",
        "Anna. Bērziņš",
    ],
)
def test_what_tells_of_the_one_who_leaves_beside_another_is_told(text: str) -> None:
    assert not OTHERS.explain(text, MENTIONS, [JANIS])


@pytest.mark.parametrize(
    ("text", "assigned", "explained"),
    [
        ("BERZINA-PC", {"u-2"}, True),
        ("Bērziņa dators", {"u-2"}, True),
        ("BERZINA-PC", {"u-9"}, False),
        ("BERZINS-PC", {"u-2"}, False),
        ("BERZINS-PC", {"u-3"}, True),
        # The note on her own row says of her what it says, and names him in full.
        ("Bērziņa piektdienās nestrādā", {"u-2"}, True),
        ("Bērziņa aizvieto Jāni Bērziņu", {"u-2"}, False),
        ("Bērziņa aizvieto jberzins", {"u-2"}, False),
    ],
)
def test_a_surname_on_the_record_of_another_who_is_called_so_is_that_one_s(
    text: str, assigned: set[str], explained: bool
) -> None:
    assert OTHERS.explain(text, MENTIONS, [JANIS], assigned) == explained


def test_of_two_who_are_called_the_same_nobody_can_tell_which_is_meant() -> None:
    others = OtherPeople({"u-2": JANIS})
    for text in ("Jānis Bērziņš", "JANISBERZINS-PC", "jberzins", "Zvanīt jberzins"):
        assert others.explain(text, MENTIONS, [JANIS]), text
    assert not others.explain("Bērziņš", MENTIONS, [JANIS])
