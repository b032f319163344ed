"""What of an inventory tells of a person."""

from __future__ import annotations

import pytest

from terms.mentions import mentions


@pytest.mark.clause("DPA-I.1.1")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Jānis Kalniņš", True),
        ("janis kalnins", True),
        ("J. Kalniņš, IT daļa", True),
        ("KALNINS-PC", True),
        ("pc jkalnins", True),
        ("Jānis", True),
        ("Jānis Ozols", False),
        ("IT daļa", False),
        ("JANIS-PC", False),
        ("Kalniņšs", False),
        ("PC-0017", False),
    ],
)
def test_a_surname_a_login_or_a_name_alone_tells_of_a_person(text: str, told: bool) -> None:
    assert mentions(text, name="Jānis Kalniņš", login="jkalnins") == told


def test_a_login_with_signs_in_it_is_found_as_a_whole() -> None:
    assert mentions("Janis.K@birojs", name="Ilze Ozola", login="janis.k@birojs")
    assert not mentions("birojs", name="Ilze Ozola", login="janis.k@birojs")


def test_names_in_other_scripts_are_compared_whole() -> None:
    assert mentions("Иван", name="Иван")
    assert not mentions("Пётр", name="Иван")
    assert not mentions("Пётр Иванов", name="Иван")
