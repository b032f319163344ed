"""Whatever bytes come in: a contract, or a refusal, and nothing else."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from schemas.contract import SignedContract, fingerprint, parse_contract
from schemas.fields import (
    Bic,
    BusinessInstant,
    EmailAddress,
    Iban,
    PhoneNumber,
    SignedInstant,
    VatNumber,
    WebAddress,
)
from schemas.problems import Refused
from schemas.reading import read_document
from schemas.scenario import Scenario, parse_scenario
from tests.schemas.documents import as_json, contract, outcome

BRIEF = settings(max_examples=150, deadline=None)

SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=12,
)
YAML_LIKE = st.text(alphabet="ab01 \n\t:-?,[]{}#&*!|>'\"%@`<~.\\xu", max_size=200)


def paths(document: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for name, value in document.items():
        found.append((*above, name))
        if isinstance(value, dict):
            found += paths(value, (*above, name))
    return found


def accepted_or_refused(raw: bytes) -> None:
    signed = outcome(lambda: parse_contract(raw))
    if isinstance(signed, Refused):
        assert 0 < len(signed.problems) <= 101
        assert all(problem.field and problem.message for problem in signed.problems)
    else:
        assert SignedContract.model_validate_json(signed.model_dump_json()) == signed
        assert len(fingerprint(signed)) == 64


@BRIEF
@given(st.binary(max_size=400) | YAML_LIKE.map(str.encode))
@example(b"\xff\xfe{\x00}\x00")
@example(b"? {a: b}\n: - c\n")
@example(b"{" * 300)
def test_any_bytes(raw: bytes) -> None:
    document = outcome(lambda: read_document(raw, what="contract"))
    if isinstance(document, Refused):
        assert document.problems
    else:
        assert isinstance(document, dict)
        json.dumps(document, ensure_ascii=False).encode()
    accepted_or_refused(raw)


@BRIEF
@given(st.sampled_from(paths(contract())), TREES)
def test_anything_in_the_place_of_a_field(path: tuple[str, ...], value: Any) -> None:
    document = contract()
    section = document
    for step in path[:-1]:
        section = section[step]
    section[path[-1]] = value
    accepted_or_refused(json.dumps(document).encode())


@BRIEF
@given(st.integers(0, 700), st.binary(max_size=6), st.integers(0, 8))
def test_a_good_file_with_a_few_bytes_changed(position: int, inserted: bytes, removed: int) -> None:
    raw = as_json(contract())
    accepted_or_refused(raw[:position] + inserted + raw[position + removed :])


@BRIEF
@given(st.dictionaries(st.sampled_from(["payer", "acts", "x"]), TREES))
def test_any_scenario(document: dict[str, Any]) -> None:
    scenario = outcome(lambda: parse_scenario(json.dumps(document).encode()))
    assert isinstance(scenario, Scenario) or scenario.problems


NUMBER_LIKE = st.from_regex(r"[A-Z]{2}[0-9A-Z+* ]{2,30}", fullmatch=True)
PHONE_LIKE = st.from_regex(r"\+[0-9][0-9 ()-]{5,24}", fullmatch=True)
EMAIL_LIKE = st.text(alphabet="ab.-_+\"'@ []:ā1", max_size=60)
TIME_LIKE = st.from_regex(r"[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-9]{2}:[0-9]{2}([+-][0-9]{2}:[0-9]{2})?", fullmatch=True)


@BRIEF
@given(
    st.sampled_from([VatNumber, Iban, Bic, PhoneNumber, EmailAddress, WebAddress, SignedInstant, BusinessInstant]),
    NUMBER_LIKE | PHONE_LIKE | EMAIL_LIKE | TIME_LIKE | EMAIL_LIKE.map(lambda text: f"https://{text}"),
)
def test_what_looks_like_a_number_of_others_breaks_no_library(kind: Any, written: str) -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    try:
        read = adapter.validate_python(written)
    except ValidationError:
        return
    assert adapter.validate_python(read) == read
