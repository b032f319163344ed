"""Whether a text holds a person's e-mail address or phone number, however it is written."""

from __future__ import annotations

import pytest

from terms.mentions import Mentions

pytestmark = pytest.mark.clause("DPA-I.1.1", "IT-A1")

JANIS = Mentions(names=["Jānis Kalniņš"], logins=["jk82@inbox.lv"], phones=["+37129123456"])


@pytest.mark.parametrize(
    "text",
    [
        "jk82@inbox.lv",
        "Rakstīt JK82@INBOX.LV, atbild tūlīt",
        "mailto:jk82@inbox.lv",
        "PC-JK82",
        "zvanīt 29123456",
        "Tālr. +371 29 123 456",
        "+371 29-123-456",
        "(+371) 2912 3456",
        "0037129123456",
        "00 371 29123456",
        "291.23.456",
        "tel29123456",
        "3. stāvs, 29123456, 29654321",
        "no 2026-02-10 29123456",
    ],
)
def test_an_address_or_a_number_tells_of_a_person_however_it_is_written(text: str) -> None:
    assert JANIS.are_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "inbox.lv",
        "anna@inbox.lv",
        "xjk82@inbox.lv",
        "jk820",
        "29123457",
        "129123456",
        "291234567",
        "2912345, 6",
        "SN 29-12-34, skapis 56",
        "+372 2912345",
        "2912\n3456",
        "371",
    ],
)
def test_parts_of_others_addresses_and_numbers_tell_of_nobody(text: str) -> None:
    assert not JANIS.are_in(text)
    assert not JANIS.may_be_in(text)


@pytest.mark.parametrize(
    ("phone", "text"),
    [
        # Within Germany a nought stands before the number, which the number abroad has not; in Russia an eight.
        ("+4915123456789", "01512 3456789"),
        ("+4915123456789", "0049 1512 3456789"),
        ("+79161234567", "8 (916) 123-45-67"),
    ],
)
def test_a_number_of_another_country_is_known_as_it_is_dialled_there(phone: str, text: str) -> None:
    assert Mentions(names=[], phones=[phone]).are_in(text)


def test_what_is_before_an_address_is_a_login_and_asked_about_where_it_may_be_a_word() -> None:
    office = Mentions(names=["Anna Bērziņa"], logins=["birojs@uznemums.lv"])
    assert office.are_in("Rakstīt birojs@uznemums.lv")
    assert not office.are_in("Birojs 2. stāvā")
    assert office.may_be_in("Birojs 2. stāvā")
    assert Mentions(names=["Anna Bērziņa"], logins=["aberzina@uznemums.lv"]).are_in("ABERZINA-PC")
