"""Signing, showing and listing contracts of a running stack."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.console import Console

from schemas.state import ShownContract
from schemas.timeline import TimelineEvent
from starter.files import contract_fields, scenario_fields
from starter.http_client import Reach, StackClient, by_count
from starter.printing import console, print_events, table


def sign(file: Path, scenario: Path | None, reach: Reach, *, as_json: bool) -> None:
    """Hand the contract over, with a scenario as a rehearsal; print where it is. Raises CommandFailed."""
    contract = contract_fields(file)
    played = scenario_fields(scenario) if scenario else None
    with StackClient(reach) as stack:
        if played is None:
            answer = stack.post("contracts", document=contract)
        else:
            answer = stack.post("rehearsals", document={"contract": contract, "scenario": played})
        link = stack.card.workflow_link(answer["workflow_id"])
    if as_json:
        print_json({**answer, "link": link})
        return
    out = console()
    out.print(f"{'Contract':<10}{answer['contract']}" + (" (already accepted before)" if answer["already"] else ""))
    out.print(f"{'Workflow':<10}{answer['workflow_id']}")
    if link:
        out.print(f"{'Link':<10}{link}", soft_wrap=True)


def show(number: str, reach: Reach, *, as_json: bool) -> None:
    """The contract as it stands, with its next deadlines and balance. Raises CommandFailed."""
    with StackClient(reach) as stack:
        answer = stack.get("contracts", number)
    if as_json:
        print_json(answer)
        return
    _print_view(ShownContract.model_validate(answer), console())


def timeline(number: str, reach: Reach, *, as_json: bool) -> None:
    """What happened to the contract, and under which clauses. Raises CommandFailed."""
    with StackClient(reach) as stack:
        answer = stack.whole("contracts", number, "timeline", after=by_count)
    if as_json:
        for event in answer:
            print_json(event)
        return
    print_events([TimelineEvent.model_validate(event) for event in answer], console())


def contracts(stage: str | None, reach: Reach, *, as_json: bool) -> None:
    """All contracts, or those at one stage. Raises CommandFailed."""
    with StackClient(reach) as stack:
        found = stack.whole(
            "contracts", after=lambda listed: str(listed[-1]["number"]), query={"stage": stage} if stage else None
        )
    if as_json:
        for contract in found:
            print_json(contract)
        return
    headings = ("Contract", "Service", "Stage", "Owed", "Period to", "Ends on", "Customer")
    fields = ("number", "service", "stage", "open_balance", "period_to", "ends_on", "customer")
    rows = [[str(contract[field] or "-") for field in fields] for contract in found]
    console().print(table(headings, rows, right=("Owed",)))


def print_json(value: Any) -> None:
    """One JSON value on one line of standard output."""
    print(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def _content(view: ShownContract) -> dict[str, Any]:
    """What a table of its own does not say."""
    return {name: value for name, value in view.content.items() if name != "products" or not view.subscriptions}


def _print_view(view: ShownContract, out: Console) -> None:
    grounds = ", ".join(f"{ground} since {since}" for ground, since in view.grounds.items())
    facts = {
        "Contract": f"{view.number} ({view.service})",
        "Customer": view.customer,
        "Stage": view.stage + (f" ({grounds})" if grounds else ""),
        "Time": f"{view.now:%Y-%m-%d %H:%M}",
        "Service": f"from {view.service_from}" if view.service_from else None,
        "Period to": view.period_to,
        "Ends on": view.ends_on,
        "Owed": f"{view.open_balance:.2f} EUR" if view.open_balance is not None else "-",
        "Credit": f"{view.credit:.2f} EUR" if view.credit else None,
        "Liability": f"{view.liability_cap:.2f} EUR at most" if view.liability_cap is not None else None,
        "Content": ", ".join(f"{name} {value}" for name, value in _content(view).items() if value is not None),
        "Special": ", ".join(f"{name} {value}" for name, value in view.special_terms.items()) or None,
        "Off": ", ".join(view.switched_off) or None,
    }
    for name, value in facts.items():
        if value is not None:
            out.print(f"{name:<11}{value}", soft_wrap=True)
    if view.subscriptions:
        headings = ("Subscription", "Product", "By the", "Licences", "Term", "Then")
        term = [f"{one.from_day} to {one.to_day}" if one.from_day else "not provided yet" for one in view.subscriptions]
        held = [
            (one.id, one.name, one.period, str(one.licences), days, one.at_end)
            for one, days in zip(view.subscriptions, term, strict=True)
        ]
        out.print()
        out.print(table(headings, held, right=("Licences",)))
    if view.open_invoices:
        rows = [(one["number"], one["due_on"], one["open"] or "-") for one in view.open_invoices]
        out.print()
        out.print(table(("Open invoice", "Due on", "Open"), rows, right=("Open",)))
    if view.deadlines:
        coming = [(f"{each.at:%Y-%m-%d %H:%M}", each.what, ", ".join(each.clauses)) for each in view.deadlines]
        out.print()
        out.print(table(("Next deadline", "What", "Clauses"), coming))
