"""The commands that come in groups: `ligums keys`, `token`, `inventory`, `vault`, `payments`, `verify`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from starter.options import CONTRACT, JSON, STATE, STATE_FOLDER, TOKEN_FILE

ImportedKind = Literal["users", "equipment", "licences", "systems"]


class Role(StrEnum):
    """The roles as the command line lists them; `schemas/account.py` has them for everybody else."""

    SALES = "sales"
    SUPPORT = "support"
    FINANCE = "finance"
    DPO = "dpo"
    ADMIN = "admin"


keys = typer.Typer(help="The keys under which personal data and Temporal's payloads are sealed.", no_args_is_help=True)


@keys.command("init", epilog="Example: ligums keys init")
def keys_init(state: Annotated[Path, STATE] = STATE_FOLDER) -> None:
    """Begin the key store and its master key where LIGUMS_KEYS_FOLDER and LIGUMS_MASTER_KEY_FILE say, once.

    `ligums up` does so by itself. A key store that is lost is never begun anew while its master key is there.
    """
    from starter.commands.keys import begin as run

    run(state)


@keys.command("list", epilog="Example: ligums keys list --contract IT-2026-000123")
def keys_list(
    contract: Annotated[str | None, typer.Option(metavar="CONTRACT", help="Only this contract's.")] = None,
    state: Annotated[Path, STATE] = STATE_FOLDER,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """List data keys by their ids: when each was made, and when it was destroyed."""
    from starter.commands.keys import show as run

    run(contract, state, as_json=as_json)


@keys.command("rotate", epilog="Example: ligums keys rotate")
def keys_rotate(state: Annotated[Path, STATE] = STATE_FOLDER) -> None:
    """Make a new master key, wrap every data key under it, give up the older ones.

    Everything may go on running meanwhile. Cut short, nothing is lost: run it again.
    """
    from starter.commands.keys import rotate as run

    run(state)


tokens = typer.Typer(help="Local tokens: who may use this machine's stack, and as what.", no_args_is_help=True)


@tokens.command("add", epilog="Example: ligums token add --role support --name support-1")
def add_token(
    role: Annotated[list[Role], typer.Option(help="What the account may; give it again for more.")],
    name: Annotated[str, typer.Option(metavar="ID", help="The account's pseudonym: nobody's name or e-mail.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is good for.")] = 90,
    state: Annotated[Path, STATE] = STATE_FOLDER,
) -> None:
    """Make a token for an account, and print it: it is told this once and kept as a hash only.

    Once it has expired it lets nobody in, and its account may be given a new one.
    """
    from starter.commands.tokens import add as run

    run(name, [each.value for each in role], days, state)


@tokens.command("list")
def list_tokens(state: Annotated[Path, STATE] = STATE_FOLDER, as_json: Annotated[bool, JSON] = False) -> None:
    """List the accounts that have a local token, and their roles."""
    from starter.commands.tokens import show as run

    run(state, as_json=as_json)


@tokens.command("revoke", epilog="Example: ligums token revoke support-1")
def revoke_token(
    name: Annotated[str, typer.Argument(metavar="ID", help="The account's pseudonym.")],
    state: Annotated[Path, STATE] = STATE_FOLDER,
) -> None:
    """Take an account's token away; it lets nobody in from the next call on."""
    from starter.commands.tokens import revoke as run

    run(name, state)


inventory = typer.Typer(help="A contract's inventory: brought in from a file, listed.", no_args_is_help=True)


@inventory.command("import", epilog="Example: ligums inventory import IT-2026-000123 users.csv --kind users")
def import_inventory(
    contract: Annotated[str, CONTRACT],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV in UTF-8.", exists=True, dir_okay=False)],
    kind: Annotated[ImportedKind, typer.Option(help="What the rows are.")],
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
) -> None:
    """Put every row of a CSV file on record, an act a row.

    The header names the fields that the act has (see `ligums act CONTRACT add_user --help`), separated by commas or
    semicolons; several documents in one cell are separated by |. Every row is checked before the first is done, and
    the same file again changes nothing.
    """
    from starter.commands.inventory import import_file as run
    from starter.http_client import Reach

    run(contract, file, kind, Reach(state, token_file))


@inventory.command("show", epilog="Example: ligums inventory show IT-2026-000123 --json")
def show_inventory(
    contract: Annotated[str, CONTRACT],
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """List what is in a contract's inventory and vault, without what tells of a person."""
    from starter.commands.inventory import show as run
    from starter.http_client import Reach

    run(contract, Reach(state, token_file), as_json=as_json)


vault = typer.Typer(help="Who may see a credential of a contract's vault.", no_args_is_help=True)

CREDENTIAL = typer.Argument(metavar="CREDENTIAL", help="The credential's id.")
SPECIALIST = typer.Argument(metavar="SPECIALIST", help="The specialist's account id.")
PURPOSE = typer.Option(metavar="TEXT", help="Why; it goes on the audit trail, sealed.")


@vault.command("grant", epilog='Example: ligums vault grant IT-2026-000123 router support-1 --purpose "Ticket 17"')
def grant_credential(
    contract: Annotated[str, CONTRACT],
    credential: Annotated[str, CREDENTIAL],
    specialist: Annotated[str, SPECIALIST],
    purpose: Annotated[str, PURPOSE],
    minutes: Annotated[int, typer.Option(min=1, max=480, help="For how long.")] = 60,
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
) -> None:
    """Let a specialist see a credential for a time."""
    from starter.commands.vault import grant as run
    from starter.http_client import Reach

    run(contract, credential, specialist, purpose, minutes, Reach(state, token_file))


@vault.command("revoke", epilog='Example: ligums vault revoke IT-2026-000123 router support-1 --purpose "Task done"')
def revoke_credential(
    contract: Annotated[str, CONTRACT],
    credential: Annotated[str, CREDENTIAL],
    specialist: Annotated[str, SPECIALIST],
    purpose: Annotated[str, PURPOSE],
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
) -> None:
    """Take a specialist's grant back: the next look is refused."""
    from starter.commands.vault import revoke as run
    from starter.http_client import Reach

    run(contract, credential, specialist, purpose, Reach(state, token_file))


payments = typer.Typer(help="Payments out of bank statements.", no_args_is_help=True)


@payments.command("import", epilog="Example: ligums payments import 2026-04-15.xml")
def import_statement(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="ISO 20022 camt.053.", exists=True, dir_okay=False)],
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """Book the payments of a bank statement, each once ever, however often they come.

    A payment is matched by the creditor reference, then by an invoice number in what the payer wrote, then by payer
    and amount. What matches nothing waits for a person: see `ligums payments parked`. A faulty file is refused whole.
    """
    from starter.commands.payments import import_file as run
    from starter.http_client import Reach

    run(file, Reach(state, token_file), as_json=as_json)


@payments.command("parked", epilog="Example: ligums payments parked")
def parked_payments(
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
    as_json: Annotated[bool, JSON] = False,
) -> None:
    """List the lines of statements that wait for a person, and why; that they were shown goes on the audit trail."""
    from starter.commands.payments import parked as run
    from starter.http_client import Reach

    run(Reach(state, token_file), as_json=as_json)


@payments.command("resolve", epilog="Example: ligums payments resolve 17 --contract IT-2026-000123")
def resolve_payment(
    line: Annotated[int, typer.Argument(metavar="LINE", min=1, help="The line's number in `ligums payments parked`.")],
    contract: Annotated[
        str | None, typer.Option(metavar="CONTRACT", help="The contract it pays; its oldest invoice first.")
    ] = None,
    invoice: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="An invoice of that contract, put on record with it.")
    ] = None,
    ignore: Annotated[
        str | None, typer.Option(metavar="REASON", help="Why it is no payment to us; nothing is booked.")
    ] = None,
    state: Annotated[Path, STATE] = STATE_FOLDER,
    token_file: Annotated[Path | None, TOKEN_FILE] = None,
) -> None:
    """Say what a parked line is: a payment on a contract, or nothing of ours."""
    if (contract is None) == (ignore is None) or (invoice is not None and contract is None):
        raise typer.BadParameter("give either --contract, with an --invoice if you like, or --ignore")
    from starter.commands.payments import resolve as run
    from starter.http_client import Reach

    run(line, contract, invoice, ignore, Reach(state, token_file))


verify = typer.Typer(help="Verify that what is on record is what was recorded.", no_args_is_help=True)


@verify.command("trail", epilog="Example: ligums verify trail --json")
def verify_trail(state: Annotated[Path, STATE] = STATE_FOLDER, as_json: Annotated[bool, JSON] = False) -> None:
    """Recompute the audit trail's keyed chains; name every row that was edited, cut or put elsewhere.

    Of the stack under the state folder, running or not, or of the database that DATABASE_URL names.
    """
    from starter.commands.verify import trail as run

    run(state, as_json=as_json)


@verify.command("ledger", epilog="Example: ligums verify ledger --json")
def verify_ledger(state: Annotated[Path, STATE] = STATE_FOLDER, as_json: Annotated[bool, JSON] = False) -> None:
    """Compute every invoice again from its inputs and hold the journal, numbers and balances against it.

    Of the stack under the state folder, running or not, or of the database that DATABASE_URL names.
    """
    from starter.commands.verify import ledger as run

    run(state, as_json=as_json)
