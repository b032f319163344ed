"""Files as they come in: what is read as what, and what is refused before any field is looked at."""

from __future__ import annotations

import codecs
import re
import time
from typing import Any

import pytest
import yaml

from schemas import reading
from schemas.problems import Problem, Refused
from schemas.reading import read_document
from tests.schemas.documents import outcome


def read(text: str) -> dict[str, Any]:
    return read_document(text.encode(), what="contract")


def refusal(raw: bytes) -> tuple[Problem, ...]:
    with pytest.raises(Refused) as refused:
        read_document(raw, what="contract")
    return refused.value.problems


def sentence(raw: bytes) -> str:
    (problem,) = refusal(raw)
    return f"{problem.field}: {problem.message}"


@pytest.fixture(params=["libyaml", "pure"], autouse=True)
def loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """PyYAML may have been built without libyaml; reading must not differ."""
    if request.param == "pure":
        monkeypatch.setattr(reading, "_LOADER", yaml.SafeLoader)


@pytest.mark.parametrize("word", ["on", "yes", "true", "12", "012", "1.50", "0x1F", "2026-02-10", "Null", "1:30"])
def test_a_scalar_is_the_text_that_was_written(word: str) -> None:
    assert read(f"a: {word}\nb: '{word}'\n") == {"a": word, "b": word}


def test_only_plain_null_tilde_and_nothing_are_none() -> None:
    text = "a: null\nb: ~\nc:\nd: 'null'\ne: \"~\"\nf: ''\n"
    assert read(text) == {"a": None, "b": None, "c": None, "d": "null", "e": "~", "f": ""}


def test_yaml_sections_and_lists_nest() -> None:
    assert read("a: [1, {b: c}]\n'on':\n  - x\n") == {"a": ["1", {"b": "c"}], "on": ["x"]}


def test_json_numbers_stay_text_and_words_stay_what_they_are() -> None:
    text = ' \n {"a": 12.50, "b": 3, "c": true, "d": null, "e": 1e400, "f": "on"}'
    assert read(text) == {"a": "12.50", "b": "3", "c": True, "d": None, "e": "1e400", "f": "on"}


def test_a_long_json_number_is_no_trouble() -> None:
    digits = "9" * 10_000
    assert read(f'{{"a": {digits}}}') == {"a": digits}


def test_a_byte_order_mark_is_tolerated() -> None:
    assert read_document(codecs.BOM_UTF8 + "a: ē".encode(), what="contract") == {"a": "ē"}
    assert read_document(codecs.BOM_UTF8 + b'{"a": "b"}', what="contract") == {"a": "b"}


def test_exactly_256_kib_are_read_and_a_byte_more_is_not() -> None:
    most = b"a: " + b"x" * (256 * 1024 - 3)
    assert len(read_document(most, what="contract")["a"]) == 256 * 1024 - 3
    assert sentence(most + b"x") == "contract: is larger than 256 KiB, the most that is read"


def test_ten_megabytes_are_refused_unread() -> None:
    assert "larger than 256 KiB" in sentence(b"a: [" + b"x, " * 3_500_000)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_utf_16_is_refused(encoding: str) -> None:
    assert sentence("name: Anna".encode(encoding)).endswith("save it as UTF-8")


def test_another_8_bit_encoding_is_refused_with_its_line() -> None:
    raw = "number: 1\nname: Bērziņa\n".encode("iso8859-13")
    assert sentence(raw) == "contract: is not UTF-8 text (line 2); save it as UTF-8"


@pytest.mark.parametrize("raw", [b"", b"  \n", b"# nothing\n", b"---\n", b"- a\n", b"word", b"[1, 2]", b'"x"'])
def test_the_top_level_must_hold_fields(raw: bytes) -> None:
    assert sentence(raw) in (
        "contract: is empty",
        "contract: must hold fields at its top level, each written as `name: value`",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: {c: 1, c: 2}\n", "b.c: stands twice in its section, again at line 2; keep one"),
        ("a: 1\na: 1\n", "a: stands twice in its section, again at line 2; keep one"),
        ("a: 1\nb: &x 2\n", "b: sets an anchor (&) at line 2; leave it out"),
        ("a: *x\n", "a: uses an alias (*) at line 1; write the value out"),
        ("a:\n  - !!int 3\n", "a[0]: carries a tag (!) at line 2; write the plain value"),
        ("a: !x {b: c}\n", "a: carries a tag (!) at line 1; write the plain value"),
        ("a: {<<: {b: c}}\n", "a: uses a merge key (<<) at line 1; write the fields out"),
        ("a: 1\n---\nb: 2\n", "contract: holds a second document from line 2; write one document a file"),
        ("? [a]\n: b\n", "contract: has something other than a word for a field name at line 1"),
    ],
)
def test_what_yaml_can_do_beyond_plain_values_is_refused_with_its_line(text: str, expected: str) -> None:
    assert sentence(text.encode()) == expected


def test_all_structural_faults_are_named_at_once() -> None:
    fields = [problem.field for problem in refusal(b"a: &x 1\nb: *x\nc: !!str d\na: 2\n")]
    assert fields == ["a", "b", "c", "a"]


@pytest.mark.parametrize("text", ["a: b: c", "a: [", "\tx: 1", "a: 'b", "a: @b", 'a: "\\q"'])
def test_broken_yaml_is_refused_with_a_line(text: str) -> None:
    assert re.search(r"is not well-formed YAML at line [12];", sentence(text.encode()))


@pytest.mark.parametrize("text", ['a: "\\0"', "a: \x07", 'a: "\\ud800"', 'a: "\\U00110000"', "a: \ufffe"])
def test_characters_that_are_no_text_are_refused_in_yaml(text: str) -> None:
    assert refusal(text.encode())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1, "a": 2}', "a: stands twice in its section; keep one"),
        ('{"b": {"a": 1, "a": 2}}', "b.a: stands twice in its section; keep one"),
        ('{"a": NaN}', "contract: holds NaN or Infinity, which are no JSON; write a number or null"),
        ('{"a": -Infinity}', "contract: holds NaN or Infinity, which are no JSON; write a number or null"),
        ('{"a": "\\ud800"}', "a: contains control characters; write plain text"),
        ('{"a": ["\\u0000"]}', "a[0]: contains control characters; write plain text"),
        ('{\n"a": 1,\n}', "contract: is read as JSON, as it begins with a brace, but line 3 is not JSON"),
    ],
)
def test_faulty_json_is_refused(text: str, expected: str) -> None:
    assert sentence(text.encode()) == expected


def test_twenty_levels_are_read_and_one_more_is_not() -> None:
    assert read('{"a": ' * 20 + "1" + "}" * 20)
    assert "more than 20 levels" in sentence(b'{"a": ' * 21 + b"1" + b"}" * 21)
    # The top level is one; nineteen lists may stand within it.
    assert read("a: " + "[" * 19 + "1" + "]" * 19)
    assert "more than 20 levels" in sentence(b"a: " + b"[" * 20 + b"1" + b"]" * 20)


BOMBS = {
    "laughs": b"a: &a [x, x]\n" + b"".join(b"b%d: &b%d [*a, *a]\n" % (i, i) for i in range(5_000)),
    "json depth": b'{"a":' * 40_000,
    "flow depth": b"a: " + b"[" * 250_000,
    "question marks": b"? " * 120_000,
    "anchors": b"&a " * 80_000,
    "dashes": b"- " * 120_000,
    "colons": b"a: " * 80_000,
    "quotes": b'a: "' + b"\\x41" * 60_000 + b'"',
    "tags": b"a: [" + b"!!str x, " * 25_000 + b"]",
    "one word": b"a" * 262_144,
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_a_bomb_is_done_with_quickly(bomb: bytes) -> None:
    started = time.process_time()
    read_or_refused = outcome(lambda: read_document(bomb, what="contract"))
    assert time.process_time() - started < 5
    assert not isinstance(read_or_refused, Refused) or 0 < len(read_or_refused.problems) <= 101
