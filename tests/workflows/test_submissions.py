"""Whatever is sent to an act, by whatever tool, is an act or a refusal, never another exception."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from temporalio.api.common.v1 import Payload
from temporalio.common import RawValue

from runtime.converter import plain_converter
from schemas.acts import ACTS, Act
from schemas.ledger import ActTaken, Entry
from schemas.problems import MOST_REASONS
from tests.workflows.examples import ACCEPTED_AT
from tests.workflows.examples import ACTS as EXAMPLES
from workflows.refusal import ActRefused
from workflows.submissions import Submission, read_act, read_payloads

JSON = b"json/plain"


def raw(data: bytes, encoding: bytes | None = JSON) -> RawValue:
    return RawValue(Payload(metadata={} if encoding is None else {"encoding": encoding}, data=data))


def _service(act: str) -> str:
    """The first that has the act; no matter which for a name that is none's."""
    return next(iter(ACTS[act].clauses_by_service)) if act in ACTS else "it_support"


def outcome(*payloads: Any, act: str = "record_payment") -> Act | ActRefused:
    """What becomes of the payloads. Whatever they hold, the ledger's activity can be asked to record it."""
    sent = read_payloads(payloads)
    taken = ActTaken(act_id="1", act=act, payload=sent.fields, outcome={})
    entry = Entry(key="IT-1/act/1", contract="IT-1", at=ACCEPTED_AT, changes=(taken,))
    written = plain_converter.payload_converter.to_payload(entry).data
    assert rb"\u0000" not in written  # jsonb takes no NUL.
    try:
        return read_act(Submission(act=act, act_id="1", payload=sent.fields, fault=sent.fault), _service(act))
    except ActRefused as error:
        refused = error
    assert 0 < len(refused.reason) < 10_000  # Refusals are carried from run to run.
    return refused


def refusal(*payloads: Any, act: str = "record_payment") -> str:
    refused = outcome(*payloads, act=act)
    assert isinstance(refused, ActRefused)
    assert refused.clauses == ACTS[act].clauses(_service(act))
    return refused.reason


@pytest.mark.parametrize("act", sorted(ACTS))
def test_the_example_of_every_act_comes_in(act: str) -> None:
    sent = raw(json.dumps(EXAMPLES[act]).encode())
    assert outcome(sent, act=act) == ACTS[act].model_validate(EXAMPLES[act])


@pytest.mark.parametrize("payloads", [(), (raw(b"null"),), (raw(b"", b"binary/null"),), (raw(b" {} "),)])
def test_nothing_at_all_is_an_act_without_fields(payloads: tuple[RawValue, ...]) -> None:
    assert outcome(*payloads, act="confirm_handover") == ACTS["confirm_handover"]()
    assert "amount: is missing" in refusal(*payloads)


@pytest.mark.parametrize(
    ("payloads", "reason"),
    [
        ((raw(b"{}"), raw(b"{}")), "one JSON object is expected, 2 payloads came"),
        ((raw(b"{}"),) * 40, "40 payloads"),
        (({"amount": "1.00"},), "JSON object"),
        ((None,), "JSON object"),
        ((raw(b"\x00\xff", b"binary/plain"),), "encoded otherwise"),
        ((raw(b"\x0a\x01a", b"binary/protobuf"),), "encoded otherwise"),
        ((raw(b"{}", b"json/protobuf"),), "encoded otherwise"),
        ((raw(b"{}", b"binary/encrypted"),), "encoded otherwise"),
        ((raw(b"{}", b"\xff\xfe"),), "encoded otherwise"),
        ((raw(b"{}", None),), "encoded otherwise"),
        ((raw(b""),), "JSON object"),
        ((raw(b"[]"),), "JSON object"),
        ((raw(b'"amount"'),), "JSON object"),
        ((raw(b"12.50"),), "JSON object"),
        ((raw(b"true"),), "JSON object"),
        ((raw(b"amount: 12.50"),), "JSON object"),
        ((raw(b"{'amount': 1}"),), "not JSON"),
        ((raw(b'{"amount": "1.00"'),), "not JSON"),
        ((raw(b'{"amount": NaN}'),), "NaN"),
        ((raw(b'{"amount": -Infinity}'),), "NaN"),
        ((raw(b'{"amount": "1.00", "amount": "2.00"}'),), "stands twice"),
        ((raw(b'{"reference": "a\\u0000b"}'),), "control characters"),
        ((raw(b'{"a\\u0000b": 1}'),), "control characters"),
        ((raw(b'{"reference": "\\ud800"}'),), "control characters"),
        ((raw(b'{"reference": "\xff"}'),), "UTF-8"),
        ((raw('{"amount": "1.00"}'.encode("utf-16")),), "JSON object"),
        ((raw(b'{"a":' * 30 + b"1" + b"}" * 30),), "nested"),
        ((raw(b'{"a":' * 100_000),), "larger"),
        ((raw(b'{"a":' * 20_000),), "nested"),
        ((raw(b'{"a": ' + b"[" * 50_000 + b"]" * 50_000 + b"}"),), "nested"),
        ((raw(b'{"reference": "' + b"x" * 300_000 + b'"}'),), "larger"),
        ((raw(b'{"amount": ' + b"9" * 5_000 + b"}"),), "amount: must be"),
        ((raw(b'{"amount": 1e999999}'),), "amount: must be"),
        ((raw(b'{"amount": [1]}'),), "amount: must be"),
        ((raw(b'{"amount": {"a": 1}}'),), "amount: must be"),
        ((raw(b'{"amount": true}'),), "amount: must be"),
        ((raw(b'{"paid_on": 20260415}'),), "paid_on: must be"),
    ],
)
def test_what_is_no_act_is_refused_with_its_reason(payloads: tuple[Any, ...], reason: str) -> None:
    assert reason in refusal(*payloads)


def test_an_amount_written_as_a_number_is_read_exactly() -> None:
    act = outcome(raw(b'{"amount": 0.29, "paid_on": "2026-04-15"}'))
    assert isinstance(act, Act)
    assert act.model_dump(mode="json")["amount"] == "0.29"


def test_a_thousand_faults_make_a_short_reason() -> None:
    letters = "abcdefghij"
    fields = {f"{a}{b}{c}": 1 for a in letters for b in letters for c in letters}
    assert len(fields) == 1_000
    reason = refusal(raw(json.dumps(fields).encode()))
    assert reason.count("is not known here") <= MOST_REASONS
    assert "more" in reason


def test_a_refusal_repeats_nothing_that_was_entered() -> None:
    names = {"Anna Bērziņa": 1, "Bērziņa": 1, "Anna": 1, "bērziņa": 1}
    reason = refusal(raw(json.dumps({"amount": "Anna", **names, "paid_on": "anna@example.lv"}).encode()))
    assert not any(name in reason for name in (*names, "anna"))
    assert "unknown_field: is not known here" in reason


def test_an_unknown_act_is_refused_too() -> None:
    refused = outcome(raw(b"{}"), act="dance")
    assert isinstance(refused, ActRefused)
    assert refused.reason == "there is no such act"


ENCODINGS = st.sampled_from([JSON, b"binary/null", b"binary/plain", b"json/protobuf"]) | st.binary(max_size=20)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=20), inner, max_size=4),
    max_leaves=12,
)


@given(st.sampled_from(sorted(ACTS)), st.lists(st.builds(raw, st.binary(), ENCODINGS), max_size=3))
@example("suspend", [raw(b"\xef\xbb\xbf{}")])
def test_any_bytes_are_an_act_or_a_refusal(act: str, payloads: list[RawValue]) -> None:
    outcome(*payloads, act=act)


@st.composite
def spoiled(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """An act's example with some of its fields replaced, removed or added."""
    act = draw(st.sampled_from(sorted(ACTS)))
    names = st.sampled_from(sorted(ACTS[act].model_fields) or ["note"]) | st.text(max_size=30)
    fields = EXAMPLES[act] | draw(st.dictionaries(names, TREES, max_size=3))
    for name in draw(st.sets(st.sampled_from(sorted(fields) or ["note"]), max_size=2)):
        fields.pop(name, None)
    return act, fields


@given(spoiled())
def test_any_fields_are_an_act_or_a_refusal(case: tuple[str, dict[str, Any]]) -> None:
    act, fields = case
    outcome(raw(json.dumps(fields).encode()), act=act)
