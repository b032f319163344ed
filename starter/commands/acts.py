"""A staff member's act on a running contract, and what the acts are."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import typer
from pydantic.fields import FieldInfo
from rich.console import Console

from schemas.act import fields_of as fields_of_act
from schemas.acts import ACTS, Act
from schemas.reading import MAXIMUM_BYTES
from schemas.state import ActOutcome
from schemas.timeline import TimelineEvent
from starter.http_client import Reach, StackClient
from starter.printing import console, print_events, table

ACT_ID_HEADER = "Idempotency-Key"
STANDARD_INPUT = "-"


def act(number: str, name: str, fields: dict[str, Any], act_id: str | None, reach: Reach) -> None:
    """Do the act and print what it changed. Raises CommandFailed with the reason of a refusal."""
    with StackClient(reach) as stack:
        headers = {ACT_ID_HEADER: act_id} if act_id else {}
        answer = stack.post("contracts", number, "acts", name, document=fields, headers=headers)
    outcome = ActOutcome.model_validate(answer)
    out = console()
    events = [
        TimelineEvent(at=outcome.at, event=each["event"], clauses=(), by="staff", data=each["data"])
        for each in outcome.events
    ]
    if events:
        print_events(events, out)
    else:
        out.print(f"{outcome.act} done at {outcome.at:%Y-%m-%d %H:%M}; nothing on the timeline yet")


def fields_of(pairs: Sequence[str], as_json: str | None) -> dict[str, Any]:
    """The act's fields: the JSON object, and KEY=VALUE pairs on top, dotted keys inside of it.

    Values are text; each field says itself what it takes. Raises typer.BadParameter.
    """
    fields = _object(as_json)
    for pair in pairs:
        key, equals, value = pair.partition("=")
        path = key.split(".")
        if not equals or not all(path):
            raise typer.BadParameter("write each field as KEY=VALUE, such as users=12", param_hint="KEY=VALUE")
        section = fields
        for name in path[:-1]:
            section = section.setdefault(name, {})
            if not isinstance(section, dict):
                raise typer.BadParameter(f"{key}: {name} is a value already, no section", param_hint="KEY=VALUE")
        if path[-1] in section:
            raise typer.BadParameter(f"{key} is given twice", param_hint="KEY=VALUE")
        section[path[-1]] = value
    return fields


def _object(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    if text == STANDARD_INPUT:
        # What is secret stands neither on a command line nor in a shell's history.
        text = sys.stdin.read(MAXIMUM_BYTES)
    try:
        # A number stays as it was written: binary floating point has no place in an amount.
        fields = json.loads(text, parse_float=str)
    except (ValueError, RecursionError):
        raise typer.BadParameter("this is not JSON", param_hint="--json") from None
    if not isinstance(fields, dict):
        raise typer.BadParameter("write an object with the act's fields", param_hint="--json")
    return fields


def print_acts(words: Sequence[str]) -> None:
    """All acts with their fields; the one among `words` in detail."""
    out = console()
    asked = [ACTS[word] for word in words if word in ACTS]
    if asked:
        _print_act(asked[0], out)
        return
    rows = [
        (name, " ".join(_written(field, info) for field, info in fields_of_act(model).items()), _said(model))
        for name, model in sorted(ACTS.items())
    ]
    out.print(table(("Act", "Fields", "What it is"), rows))
    out.print("\n`ligums act CONTRACT ACT --help` tells of one act's fields; those in brackets may be left out.\n")


def _clauses(model: type[Act]) -> str:
    """Of each service that has the act."""
    return "; ".join(", ".join(clauses) for clauses in model.clauses_by_service.values())


def _print_act(model: type[Act], out: Console) -> None:
    out.print(f"{model.act_name} ({_clauses(model)}): {_said(model)}\n")
    rows = [(_written(name, info), info.description or "") for name, info in fields_of_act(model).items()]
    if rows:
        out.print(table(("Field", "What is right"), rows))
    else:
        out.print("It has no fields.")
    out.print()


def _written(name: str, info: FieldInfo) -> str:
    return name if info.is_required() else f"[{name}]"


def _said(model: type[Act]) -> str:
    return " ".join((model.__doc__ or "").split())
