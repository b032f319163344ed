"""The cipher: what was sealed comes back whole, for its purpose alone, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealing import cipher
from sealing.errors import Tampered
from tests.sealing.store import all_changes, flips

SECRET = bytes(range(32))
CONTEXT = "field/contract/IT-1/self/1/"


@given(st.binary(max_size=500))
def test_what_is_sealed_comes_back(clear: bytes) -> None:
    assert cipher.unseal(SECRET, cipher.seal(SECRET, clear, CONTEXT), CONTEXT, "it") == clear


@given(st.binary(max_size=100))
def test_bytes_have_one_spelling(body: bytes) -> None:
    assert cipher.from_text(cipher.to_text(body), "it") == body


def test_equal_texts_do_not_look_equal() -> None:
    assert len({cipher.seal(SECRET, b"Anna", CONTEXT) for _ in range(100)}) == 100


def test_any_other_byte_anywhere_is_found() -> None:
    body = cipher.seal(SECRET, b"Anna", CONTEXT)
    for position in range(len(body)):
        for changed in all_changes(body, position):
            with pytest.raises(Tampered, match="a note was changed"):
                cipher.unseal(SECRET, changed, CONTEXT, "a note")


def test_what_is_cut_or_lengthened_is_found() -> None:
    body = cipher.seal(SECRET, b"Anna", CONTEXT)
    for changed in (*(body[:length] for length in range(len(body))), body + b"\0"):
        with pytest.raises(Tampered):
            cipher.unseal(SECRET, changed, CONTEXT, "it")


def test_another_key_or_purpose_does_not_open_it() -> None:
    body = cipher.seal(SECRET, b"Anna", CONTEXT)
    for position, other in flips(SECRET):
        with pytest.raises(Tampered):
            cipher.unseal(other, body, CONTEXT, f"with byte {position} of the key changed")
    with pytest.raises(Tampered):
        cipher.unseal(SECRET, body, CONTEXT + "x", "it")


@pytest.mark.parametrize("text", ["QQ==", "QR", "Q", "QQ ", "Q+", "Ā", "QQ\n"])
def test_another_spelling_of_bytes_is_refused(text: str) -> None:
    """`QR` is base64 of the byte that `QQ` is the right spelling of: its last bits are not used."""
    with pytest.raises(Tampered):
        cipher.from_text(text, "it")


def test_keys_for_other_purposes_have_nothing_in_common() -> None:
    assert cipher.derived(SECRET, "look-up") != cipher.derived(SECRET, "fingerprint")
    assert cipher.derived(SECRET, "look-up") == cipher.derived(SECRET, "look-up")
