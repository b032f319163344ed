"""The command line `ligums`. What a command needs is loaded when it runs, so that help comes at once."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperCommand

from starter.failures import CommandFailed, Interrupted
from starter.groups import inventory, keys, payments, tokens, vault, verify
from starter.options import CONTRACT, DAY, FILE, INVOICE, JSON, SCENARIO, STATE, STATE_FOLDER, TOKEN_FILE

Stage = Literal["onboarding", "active", "suspended", "ended", "closed"]


class ActCommand(TyperCommand):
    """`act`, whose help goes on with the acts themselves."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.meta[WORDS] = list(args)
        return super().parse_args(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        from starter.commands.acts import print_acts

        super().format_help(ctx, formatter)
        print_acts(ctx.meta[WORDS])


app = typer.Typer(
    name="ligums",
    help="Business-IT contracts as durable workflows, from signature to erased data.",
    epilog="Start with: ligums simulate samples/01-pays-on-time.contract.yaml",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # They would show local variables, and with them personal data.
    rich_markup_mode="rich",
)

GROUPS = {
    "keys": keys,
    "token": tokens,
    "inventory": inventory,
    "vault": vault,
    "payments": payments,
    "verify": verify,
}
for name, group in GROUPS.items():
    app.add_typer(group, name=name)

WORDS = "ligums.words"


@app.command(epilog="Example: ligums simulate contract.yaml --scenario scenario.yaml --until 2027-12-31")
def simulate(
    file: Annotated[Path, FILE],
    scenario: Annotated[Path | None, SCENARIO] = None,
    until: Annotated[
        datetime | None, typer.Option(metavar="DATE", formats=DAY, help="The last day shown, by Riga's calendar.")
    ] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Print a contract's whole life in seconds; needs nothing, leaves nothing behind.

    The same code as in production runs on a clock that is skipped ahead, with sandbox partners: until the contract
    closes, or two years have passed since its signature. Without a scenario nobody acts.
    """
    from starter.simulate import simulate as run

    run(file, scenario, until.date() if until else None, as_json=as_json)


@app.command(epilog="Example: ligums up --speed 86400   (a business day a second)")
def up(
    state: Annotated[Path, STATE] = STATE_FOLDER,
    port_base: Annotated[
        int,
        typer.Option(
            min=1024,
            max=65530,
            help="Port of the API; Temporal, its UI, SMTP and the sandboxes of ALSO and Graph take the five next.",
        ),
    ] = 7300,
    speed: Annotated[
        int | None, typer.Option(min=1, max=100_000_000, help="Business seconds that pass in one real second.")
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Accept the sample contracts and play their scenarios.")] = False,
    exit_when_done: Annotated[
        bool, typer.Option("--exit-when-done", help="With --demo: end when every sample contract has lived.")
    ] = False,
) -> None:
    """Start the whole product on this machine and stream the timeline of its contracts, until Ctrl-C.

    PostgreSQL, Temporal with its UI, the worker, the HTTP API, sandboxes of mail, of ALSO's marketplace and of
    Microsoft Graph, and an inbox folder for signed contracts, all kept under the state folder. State survives a
    restart. DATABASE_URL, TEMPORAL_ADDRESS and LIGUMS_SMTP_HOST name servers of your own instead.
    """
    if exit_when_done and not demo:
        raise typer.BadParameter("goes with --demo only", param_hint="--exit-when-done")
    from starter.interruption import run
    from starter.up import Options
    from starter.up import up as bring_up

    options = Options(folder=state, port_base=port_base, speed=speed, demo=demo, exit_when_done=exit_when_done)
    try:
        run(bring_up(options))
    except Interrupted:
        print("Stopped.")


@app.command(epilog="Example: ligums sign contract.yaml --scenario scenario.yaml")
def sign(
    file: Annotated[Path, FILE],
    scenario: Annotated[Path | None, SCENARIO] = None,
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Hand a signed contract to the running stack; print its number, workflow and link.

    With a scenario it is played on the running stack at its business times. The same contract again changes nothing.
    """
    from starter.commands.contracts import sign as run
    from starter.http_client import Reach

    run(file, scenario, Reach(state, token_file), as_json=as_json)


@app.command(
    cls=ActCommand, epilog="Example: ligums act IT-2026-000123 record_payment amount=404.96 paid_on=2026-04-15"
)
def act(
    contract: Annotated[str, CONTRACT],
    name: Annotated[str, typer.Argument(metavar="ACT", help="The act's name; they are listed below.")],
    pairs: Annotated[
        list[str] | None,
        typer.Argument(metavar="KEY=VALUE", help="The act's fields; content.users=12 sets users in content."),
    ] = None,
    as_json: Annotated[
        str | None,
        typer.Option("--json", metavar="JSON", help="The fields as an object; - reads it from standard input."),
    ] = None,
    act_id: Annotated[
        str | None, typer.Option("--id", help="The act's own id: given again, it is answered, not done again.")
    ] = None,
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
) -> None:
    """Do a staff member's act on a running contract; print what it changed, or why it was refused."""
    from starter.commands.acts import act as run
    from starter.commands.acts import fields_of
    from starter.http_client import Reach

    run(contract, name, fields_of(pairs or [], as_json), act_id, Reach(state, token_file))


@app.command(epilog="Example: ligums show IT-2026-000123")
def show(
    contract: Annotated[str, CONTRACT],
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show a contract as it stands: stage, content, balance, next deadlines."""
    from starter.commands.contracts import show as run
    from starter.http_client import Reach

    run(contract, Reach(state, token_file), as_json=as_json)


@app.command(epilog="Example: ligums timeline IT-2026-000123 --json")
def timeline(
    contract: Annotated[str, CONTRACT],
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show what happened to a contract, and under which clauses."""
    from starter.commands.contracts import timeline as run
    from starter.http_client import Reach

    run(contract, Reach(state, token_file), as_json=as_json)


@app.command(epilog="Example: ligums explain BB-2026-000001")
def explain(
    invoice: Annotated[str, INVOICE],
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show how each figure of an invoice comes about, so that it can be checked with a calculator."""
    from starter.commands.money import explain as run
    from starter.http_client import Reach

    run(invoice, Reach(state, token_file), as_json=as_json)


@app.command(epilog="Example: ligums liability IT-2026-000123 --on 2026-06-30")
def liability(
    contract: Annotated[str, CONTRACT],
    on: Annotated[
        datetime | None, typer.Option(metavar="DATE", formats=DAY, help="The day; today if left out.")
    ] = None,
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show how far the provider is liable on a day: twelve monthly fees (IT-39), or the running periods' (M365-43)."""
    from starter.commands.money import liability as run
    from starter.http_client import Reach

    run(contract, on.date() if on else None, Reach(state, token_file), as_json=as_json)


@app.command(epilog="Example: ligums contracts --stage suspended")
def contracts(
    stage: Annotated[Stage | None, typer.Option(help="Only contracts at this stage.")] = None,
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """List the contracts of the running stack."""
    from starter.commands.contracts import contracts as run
    from starter.http_client import Reach

    run(stage, Reach(state, token_file), as_json=as_json)


@app.command(epilog="Example: ligums due")
def due(
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """List what needs a person today, over all contracts."""
    from starter.commands.due import due as run
    from starter.http_client import Reach

    run(Reach(state, token_file), as_json=as_json)


@app.command(epilog="Example: ligums invoice BB-2026-000123 --pdf invoice.pdf")
def invoice(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="The invoice's number.")],
    pdf: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the PDF here.", dir_okay=False)] = None,
    xml: Annotated[Path | None, typer.Option(metavar="FILE", help="Write the e-invoice here.", dir_okay=False)] = None,
    envelope: Annotated[bool, typer.Option("--envelope", help="Print where to post it; the look is recorded.")] = False,
    printed: Annotated[bool, typer.Option("--printed", help="It is posted today: off the print queue.")] = False,
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
) -> None:
    """Write an invoice, credit note or bill of late interest into a file, as PDF or as Peppol e-invoice.

    Customers without an e-mail address have theirs posted: `ligums due` lists them until --printed is said of each. The
    due date counts from that day and stands on the PDF, so say it with --pdf, or before.
    """
    if pdf is None and xml is None and not envelope and not printed:
        raise typer.BadParameter("give at least one of --pdf, --xml, --envelope, --printed", param_hint="invoice")
    from starter.commands.invoices import invoice as run
    from starter.http_client import Reach

    run(number, {"pdf": pdf, "xml": xml}, Reach(state, token_file), envelope=envelope, printed=printed)


@app.command(epilog="Example: ligums certificate IT-2026-000123 --pdf certificate.pdf")
def certificate(
    contract: Annotated[str, CONTRACT],
    pdf: Annotated[Path | None, typer.Option(metavar="FILE", help="Write one as PDF here.", dir_okay=False)] = None,
    which: Annotated[
        str, typer.Option("--name", metavar="NAME", help="Which one: the last part of its id, such as erasure-users-1.")
    ] = "erasure",
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show what of a contract was erased for good, what is kept on which basis, and the scan that looked for more."""
    from starter.commands.erasure import certificate as run
    from starter.http_client import Reach

    run(contract, pdf, which, Reach(state, token_file), as_json=as_json)


@app.command(epilog="Example: ligums processing IT-2026-000123 --operations")
def processing(
    contract: Annotated[str, CONTRACT],
    operations: Annotated[bool, typer.Option("--operations", help="What was done with the data instead.")] = False,
    silenced: Annotated[
        bool, typer.Option("--silenced", help="For an authority: with what the controller may not be told by law.")
    ] = False,
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Show the record of processing: who processes what, why, and what the controller instructed and was told."""
    from starter.commands import processing as command
    from starter.http_client import Reach

    show = command.operations if operations else command.record
    show(contract, Reach(state, token_file), as_json=as_json, silenced=silenced)


@app.command(epilog="Example: ligums retention")
def retention(as_json: Annotated[bool, JSON] = False) -> None:
    """List what is kept, what for, on which legal basis, and for how long."""
    from starter.commands.erasure import retention as run

    run(as_json=as_json)


@app.command("restore-check", epilog="Example: ligums restore-check --json")
def restore_check(state: Annotated[Path, STATE] = STATE_FOLDER, as_json: Annotated[bool, JSON] = False) -> None:
    """After a restore from a backup: erase again what had been erased since it was taken. Changes nothing else.

    Of the stack under the state folder, or of the database that DATABASE_URL names. Workflows under destroyed keys
    are deleted where Temporal answers: of a stack, while it runs. The key store is to be the one in use, not one
    from a backup.
    """
    from starter.commands.erasure import restore_check as run

    run(state, as_json=as_json)


@app.command(epilog="Example: ligums clauses --json | grep IT-40.1")
def clauses(as_json: Annotated[bool, JSON] = False) -> None:
    """List every clause of the catalogue with the code that honours it and the tests that show it."""
    from starter.coverage import NoCheckout, checkout_root, coverage, render

    try:
        render(coverage(checkout_root()), as_json)
    except NoCheckout as missing:
        raise CommandFailed(str(missing)) from None


def main() -> None:
    """Runs a command: exit code 0 done, 1 refused or failed, 2 wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]
    try:
        app(prog_name="ligums")
    except CommandFailed as failure:
        lines = failure.lines
    except Interrupted as interrupted:
        raise SystemExit(interrupted.exit_code) from None
    except Exception as error:
        lines = _plain(error)
    for line in lines:
        print(line, file=sys.stderr)
    raise SystemExit(1)


def _plain(error: Exception) -> tuple[str, ...]:
    """The lines for a person, where the error is made for one; any other is raised again, as it is a fault of ours."""
    from runtime.embedded.failures import EmbeddedFailure
    from schemas.problems import Refused
    from sealing.errors import SealingError

    if isinstance(error, EmbeddedFailure | Refused | SealingError):
        return tuple(str(error).splitlines())
    raise error


if __name__ == "__main__":
    main()
