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


def may_be_said_of(name: str, text: str, *logins: str) -> bool:
    """Whether a person is to look: it neither goes nor stays untold."""
    mentions = Mentions(names=[name], logins=logins)
    return mentions.may_be_in(text) and not mentions.are_in(text)


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


GOES, ASKED, STAYS = "goes", "a person is asked", "stays"


@pytest.mark.clause("DPA-I.1.1")
@pytest.mark.parametrize(
    ("name", "login", "text", "becomes"),
    [
        # The surname first, as directories and registers export it.
        ("Bērziņa Anna", None, "Bērziņas dators", GOES),
        ("Bērziņa Anna", None, "BERZINA-PC", GOES),
        ("Bērziņa Anna", None, "Annas B. dators", GOES),
        ("Bērziņa Anna", None, "Anna Ozola", STAYS),
        ("Bērziņa Anna", None, "Annas Ozolas dators", STAYS),
        ("Bērziņa Anna", None, "Annas dators", ASKED),
        ("Bērziņa-Kalniņa Anna", None, "KALNINA-PC", GOES),
        ("Bērziņa Anna Marija", None, "BERZINA-PC", GOES),
        ("Bērziņa Anna Marija", None, "Marija Ozola", STAYS),
        ("Anna Marija Bērziņa", None, "BERZINA-PC", GOES),
        ("Anna Marija Bērziņa", None, "Marijas dators", ASKED),
        ("BĒRZIŅA ANNA", None, "Bērziņas dators", GOES),
        ("BĒRZIŅA ANNA", None, "Anna Ozola", STAYS),
        # Which is the surname nobody can tell: both together are enough, one of them is for a person to look at.
        ("Brien Xaver", None, "Xavers Briens", GOES),
        ("Brien Xaver", None, "Xaver Brien, IT", GOES),
        ("Brien Xaver", None, "XBRIEN-PC", GOES),
        ("Brien Xaver", None, "BRIENX", GOES),
        ("Brien Xaver", None, "BRIEN-PC", ASKED),
        ("Brien Xaver", None, "Xaver Smith", ASKED),
        ("Brien Xaver", None, "Noliktava", STAYS),
        ("Anna Ilze", None, "Ilzes dators", ASKED),
        ("Šarlote", None, "Šarlote Ozola", ASKED),
        ("Šarlote", None, "Šarlotei", GOES),
        ("Anna", None, "Anna Ozola", STAYS),
        ("Anna", None, "ANNA-PC", ASKED),
        # Initials, and a comma.
        ("J. Kalniņš", None, "KALNINS-PC", GOES),
        ("Anna B.", None, "Anna Ozola", STAYS),
        ("Anna B.", None, "Annas B. dators", GOES),
        ("Kalniņš, J.", None, "JKALNINS", GOES),
        ("Brien, Xaver", None, "Xaver Smith", STAYS),
        ("Anna Bērziņa, IT", None, "IT daļa", STAYS),
        ("Anna Bērziņa, IT", None, "Anna Ozola", STAYS),
        ("Anna Bērziņa, IT", None, "BERZINA", GOES),
        ("Anna Bērziņa, grāmatvede", None, "Galvenā grāmatvede", STAYS),
        # What stands in brackets is no surname, unless a former one.
        ("Anna Bērziņa (IT)", None, "Bērziņas PC", GOES),
        ("Anna Bērziņa (IT)", None, "IT daļa", STAYS),
        ("Anna Bērziņa (IT)", None, "IT", STAYS),
        ("Anna Bērziņa IT", None, "IT daļa", STAYS),
        ("JĀNIS KALNIŅŠ IT", None, "IT daļa", STAYS),
        ("JĀNIS KALNIŅŠ IT", None, "Kalniņa dators", GOES),
        ("JĀNIS LI", None, "LI-PC", GOES),
        ("EVA KALNIŅA", None, "Eva Ozola", STAYS),
        ("Anna Bērziņa (grāmatvede)", None, "Galvenā grāmatvede", STAYS),
        ("Anna Bērziņa (Ozola)", None, "Ozolas dators", ASKED),
        ("Anna Bērziņa (Ozola)", None, "Ozola", ASKED),
        # Host names without a sign between, and of a given name with an initial.
        ("Jānis Kalniņš", None, "PCKALNINS", GOES),
        ("Jānis Kalniņš", None, "NBKALNINS01", GOES),
        ("Jānis Kalniņš", None, "jkalninspc", GOES),
        ("Jānis Kalniņš", None, "JANISK-PC", GOES),
        ("Jānis Kalniņš", None, "PCJANISK", GOES),
        ("Kalniņš Jānis", None, "JANISK-PC", GOES),
        ("Jānis Kalniņš", None, "RIGAKALNINS7", ASKED),
        ("Jānis Kalniņš", None, "JANIS-PC", ASKED),
        ("Jānis Kalniņš", None, "PCJANIS", ASKED),
        ("Jānis Kalniņš", None, "Jāņa dators", ASKED),
        ("Jānis Kalniņš", None, "Jāņa Dators", ASKED),
        ("Jānis Kalniņš", None, "Jānis O.", STAYS),
        ("Jānis Kalniņš", None, "JANISO-PC", STAYS),
        ("Jānis Kalniņš", None, "PC-0017", STAYS),
        # Given name and initial that look like another case of that name are others' too.
        ("Iveta Siliņa", None, "Ivetas Ozolas dators", STAYS),
        ("Iveta Siliņa", None, "IVETAS-PC", ASKED),
        # Another's surname follows upon the given name; behind a sign something else begins.
        ("Jānis Kalniņš", None, "Zvanīt Jānim. Parole zem galda", ASKED),
        ("Jānis Kalniņš", None, "Atbild Jānis; Skapis 3. stāvā", ASKED),
        ("Jānis Kalniņš", None, "Jautāt Jānim, Noliktavas vadītājam", ASKED),
        ("Jānis Kalniņš", None, "parole pie Jāņa: Koks", ASKED),
        ("Jānis Kalniņš", None, "Jānim! Router", ASKED),
        ("Jānis Kalniņš", None, "Jānis\nRouter", ASKED),
        ("Jānis Kalniņš", None, "Jānis - Noliktava", ASKED),
        ("Jānis Kalniņš", None, "Zvanīt Jānim. K korpuss", ASKED),
        ("Jānis Kalniņš", None, "Jānim (Ozols)", ASKED),
        ("Jānis Kalniņš", None, "Janis-Ozols", STAYS),
        ("Jānis Kalniņš", None, "Janis.Ozols", STAYS),
        ("Jānis Kalniņš", None, "JanisOzols", STAYS),
        ("Jānis Kalniņš", None, "janis.k", GOES),
        ("Jānis Kalniņš", None, "Jānis K., IT", GOES),
        # Logins that are words, or anybody's.
        ("Jānis Kalniņš", "dators", "Grāmatvedības dators", ASKED),
        ("Jānis Kalniņš", "it", "IT daļa", ASKED),
        ("Jānis Kalniņš", "it", "IT", ASKED),
        ("Jānis Kalniņš", "jk", "PC-JK-3", ASKED),
        ("Anna Bērziņa", "anna", "Anna Ozola", ASKED),
        ("Anna Bērziņa", "annab", "ANNAB-PC", GOES),
        ("Anna Bērziņa", "berz", "PC-BERZ", GOES),
        ("Anna Bērziņa", "ab7", "PC-AB7", GOES),
    ],
)
def test_what_is_certain_goes_and_what_is_not_is_for_a_person(
    name: str, login: str | None, text: str, becomes: str
) -> None:
    mentions = Mentions(names=[name], logins=[login] if login else [])
    found = GOES if mentions.are_in(text) else ASKED if mentions.may_be_in(text) else STAYS
    assert found == becomes


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
        ("BIROJS\\jk-3", "PC-JK-3"),
        ("_jk_", "_jk_"),
        ("iozola", "PC-IOZOLA"),
        ("ozoli", "ozoli"),
        ("ilzeoz", "NBILZEOZ2"),
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
    assert said_of("Νίκος", "Νίκος")
    assert said_of("Νίκος Παππάς", "Παππάς, Νίκος")
    assert may_be_said_of("Νίκος Παππάς", "PC Παππάς")
    assert not said_of("Νίκος", "Γιώργος")
    assert not said_of("Иван", "Пётр Иванов")


def test_letters_of_names_that_are_single_tell_of_nobody_in_a_longer_text() -> None:
    assert said_of("Sean O'Brien", "OBRIEN-PC")
    assert said_of("Sean O'Brien", "O'Brien")
    assert not said_of("Sean O'Brien", "Noliktava O 3")
    assert said_of("Li, Wei", "LI-PC")
    assert may_be_said_of("Wei Li", "LI-PC")
    assert not said_of("Wei Li", "Noliktava 3")


def test_each_of_many_people_is_found_and_their_names_are_not_mixed() -> None:
    both = Mentions(names=["Jānis Kalniņš", "Anna Bērziņa"], logins=["jk1", "ab1"])
    assert [both.are_in(text) for text in ("Kalniņa PC", "Bērziņas PC", "PC-ab1", "Jānis", "Anna")] == [True] * 5
    assert not both.are_in("Jānis Anna")
    assert not Mentions(names=[]).are_in("Jānis")


@given(st.lists(st.text(max_size=30), max_size=3), st.lists(st.text(max_size=20), max_size=2), st.text(max_size=60))
def test_whatever_names_are_made_of_they_are_found_as_they_are(names: list[str], logins: list[str], text: str) -> None:
    mentions = Mentions(names=names, logins=logins)
    assert all(mentions.are_in(name) for name in names if name.strip())
    assert all(mentions.are_in(login) or mentions.may_be_in(login) for login in logins if login.strip())
    assert mentions.are_in(text) in (True, False)
    assert mentions.may_be_in(text) in (True, False)
