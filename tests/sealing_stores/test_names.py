from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from sealing.azure.names import id_of, name_of

IDS = st.text(max_size=60) | st.text(alphabet="abAB19-/._", max_size=200)


def test_names_are_spelled_out_where_they_fit() -> None:
    assert name_of("key-", "intake/8c1d/1") == "key-intake-2f8c1d-2f1"
    assert name_of("key-", "IT-1") == "key--49-54-2d1"
    assert id_of("key-", "key--49-54-2d1") == "IT-1"
    assert id_of("key-", "key-intake-2f8c1d-2f1") == "intake/8c1d/1"
    assert id_of("key-", "key-" + "ff") == "ff"


def test_a_long_id_goes_by_its_hash() -> None:
    name = name_of("key-", "x" * 124)
    assert re.fullmatch(r"key-[0-9a-f]{64}-", name)
    assert id_of("key-", name) is None
    assert name_of("key-", "x" * 123) == "key-" + "x" * 123


@given(IDS)
def test_a_name_keeps_the_rule_and_gives_back_its_id(id: str) -> None:
    name = name_of("destroyed-", id)
    assert re.fullmatch(r"[0-9a-z-]{1,127}", name)
    assert id_of("destroyed-", name) == (None if name.endswith("-") else id)


@given(IDS, IDS)
def test_two_ids_never_share_a_name_whatever_the_case(one: str, other: str) -> None:
    assert (name_of("key-", one) == name_of("key-", other)) == (one == other)


def test_names_of_others_are_no_ids() -> None:
    assert id_of("key-", "destroyed-x") is None
    assert id_of("key-", "key-a-ff") is None
