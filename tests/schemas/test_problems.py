"""Sentences about faults: named by field, saying what would be right, without what was entered."""

from __future__ import annotations

import pickle
from typing import Literal

import pytest
from pydantic import ValidationError

from schemas.base import Euro, Frozen
from schemas.problems import Problem, Refused, field_path, problems_of, validated


class Inner(Frozen):
    price: Euro
    kind: Literal["a", "b"] = "a"


class Outer(Frozen):
    inners: tuple[Inner, ...]
    inner: Inner | None = None


@pytest.mark.parametrize(
    ("location", "path"),
    [
        (("customer", "registration_number"), "customer.registration_number"),
        (("acts", 2, "at"), "acts[2].at"),
        ((), ""),
        (("customer", "anna@example.lv"), "customer.(not a field name)"),
        (("120385-11234",), "(not a field name)"),
        (("x" * 41,), "(not a field name)"),
        (("piezīme",), "piezīme"),
        (("marketplace", "AccountId"), "marketplace.AccountId"),
    ],
)
def test_a_field_is_named_by_its_path_in_the_file(location: tuple[str | int, ...], path: str) -> None:
    assert field_path(location) == path


def test_an_unknown_field_named_as_a_person_is_not_repeated() -> None:
    document = {"inners": [{"price": "1", "kind": "a", "prise": "2", "Kalniņš": "3"}]}
    with pytest.raises(Refused) as refused:
        validated(Outer, document)
    assert {problem.field for problem in refused.value.problems} == {"inners[0].prise", "inners[0].(not a field name)"}


def test_faults_deep_in_lists_name_what_is_known_there() -> None:
    document = {"inners": [{"price": "1"}, {"price": "x", "prise": "2", "kind": "c"}], "inner": "no"}
    with pytest.raises(Refused) as refused:
        validated(Outer, document)
    assert {problem.field: problem.message for problem in refused.value.problems} == {
        "inners[1].price": "must be an amount in EUR with at most two decimals, such as 12.50",
        "inners[1].prise": "is not known here; known are price, kind",
        "inners[1].kind": "must be 'a' or 'b'",
        "inner": "must be a section with fields; known are price, kind",
    }


def test_without_the_model_the_fields_are_named_all_the_same() -> None:
    with pytest.raises(ValidationError) as error:
        Outer.model_validate({"inners": [{"prise": "2"}]})
    assert problems_of(error.value) == (
        Problem(field="inners[0].price", message="is missing; it is required"),
        Problem(field="inners[0].prise", message="is not known here; check its spelling or remove it"),
    )


def test_a_refusal_reads_as_one_sentence_a_line_and_survives_pickling() -> None:
    refused = Refused((Problem(field="a", message="is missing"), Problem(field="b", message="must be x")))
    assert str(refused) == "a: is missing\nb: must be x"
    assert pickle.loads(pickle.dumps(refused)).problems == refused.problems


def test_a_refusal_is_bounded() -> None:
    with pytest.raises(Refused) as refused:
        validated(Outer, {"inners": [], **{f"x{i}": "1" for i in range(250)}})
    assert len(refused.value.problems) == 101
    assert refused.value.problems[-1].message == "has 150 more problems"


def test_a_validation_error_itself_carries_no_value() -> None:
    with pytest.raises(ValidationError) as error:
        Outer.model_validate({"inners": [{"price": "anna@example.lv"}]})
    assert "anna" not in str(error.value)
