"""Personal data is opened for what the contract asks for, and for nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from importlib import import_module

import pytest

from schemas.mail import MailKind
from terms.catalogue import catalogue
from terms.purposes import BESIDE_LETTERS, PURPOSES, NoPurpose, require_purpose
from tests.architecture.source import ROOT, within

MAY_OPEN = {
    "activities/post/openings.py",  # told by whoever opens with it, for one of the purposes
    "sealing/sealer.py",  # compares a value with itself, and shows it to nobody
    "starter/statements.py",  # who paid, while a person says for what
    "starter/vault.py",  # credentials, for the purpose that their grant names
    "starter/envelope.py",  # the address of an invoice that goes by post
    "starter/http/parts.py",  # hands it to the two before
    "starter/http/invoices.py",
}


@pytest.mark.clause("DPA-II.1.1")
def test_every_purpose_beside_letters_rests_on_clauses_that_there_are() -> None:
    assert all(BESIDE_LETTERS.values())
    assert [each for clauses in BESIDE_LETTERS.values() for each in clauses if each not in catalogue()] == []


@pytest.mark.clause("DPA-II.1.1")
def test_what_is_opened_in_the_code_is_opened_for_a_purpose_and_no_purpose_waits_for_a_use() -> None:
    """Each opening names its purpose where the trail is told; letters name their kind as it comes."""
    named = dict(purposes_told())
    kinds = {place for place, purpose in named.items() if purpose is None}
    assert {place.partition(":")[0] for place in kinds} == {"activities/post/office.py"}
    told = {purpose for purpose in named.values() if purpose is not None}
    assert told == PURPOSES - {*MailKind}
    assert {*MailKind} <= PURPOSES


def purposes_told() -> Iterator[tuple[str, str | None]]:
    """Where the code tells the trail of an opening, and what for; None where a variable says it."""
    for module, node in within("activities", "runtime", "starter"):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("audit.opened"):
            names = vars(import_module(module.name.removesuffix(".py").replace("/", ".")))
            yield module.at(node), constant(names, node.args[3])


def constant(names: Mapping[str, object], expression: ast.expr) -> str | None:
    """What an expression says that holds no variable of a function."""
    try:
        return str(eval(ast.unparse(expression), dict(names)))
    except NameError:
        return None


@pytest.mark.clause("DPA-II.1.1", "GUIDE-4.6")
@pytest.mark.parametrize("purpose", ["marketing", "statistics", "training", "credit_check", ""])
def test_for_anything_else_there_is_no_word(purpose: str) -> None:
    with pytest.raises(NoPurpose, match=r"DPA-II\.1\.1"):
        require_purpose(purpose)


@pytest.mark.clause("DPA-II.1.1")
def test_sealed_values_are_opened_where_the_trail_is_told_what_for_and_nowhere_else() -> None:
    opening = ("sealer.open", "self.open(", "open_token(", ".open_token")
    folders = ("schemas", "terms", "sealing", "workflows", "activities", "runtime", "starter")
    found = {
        file.relative_to(ROOT).as_posix()
        for folder in folders
        for file in (ROOT / folder).rglob("*.py")
        if any(word in file.read_text(encoding="utf-8") for word in opening)
    }
    assert found == MAY_OPEN
