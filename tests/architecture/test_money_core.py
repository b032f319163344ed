"""The money core takes what could be mistaken by name, and nothing in it changes once it is made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib import import_module
from inspect import getmembers, isclass
from types import ModuleType
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from schemas.charges import DateRange
from schemas.invoice import ChargeInputs
from tests.architecture.source import Function, functions

RULES = (
    "credits",
    "interest",
    "invoicing",
    "it_support",
    "liability",
    "licence_credits",
    "licence_lines",
    "licence_proof",
    "microsoft365",
    "pricing",
    "proof",
    "subscriptions",
    "visits",
)
MODELS = ("books", "charges", "content", "invoice", "it_support", "microsoft365", "proof", "service", "subscription")
CORE = [*(f"terms.{name}" for name in RULES), *(f"schemas.{name}" for name in MODELS)]
MUTABLE = (list, dict, set)
FEWEST_BY_NAME = 3


def by_position(function: Function) -> list[str]:
    return [each.arg for each in (*function.args.posonlyargs, *function.args.args) if each.arg not in ("self", "cls")]


def test_of_three_parameters_only_the_first_is_told_by_its_place() -> None:
    """Two amounts, or two days, that stand side by side are changed round too easily."""
    core = {f"terms/{name}.py" for name in RULES}
    wrong = [
        f"{module.at(one)} {one.name}"
        for module, one in functions()
        if module.name in core
        and len(by_position(one)) + len(one.args.kwonlyargs) >= FEWEST_BY_NAME
        and len(by_position(one)) > 1
    ]
    assert wrong == []


def own(module: ModuleType) -> Iterator[type[Any]]:
    for _, one in getmembers(module, isclass):
        if one.__module__ == module.__name__:
            yield one


@pytest.mark.parametrize("name", CORE)
def test_what_the_core_works_with_is_frozen(name: str) -> None:
    wrong = []
    for one in own(import_module(name)):
        if is_dataclass(one):
            settled = one.__dataclass_params__.frozen and all(each.kw_only for each in fields(one))  # type: ignore[attr-defined]
        elif issubclass(one, BaseModel):
            settled = one.model_config.get("frozen") is True
        else:
            continue
        if not settled:
            wrong.append(one.__name__)
    assert wrong == []


def holding(annotation: Any) -> Iterator[Any]:
    """An annotation and all that it is put together of."""
    yield getattr(annotation, "__origin__", annotation)
    for part in getattr(annotation, "__args__", ()):
        yield from holding(part)


@pytest.mark.parametrize("name", CORE)
def test_no_model_of_the_core_holds_what_changes(name: str) -> None:
    """A frozen model with a list in it is not frozen."""
    wrong = [
        f"{one.__name__}.{field}"
        for one in own(import_module(name))
        if issubclass(one, BaseModel)
        for field, described in one.model_fields.items()
        if any(each in MUTABLE for each in holding(described.annotation))
    ]
    assert wrong == []


def test_what_is_made_cannot_be_changed() -> None:
    day = DateRange.model_validate({"from": "2026-04-01", "to": "2026-04-30"})
    inputs = ChargeInputs(
        service="it_support", language="lv", period=day, service_from=day.from_, is_first=True, versions=()
    )
    with pytest.raises(ValidationError, match="frozen"):
        inputs.is_first = False  # type: ignore[misc]
    assert inputs.is_first
