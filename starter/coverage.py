"""Which code honours a clause and which tests show it: read from the checkout's source, nothing is imported.

Code honours a clause when it names the clause's id in a string or docstring, or the point of a service's `POINTS` that
is this clause (schemas/points.py); a test shows it when it carries
`@pytest.mark.clause`. A name is evidence that somebody answers for the clause, not proof that it is met.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from schemas.base import Frozen
from terms.catalogue import SERVICES, Clause, catalogue

CODE_FOLDERS = ("schemas", "terms", "workflows", "activities", "runtime", "starter")
TESTS_FOLDER = "tests"
NO_EVIDENCE = frozenset({"terms/catalogue.py", "starter/coverage.py"})
"""The catalogue and its reader name clauses without honouring them."""

CLAUSE_ID = re.compile(
    r"(?<![\w-])(?<!\w\.)"
    r"(?:IT-(?:\d|[PA]\d|T\.)|M365-(?:\d|T\.)|(?:HOST|GUIDE|PRIV)-\d|DPA-[IVX]+\.)"
    r"\w*(?:\.\w+)*"
    r"(?![\w-])",
    re.ASCII,
)
"""A whole clause id. A contract number such as IT-2026-000123 is none: an id ends before a further dash."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Scope = ast.Module | ast.ClassDef | Function


class ClauseCoverage(Frozen):
    """A clause, the code that names it (`path:qualified.name`) and the tests that show it (`path::name`)."""

    clause: Clause
    honoured_by: tuple[str, ...]
    shown_by: tuple[str, ...]


class UnknownClauseUse(Frozen):
    """A place that names a clause the catalogue does not hold, or that cannot be read without running it."""

    path: str
    line: int
    id: str


class NoCheckout(LookupError):
    """The source is not there: the product was installed without its checkout."""

    def __init__(self, root: Path, missing: str) -> None:
        super().__init__(
            f"{root} has no folder {missing!r}: which code and tests stand behind a clause "
            "can only be read from a checkout of the source, not from an installed package"
        )


class _Use(NamedTuple):
    id: str
    place: str
    path: str
    line: int


def checkout_root() -> Path:
    """The folder this module was loaded from; a checkout if the product was installed in place."""
    return Path(__file__).resolve().parent.parent


def coverage(root: Path) -> list[ClauseCoverage]:
    """Every clause of the catalogue, in its order. Raises `NoCheckout`, or `SyntaxError` naming the file."""
    honoured, shown = _places(_code_uses(root)), _places(_test_uses(root))
    return [
        ClauseCoverage(
            clause=clause,
            honoured_by=tuple(honoured.get(clause.id, ())),
            shown_by=tuple(shown.get(clause.id, ())),
        )
        for clause in catalogue().values()
    ]


def unknown_clause_uses(root: Path) -> list[UnknownClauseUse]:
    """Every use of a clause id in code or in a test's mark that the catalogue does not hold."""
    uses = {(use.path, use.line, use.id) for use in (*_code_uses(root), *_test_uses(root)) if use.id not in catalogue()}
    return [UnknownClauseUse(path=path, line=line, id=clause_id) for path, line, clause_id in sorted(uses)]


def clause_ids(text: str) -> list[str]:
    """The clause ids in `text`, known or not, as whole tokens: IT-40.1 is not found inside IT-40.12."""
    return CLAUSE_ID.findall(text)


def render(rows: Sequence[ClauseCoverage], as_json: bool, console: Console | None = None) -> None:
    """Print `rows`: as one JSON object a line, or as a table that ends with counts."""
    console = console or Console()
    if as_json:
        for row in rows:
            print(json.dumps(_as_record(row), ensure_ascii=False), file=console.file)
        return
    table = Table("Clause", "Title", "Code", "Tests")
    for column in table.columns:
        column.overflow = "fold"
    for row in rows:
        table.add_row(row.clause.id, row.clause.title, "\n".join(row.honoured_by), "\n".join(row.shown_by))
    console.print(table)
    for service in SERVICES:
        console.print(_count(service, [row for row in rows if row.clause.service == service]))
    console.print(_count("all", rows))


def _as_record(row: ClauseCoverage) -> dict[str, object]:
    places = {"honoured_by": row.honoured_by, "shown_by": row.shown_by}
    return {**row.clause.model_dump(), **places}


def _count(name: str, rows: Sequence[ClauseCoverage]) -> str:
    honoured = sum(bool(row.honoured_by) for row in rows)
    shown = sum(bool(row.shown_by) for row in rows)
    both = sum(bool(row.honoured_by and row.shown_by) for row in rows)
    return f"{name}: {len(rows)} clauses, {honoured} named by code, {shown} shown by tests, {both} both"


def _places(uses: Iterator[_Use]) -> dict[str, list[str]]:
    places: dict[str, list[str]] = {}
    for use in uses:
        found = places.setdefault(use.id, [])
        if use.place not in found:
            found.append(use.place)
    return places


def _parsed(root: Path, folder: str, pattern: str, word: str = "") -> Iterator[tuple[str, ast.Module]]:
    """The folder's files that hold the word anywhere."""
    if not (root / folder).is_dir():
        raise NoCheckout(root, folder)
    for file in sorted((root / folder).rglob(pattern)):
        path = file.relative_to(root).as_posix()
        text = file.read_text(encoding="utf-8")
        if path not in NO_EVIDENCE and word in text:
            yield path, ast.parse(text, filename=path)


def _code_uses(root: Path) -> Iterator[_Use]:
    points = _points(root)
    for folder in CODE_FOLDERS:
        for path, module in _parsed(root, folder, "*.py"):
            yield from _named_in(module, path, (), points)


def _points(root: Path) -> dict[str, list[str]]:
    """Point -> the clauses that it is in the services' `POINTS`."""
    found: dict[str, list[str]] = {}
    for _, module in _parsed(root, "terms", "*.py", "Points"):
        for node in ast.walk(module):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "Points":
                for keyword in node.keywords:
                    ids = CLAUSE_ID.findall(ast.unparse(keyword.value))
                    found.setdefault(keyword.arg or "", []).extend(ids)
    return found


def _named_in(node: ast.AST, path: str, names: tuple[str, ...], points: Mapping[str, Sequence[str]]) -> Iterator[_Use]:
    """Uses in the strings and points under `node`; a class's arguments and a function's decorators are its own."""
    place = f"{path}:{'.'.join(names)}" if names else path
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef | Function):
            yield from _named_in(child, path, (*names, child.name), points)
        elif isinstance(child, ast.Constant) and isinstance(child.value, str):
            for match in CLAUSE_ID.finditer(child.value):
                line = child.lineno + child.value.count("\n", 0, match.start())
                yield _Use(match.group(), place, path, line)
        elif isinstance(child, ast.Attribute) and _is_points(child.value):
            for clause_id in points.get(child.attr, ()):
                yield _Use(clause_id, place, path, child.lineno)
        else:
            yield from _named_in(child, path, names, points)


def _is_points(value: ast.expr) -> bool:
    """Whether this is a service's table of points: `points`, `self.points` or `POINTS[...]`."""
    table = value.value if isinstance(value, ast.Subscript) else value
    match table:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in ("points", "POINTS")
    return False


def _test_uses(root: Path) -> Iterator[_Use]:
    for path, module in _parsed(root, TESTS_FOLDER, "test_*.py", "clause"):
        yield from _shown_in(module, path, path, [])


def _shown_in(scope: Scope, path: str, node_id: str, inherited: list[ast.expr]) -> Iterator[_Use]:
    """Uses by the marks of `scope` and of the scopes around it, one for each test they reach."""
    marks = [*inherited, *_clause_arguments(scope)]
    if isinstance(scope, Function):
        for argument in marks:
            yield _Use(_written_id(argument), node_id, path, argument.lineno)
        return
    for child in scope.body:
        if isinstance(child, ast.ClassDef) or (isinstance(child, Function) and child.name.startswith("test")):
            yield from _shown_in(child, path, f"{node_id}::{child.name}", marks)


def _clause_arguments(scope: Scope) -> Iterator[ast.expr]:
    """The arguments of every `pytest.mark.clause(...)` in the scope's decorators and its `pytestmark`."""
    for marked in (*getattr(scope, "decorator_list", ()), *_pytestmarks(scope)):
        for node in ast.walk(marked):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("pytest.mark.clause", "mark.clause"):
                yield from node.args


def _pytestmarks(scope: Scope) -> Iterator[ast.expr]:
    for statement in scope.body:
        if isinstance(statement, ast.Assign):
            names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
            if "pytestmark" in names:
                yield statement.value


def _written_id(argument: ast.expr) -> str:
    """The id written in a mark; an expression is given as it stands, and so is reported as unknown."""
    if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
        return argument.value
    return ast.unparse(argument)
