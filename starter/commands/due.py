"""What needs a person today, over all contracts of a running stack."""

from __future__ import annotations

from starter.commands.contracts import print_json
from starter.http_client import Reach, StackClient, by_count
from starter.printing import console, table


def due(reach: Reach, *, as_json: bool) -> None:
    """The most urgent first. Raises CommandFailed."""
    with StackClient(reach) as stack:
        items = stack.whole("due", after=by_count)
    if as_json:
        for item in items:
            print_json(item)
        return
    out = console()
    if not items:
        out.print("Nothing needs a person today.")
        return
    rows = [
        (item["urgency"], item["on"], item["contract"], item["what"], item["why"], ", ".join(item["clauses"]))
        for item in items
    ]
    out.print(table(("Urgency", "On", "Contract", "What", "Why", "Clauses"), rows))
