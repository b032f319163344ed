"""What of an inventory tells of a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terms.mentions import Mentions

JANIS = Mentions(names=["Jānis Kalniņš"], logins=["jkalnins"])
ANNA = Mentions(names=["Anna Bērziņa"])


def said_of(name: str, text: str, *logins: str) -> bool:
    return Mentions(names=[name], logins=logins).are_in(text)


@pytest.mark.clause("DPA-I.1.1")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Jānis Kalniņš", True),
        ("janis kalnins", True),
        ("J. Kalniņš, IT daļa", True),
        ("KALNINS-PC", True),
        ("KALNINS01", True),
        ("PC_Kalnins", True),
        ("KalninsPC", True),
        ("pc jkalnins", True),
        ("kalninsj-nb", True),
        ("JanisKalnins", True),
        ("janiskalnins", True),
        ("Kalnins's laptop", True),
        ("Jānis", True),
        ("JANIS 2", True),
        ("Jāņa", True),
        ("Jāņa K. dators", True),
        ("Jānis Ozols", False),
        ("Jānis O.", False),
        ("IT daļa", False),
        ("JANIS-PC", False),
        ("Jāņa dators", False),
        ("Kalniņšs", False),
        ("Kalniņkalns", False),
        ("Pakalni", False),
        ("PC-0017", False),
        ("0017", False),
        ("", False),
    ],
)
def test_a_surname_a_login_or_a_name_alone_tells_of_a_person(text: str, told: bool) -> None:
    assert JANIS.are_in(text) == told


@pytest.mark.clause("DPA-I.1.1")
@pytest.mark.parametrize(
    ("name", "cases"),
    [
        # Nominative, genitive, dative, accusative, locative; then the family's dative.
        ("Jānis Kalniņš", "Kalniņš Kalniņa Kalniņam Kalniņu Kalniņā Kalniņiem"),
        ("Andris Ozols", "Ozols Ozola Ozolam Ozolu Ozolā Ozoliem"),
        ("Anna Bērziņa", "Bērziņa Bērziņas Bērziņai Bērziņu Bērziņā Bērziņām"),
        ("Kaspars Liepa", "Liepa Liepas Liepam Liepu Liepā Liepām"),
        ("Ilze Roze", "Roze Rozes Rozei Rozi Rozē Rozēm"),
        ("Māra Zālīte", "Zālīte Zālītes Zālītei Zālīti Zālītē Zālītēm"),
        ("Egils Zālītis", "Zālītis Zālīša Zālītim Zālīti Zālītī Zālīšiem"),
        ("Juris Briedis", "Briedis Brieža Briedim Briedi Briedī Briežiem"),
        ("Uldis Lācis", "Lācis Lāča Lācim Lāci Lācī Lāčiem"),
        ("Valdis Kurmis", "Kurmis Kurmja Kurmim Kurmi Kurmī Kurmjiem"),
        ("Oļegs Petrovskis", "Petrovskis Petrovska Petrovskim Petrovski Petrovskī Petrovskiem"),
        ("Aivars Markus", "Markus Markus Markum Marku Markū Markiem"),
        ("Pēteris Mazais", "Mazais Mazā Mazajam Mazo Mazajā Mazajiem"),
        ("John Smith", "Smith Smitha Smitham Smithu Smithā"),
        ("Oksana Ivanenko", "Ivanenko"),
    ],
)
def test_a_surname_is_known_in_every_case_with_diacritics_and_without(name: str, cases: str) -> None:
    without = str.maketrans("āčēģīķļņšūž", "acegiklnsuz")
    for case in cases.split():
        assert said_of(name, f"{case} dators"), case
        assert said_of(name, f"PC-{case.translate(without).upper()}"), case


@pytest.mark.clause("DPA-I.1.1")
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Annas Bērziņas dators", True),
        ("Annas Berzinas dators", True),
        ("BERZINAI", True),
        ("Annas B. dators", True),
        ("Anna", True),
        ("Annai", True),
        # Another Anna of the same company is not this one, nor is whoever is called like a man of the family.
        ("Annas dators", False),
        ("Anna Ozola", False),
        ("Annas Ozolas dators", False),
        ("Juris Bērziņš", False),
        ("Bērzi", False),
    ],
)
def test_a_given_name_tells_of_a_person_where_it_is_all_that_is_said(text: str, told: bool) -> None:
    assert ANNA.are_in(text) == told


@pytest.mark.parametrize("text", ["KALNINA-PC", "Bērziņas dators", "Anna Bērziņa-Kalniņa", "A. Kalniņai"])
def test_of_two_surnames_each_tells(text: str) -> None:
    assert said_of("Anna Bērziņa-Kalniņa", text)


def test_a_name_of_a_list_has_its_surname_first() -> None:
    assert said_of("Kalniņš, Jānis", "Kalniņa dators")
    assert not said_of("Kalniņš, Jānis", "Jānis Ozols")


@pytest.mark.parametrize(
    ("login", "text"),
    [
        ("j.k", "PC j.k-01"),
        ("j.k-01", "PC j.k-01"),
        ("jk_02", "Dators jk_02 birojā"),
        ("JK-02", "(jk-02)"),
        ("Janis.K@birojs", "janis.k@birojs"),
        ("janis.k@birojs", "Janis.K portatīvais"),
        ("BIROJS\\jk", "PC-JK-3"),
        ("jk", "jk"),
        ("j", "J"),
        ("_jk_", "dators jk"),
    ],
)
def test_a_login_with_signs_in_it_is_found_in_a_longer_text(login: str, text: str) -> None:
    assert said_of("Ilze Ozola", text, login)


@pytest.mark.parametrize(
    ("login", "text"),
    [
        ("janis.k@birojs", "birojs"),
        ("j.k", "PC aj.k1"),
        ("jk_02", "jk_021"),
        ("jk", "ajk"),
        ("j", "J. Roze"),
        ("..", ". ."),
    ],
)
def test_a_part_of_a_login_or_of_another_word_tells_of_nobody(login: str, text: str) -> None:
    assert not Mentions(names=[], logins=[login]).are_in(text)


def test_names_in_other_scripts_are_compared_whole() -> None:
    assert said_of("Иван", "Иван")
    assert said_of("Иван Петров", "ПК Петров")
    assert not said_of("Иван", "Пётр")
    assert not said_of("Иван", "Пётр Иванов")


def test_letters_of_names_that_are_single_tell_of_nobody_in_a_longer_text() -> None:
    assert said_of("Sean O'Brien", "OBRIEN-PC")
    assert said_of("Sean O'Brien", "O'Brien")
    assert not said_of("Sean O'Brien", "Noliktava O 3")
    assert said_of("Wei Li", "LI-PC")
    assert not said_of("Wei Li", "Noliktava 3")


def test_each_of_many_people_is_found_and_their_names_are_not_mixed() -> None:
    both = Mentions(names=["Jānis Kalniņš", "Anna Bērziņa"], logins=["jk", "ab"])
    assert [both.are_in(text) for text in ("Kalniņa PC", "Bērziņas PC", "PC-ab", "Jānis", "Anna")] == [True] * 5
    assert not both.are_in("Jānis Anna")
    assert not Mentions(names=[]).are_in("Jānis")


@given(st.lists(st.text(max_size=30), max_size=3), st.lists(st.text(max_size=20), max_size=2), st.text(max_size=60))
def test_whatever_names_are_made_of_they_are_found_as_they_are(names: list[str], logins: list[str], text: str) -> None:
    mentions = Mentions(names=names, logins=logins)
    assert all(mentions.are_in(name) for name in (*names, *logins) if name.strip())
    assert mentions.are_in(text) in (True, False)
