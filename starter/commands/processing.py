"""What is done with a contract's personal data, on the command line."""

from __future__ import annotations

from schemas.processing import ControllerAct, Operation, ProcessingRecord
from starter.commands.contracts import print_json
from starter.http_client import Reach, StackClient
from starter.printing import console, table


def record(number: str, reach: Reach, *, as_json: bool, silenced: bool = False) -> None:
    """The record of processing. Raises CommandFailed."""
    with StackClient(reach) as stack:
        answer = stack.get("contracts", number, "processing", query=_asked(silenced))
    if as_json:
        print_json(answer)
        return
    found = ProcessingRecord.model_validate(answer)
    officer = found.data_protection_officer
    out = console()
    _warn(silenced)
    for name, party in (("Controller", found.controller), ("Processor", found.processor)):
        out.print(f"{name}: {party.name}, {party.registration_number}, {party.address}", soft_wrap=True)
    out.print(f"Data protection officer: {officer.phone}, {officer.email}")
    out.print(f"Region: {found.region or 'not said'}")
    partners = ", ".join(f"{each.name} ({each.country})" for each in found.sub_processors)
    out.print(f"Sub-processors: {partners or 'none'}", soft_wrap=True)
    for each in found.recipients:
        out.print(f"Recipient: {each.recipient}, {', '.join(each.data)}, since {each.since}")
    kept = [(each.category, each.purpose, each.basis, each.period or "-", each.starts) for each in found.categories]
    out.print(table(("Category", "Purpose", "Basis", "Period", "Starts"), kept))
    for measure in found.security_measures:
        out.print(f"- {measure}", soft_wrap=True)
    acts = [
        (f"{each.at:%Y-%m-%d %H:%M}", _marked(each.act, each), _told(each.told), each.words or "erased")
        for each in found.acts
    ]
    out.print(table(("At", "Act", "Told", "Words"), acts))
    if found.older_acts:
        out.print(f"{found.older_acts} older ones are left out")


def operations(number: str, reach: Reach, *, as_json: bool, silenced: bool = False) -> None:
    """What was done with the data, oldest first. Raises CommandFailed."""
    with StackClient(reach) as stack:
        path = ("contracts", number, "processing", "operations")
        found = stack.whole(*path, after=lambda rows: str(rows[-1]["seq"]), query=_asked(silenced))
    if as_json:
        for row in found:
            print_json(row)
        return
    _warn(silenced)
    listed = [Operation.model_validate(row) for row in found]
    rows = [
        (
            f"{each.at:%Y-%m-%d %H:%M}",
            each.actor,
            _marked(each.action, each),
            each.subject,
            each.purpose,
            ", ".join(each.clauses),
        )
        for each in listed
    ]
    console().print(table(("At", "Actor", "Action", "Subject", "Purpose", "Clauses"), rows))


def _asked(silenced: bool) -> dict[str, str]:
    return {"silenced": "true"} if silenced else {}


def _warn(silenced: bool) -> None:
    if silenced:
        console().print("An authority's copy, not for the controller: what is marked * the law forbids to tell it.")


def _marked(what: str, of: ControllerAct | Operation) -> str:
    return f"{what} *" if of.silenced else what


def _told(told: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in told.items())
