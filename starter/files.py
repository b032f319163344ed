"""The files that a person names: contract and scenario, refused by file and field, and what is written for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from schemas.contract import SignedContract, parse_contract
from schemas.problems import Refused
from schemas.reading import MAXIMUM_BYTES, read_document
from schemas.scenario import Scenario, parse_scenario
from starter.failures import CommandFailed

Document = TypeVar("Document")


def read_contract(path: Path) -> SignedContract:
    """The contract in the file. Raises CommandFailed with one line a fault."""
    return _read(path, parse_contract)


def read_scenario(path: Path) -> Scenario:
    """The scenario in the file. Raises CommandFailed with one line a fault."""
    return _read(path, parse_scenario)


def contract_fields(path: Path) -> dict[str, Any]:
    """The contract's fields as they were written, for another door; refused here, each fault comes with its file."""
    return _read(path, lambda raw: _fields(raw, parse_contract, "contract"))


def scenario_fields(path: Path) -> dict[str, Any]:
    """The scenario's fields as they were written, likewise."""
    return _read(path, lambda raw: _fields(raw, parse_scenario, "scenario"))


def write_file(path: Path, content: bytes) -> None:
    """Raises CommandFailed."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CommandFailed(f"{path}: cannot be written ({error.strerror})") from None


def _fields(raw: bytes, parse: Callable[[bytes], object], what: str) -> dict[str, Any]:
    parse(raw)
    return read_document(raw, what=what)


def _read(path: Path, parse: Callable[[bytes], Document]) -> Document:
    try:
        with path.open("rb") as file:
            return parse(file.read(MAXIMUM_BYTES + 1))
    except OSError as error:
        raise CommandFailed(f"{path}: cannot be read ({error.strerror})") from error
    except Refused as refusal:
        raise CommandFailed(*(f"{path}: {problem.field}: {problem.message}" for problem in refusal.problems)) from None
