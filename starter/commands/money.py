"""How an invoice comes about, figure by figure, and how far the provider is liable."""

from __future__ import annotations

from datetime import date

from rich.console import Console

from schemas.proof import Explanation, LineProof
from starter.commands.contracts import print_json
from starter.failures import CommandFailed
from starter.http_client import Reach, StackClient
from starter.printing import console, table

TITLES = {"invoice": "Invoice", "interest": "Late interest", "credit_note": "Credit note"}


def explain(number: str, reach: Reach, *, as_json: bool) -> None:
    """The document with its working. Raises CommandFailed, also where it is not what its inputs give."""
    with StackClient(reach) as stack:
        answer = stack.get("invoices", number, "explanation")
    explanation = Explanation.model_validate(answer)
    if as_json:
        print_json(answer)
    else:
        print_explanation(explanation, console())
    if not explanation.as_issued:
        raise CommandFailed(f"{number}: what was issued is not what its inputs give")


def liability(number: str, on: date | None, reach: Reach, *, as_json: bool) -> None:
    """The provider's liability cap on a day. Raises CommandFailed."""
    with StackClient(reach) as stack:
        answer = stack.get("contracts", number, "liability", query={"on": on.isoformat()} if on else None)
    if as_json:
        print_json(answer)
        return
    console().print(
        f"{answer['contract']} on {answer['on']}: {answer['liability_cap']} EUR without VAT ({answer['clause']})"
    )


def print_explanation(explanation: Explanation, out: Console) -> None:
    title = TITLES[explanation.kind]
    out.print(f"{title} {explanation.number}, contract {explanation.contract}, issued on {explanation.issued_on}\n")
    for line in explanation.lines:
        _print_line(line, out)
    rows = [[each.what, each.working, each.unrounded, each.rounding, f"{each.amount:.2f}"] for each in explanation.sums]
    out.print(table(("Sum", "Working", "Unrounded", "Rounding", "EUR"), rows, right=("Unrounded", "EUR")))
    if explanation.due is not None:
        due = explanation.due
        out.print(f"Due on {due.due_on}: {due.working}." if due.due_on else f"Not sent yet; due {due.working}.")
    if explanation.as_issued:
        out.print("Worked out anew from what it was made of; every figure is as issued.")


def _print_line(line: LineProof, out: Console) -> None:
    days = f", {line.days} days" if line.days is not None else ""
    month = f" of {line.days_in_month} in the month" if line.days_in_month is not None else ""
    out.print(f"{line.what}: {line.from_} - {line.to}{days}{month}", markup=False, highlight=False, soft_wrap=True)
    for step in line.steps[:-1]:
        out.print(f"    {step}", markup=False, highlight=False, soft_wrap=True)
    working = f"    {line.steps[-1]} = {line.unrounded}, {_rounded(line)}: {line.net:.2f} EUR"
    out.print(working + "\n", markup=False, highlight=False, soft_wrap=True)


def _rounded(line: LineProof) -> str:
    return "exact" if line.rounding.startswith("none") else f"rounded {line.rounding}"
