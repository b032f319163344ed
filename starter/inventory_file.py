"""Reads a CSV file of inventory records into acts; strict, and refused by row and field."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from schemas.act import Act
from schemas.base import Frozen
from schemas.inventory import ID_FIELDS, InventoryKind
from schemas.inventory_acts import AddUser, RecordEquipment, RecordLicence, RecordSystem
from schemas.personal import handed_in
from schemas.problems import MAXIMUM_PROBLEMS, Problem, Refused, problems_of

MAXIMUM_BYTES: Final = 4 * 1024 * 1024
MAXIMUM_ROWS: Final = 10_000
SEPARATORS: Final = (",", ";")
LIST_SEPARATOR: Final = "|"

ACT_OF: Final[Mapping[InventoryKind, type[Act]]] = {
    "users": AddUser,
    "equipment": RecordEquipment,
    "licences": RecordLicence,
    "systems": RecordSystem,
}
"""What a row of each kind does."""
ASSIGNED: Final = ("assigned_user", "assigned_workstation")
LISTS: Final = frozenset({"network_diagrams", "photos"})
"""Columns whose cells hold several values."""


class Row(Frozen):
    """One row as an act's fields; `number` counts as spreadsheets do, the header being row 1."""

    number: int
    fields: dict[str, Any]

    def references(self) -> Iterator[tuple[str, str]]:
        """The fields by which the row names other records, with the ids they hold."""
        yield from ((name, self.fields[name]) for name in ASSIGNED if name in self.fields)


def read_rows(raw: bytes, kind: InventoryKind) -> list[Row]:
    """Every row, each checked as its act would be. Raises Refused with the row and field of each fault."""
    text = _decoded(raw)
    model = ACT_OF[kind]
    records = _records(text, tuple(model.model_fields))
    rows: list[Row] = []
    problems: list[Problem] = []
    numbers: dict[str, int] = {}
    for number, cells in records:
        row, faults = _row(number, cells, model)
        rows.append(row)
        problems += faults
        own_id = row.fields.get(ID_FIELDS[kind])
        if own_id is not None and numbers.setdefault(own_id, number) != number:
            message = f"has the id of row {numbers[own_id]}; each record has its own"
            problems.append(Problem(field=f"row {number}: {ID_FIELDS[kind]}", message=message))
        if len(rows) > MAXIMUM_ROWS:
            raise _refusal("file", f"has more than {MAXIMUM_ROWS} rows; bring them in by several files")
        if len(problems) >= MAXIMUM_PROBLEMS:
            break
    if problems:
        raise Refused(tuple(problems[:MAXIMUM_PROBLEMS]))
    return rows


def _refusal(field: str, message: str) -> Refused:
    return Refused((Problem(field=field, message=message),))


def _decoded(raw: bytes) -> str:
    if len(raw) > MAXIMUM_BYTES:
        raise _refusal("file", f"is larger than {MAXIMUM_BYTES // 1024 // 1024} MiB, the most that is read")
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\x00" in raw:
        raise _refusal("file", "is not UTF-8 text but looks like UTF-16 or a binary file; save it as CSV in UTF-8")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refusal("file", f"is not UTF-8 text (line {line}); save it as CSV in UTF-8") from None


def _records(text: str, fields: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows below the header with their numbers; a row of empty cells is none."""
    separator = _separator(text, fields)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    header: list[str] = []
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if number == 1:
                header = cells
            elif any(cells):
                if len(cells) != len(header):
                    raise _refusal(f"row {number}", f"has {len(cells)} cells where the header has {len(header)}")
                yield number, dict(zip(header, cells, strict=True))
    except csv.Error:
        raise _refusal(f"row {number + 1}", "is not well-formed CSV; check its quotes") from None


def _separator(text: str, fields: Sequence[str]) -> str:
    """The one by which the header names exactly the fields, in any order."""
    first_line = text.partition("\n")[0].rstrip("\r")
    for separator in SEPARATORS:
        named = next(csv.reader([first_line], delimiter=separator), [])
        if sorted(named) == sorted(fields):
            return separator
    raise _refusal("row 1", f"must name exactly these fields, separated by commas or semicolons: {', '.join(fields)}")


def _row(number: int, cells: Mapping[str, str], model: type[Act]) -> tuple[Row, list[Problem]]:
    given = {name: cell for name, cell in cells.items() if cell}
    fields: dict[str, Any] = {
        name: [each.strip() for each in cell.split(LIST_SEPARATOR)] if name in LISTS else cell
        for name, cell in given.items()
    }
    try:
        model.model_validate(handed_in(model, fields))
    except ValidationError as error:
        faults = [
            Problem(
                field=f"row {number}" if each.field == "document" else f"row {number}: {each.field}",
                message=each.message,
            )
            for each in problems_of(error, model)
        ]
        return Row(number=number, fields=fields), faults
    return Row(number=number, fields=fields), []
