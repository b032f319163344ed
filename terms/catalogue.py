"""The clause catalogue: what contracts, guidelines and privacy pages ask of the software, by clause id."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import yaml

from schemas.base import Frozen

SERVICES = ("it_support", "microsoft365", "hosting", "guidelines", "privacy")
"""One file of clauses each, in the order in which they are shown."""


class Clause(Frozen):
    """One clause: `title` fits a table, `does` says in our own words what the clause asks of the software."""

    id: str
    title: str
    does: str
    service: str


class UnknownClause(LookupError):
    """A clause id that the catalogue does not hold."""

    def __init__(self, clause_id: str) -> None:
        super().__init__(f"{clause_id!r} is not a clause of the catalogue; ids look like IT-40.1 or DPA-I.1.1")
        self.clause_id = clause_id


@cache
def catalogue() -> Mapping[str, Clause]:
    """Every clause by its id, in the order of `SERVICES` and of the texts. Fails if an id stands twice."""
    clauses: dict[str, Clause] = {}
    for service in SERVICES:
        text = files("terms").joinpath("clauses", f"{service}.yaml").read_text(encoding="utf-8")
        for entry in yaml.safe_load(text):
            read = Clause(**entry, service=service)
            if read.id in clauses:
                raise ValueError(f"{service}.yaml: the clause {read.id} stands twice in the catalogue")
            clauses[read.id] = read
    return MappingProxyType(clauses)


def clause(clause_id: str) -> Clause:
    """The clause of that exact id. Raises `UnknownClause`."""
    try:
        return catalogue()[clause_id]
    except KeyError:
        raise UnknownClause(clause_id) from None
