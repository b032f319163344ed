"""Arguments and options that commands have in common."""

from __future__ import annotations

from pathlib import Path

import typer

STATE_FOLDER = Path(".ligums")

DAY = ["%Y-%m-%d"]
FILE = typer.Argument(metavar="FILE", help="A signed contract, YAML or JSON.", exists=True, dir_okay=False)
SCENARIO = typer.Option(metavar="FILE", help="What customer and staff do, and when.", exists=True, dir_okay=False)
STATE = typer.Option(metavar="DIR", envvar="LIGUMS_STATE", help="The stack's folder.", file_okay=False)
TOKEN_FILE = typer.Option(
    metavar="FILE", help="Your token, in a file; or set LIGUMS_TOKEN. Otherwise the operator's is used.", dir_okay=False
)
CONTRACT = typer.Argument(metavar="CONTRACT", help="The contract's number.")
INVOICE = typer.Argument(metavar="INVOICE", help="The number of an invoice, credit note or interest document.")
JSON = typer.Option("--json", help="One JSON object a line on standard output, nothing else.")
