"""What was erased, what is kept and for how long, and whether a restored backup brought something back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from asyncpg import InterfaceError, Pool, PostgresError
from rich.console import Console
from temporalio.service import RPCError

from activities.audit import AuditTrail
from activities.erasure.histories import StillThere
from activities.erasure.restored import Restored, RestoredRuns, delete_runs_again, erase_again
from runtime.clock import now
from runtime.keys import opened_keys
from runtime.ledger import opened_ledger
from runtime.settings import Settings, own_places
from runtime.temporal import connect
from schemas.erasure import Certificate
from sealing.errors import SealingError
from sealing.keys import KeyStore
from sealing.sealer import Sealer
from starter.commands.contracts import print_json
from starter.environment import settings_of_environment
from starter.failures import CommandFailed
from starter.files import write_file
from starter.home import read_card
from starter.http_client import Reach, StackClient
from starter.interruption import run
from starter.printing import console, table
from terms.calendar import local
from terms.retention import TABLE


class RunsChecked(RestoredRuns):
    """What was found in Temporal; `fault` says why not all of it, or none, was looked at."""

    fault: str | None = None


def certificate(number: str, pdf: Path | None, name: str, reach: Reach, *, as_json: bool) -> None:
    """The contract's erasure certificates, or one as a PDF. Raises CommandFailed, also when there is none yet."""
    with StackClient(reach) as stack:
        if pdf is not None:
            write_file(pdf, stack.download("contracts", number, "certificates", f"{name}.pdf"))
            console().print(f"{pdf}", soft_wrap=True)
            return
        answers = stack.get("contracts", number, "certificates")
    if as_json:
        for answer in answers:
            print_json(answer)
        return
    if not answers:
        raise CommandFailed(f"contract {number} has no erasure certificate: nothing of it is erased for good yet")
    for answer in answers:
        _print(Certificate.model_validate(answer), console())


def retention(*, as_json: bool) -> None:
    """The retention table."""
    rules = [rule.model_dump() | {"period": str(rule.period) if rule.period else None} for rule in TABLE.values()]
    if as_json:
        for rule in rules:
            print_json(rule)
        return
    fields = ("category", "holds", "purpose", "basis", "period", "starts", "by")
    rows = [[str(rule[field] or "-") for field in fields] for rule in rules]
    console().print(table([field.capitalize() for field in fields], rows))


def restore_check(state: Path, *, as_json: bool) -> None:
    """Erase again what a restored backup brought back. Raises CommandFailed when something is left, or may be."""
    settings = settings_of_environment()
    found, runs = run(_restored(settings.model_copy(update=own_places(settings, state)), state))
    if as_json:
        print_json(found.model_dump() | {"runs": runs.deleted, "runs_kept": runs.kept})
    else:
        print(
            f"Contracts with something that had come back: {found.contracts}; sealed values erased again: "
            f"{found.values - found.left}; keys destroyed again: {found.keys}; workflow runs deleted again: "
            f"{runs.deleted}. Invoices and payments are kept."
        )
    if faults := list(_faults(found, runs)):
        raise CommandFailed(*faults)


def _faults(found: Restored, runs: RunsChecked) -> Iterator[str]:
    if found.left:
        yield f"{found.left} sealed values under destroyed keys could not be erased again"
    if found.without_note:
        yield (
            f"{found.without_note} keys that certificates call destroyed are unknown to the key store, neither there "
            "nor noted as destroyed: is this the right key store, and not one from a backup before their time?"
        )
    if runs.kept:
        yield f"{runs.kept} workflow runs under destroyed keys are ended and still in Temporal: {runs.why_kept}"
    if runs.fault:
        yield f"workflow runs under destroyed keys were not all deleted: {runs.fault}"


async def _restored(settings: Settings, state: Path) -> tuple[Restored, RunsChecked]:
    try:
        async with opened_ledger(settings, state) as pool, opened_keys(settings) as keys:
            audit = AuditTrail(sealer=Sealer(keys), clock=now)
            found = await erase_again(pool, keys, audit, now())
            return found, await _runs(settings, state, pool, keys, audit)
    except SealingError as error:
        raise CommandFailed(str(error)) from error
    except (PostgresError, InterfaceError, OSError) as error:
        raise CommandFailed(f"the ledger cannot be used ({type(error).__name__})") from error


async def _runs(settings: Settings, state: Path, pool: Pool, keys: KeyStore, audit: AuditTrail) -> RunsChecked:
    """What Temporal holds; the ledger and the keys are done by then, whether or not it answers."""
    address = settings.temporal_address or _temporal_of_a_stack(state)
    if address is None:
        if settings.database_url is None and not (state / "temporal").exists():
            return RunsChecked()  # A stack that never had any.
        return RunsChecked(fault="no Temporal is known; start the stack, or set TEMPORAL_ADDRESS, and run this again")
    try:
        client = await connect(settings, keys, address)
        return RunsChecked(**(await delete_runs_again(pool, keys, audit, client, now())).model_dump())
    except (RPCError, RuntimeError, StillThere) as error:
        why = str(error) if isinstance(error, StillThere) else f"it cannot be used ({type(error).__name__})"
        return RunsChecked(fault=f"Temporal at {address}: {why}; run this again")


def _temporal_of_a_stack(state: Path) -> str | None:
    """Where the stack on a folder has its Temporal, while it runs."""
    try:
        return read_card(state).temporal
    except CommandFailed:
        return None


def _print(one: Certificate, out: Console) -> None:
    out.print(f"Erasure certificate {one.id}", style="bold")
    facts = {
        "Contract": one.contract,
        "Of": ", ".join(one.subjects) if one.subjects else "all personal data",
        "Erased": f"{local(one.erased_at):%Y-%m-%d %H:%M} ({one.reason})",
        "Issued": f"{local(one.issued_at):%Y-%m-%d %H:%M}",
        "Rows": ", ".join(f"{each.category} {each.count}" for each in one.erased) or "none",
        "Histories": _histories(one),
        "Searched": f"{sum(each.searched for each in one.scan)} in {len(one.scan)} places, {one.found} found",
    }
    for name, value in facts.items():
        out.print(f"{name:<11}{value}", soft_wrap=True)
    out.print(table(("Key destroyed", "At"), [(each.key, f"{local(each.destroyed_at)}") for each in one.keys]))
    if one.partners:
        rows = [
            (each.partner, f"{local(each.asked_at)}", f"{local(each.confirmed_at)}" if each.confirmed_at else "not yet")
            for each in one.partners
        ]
        out.print(table(("Sub-processor", "Asked", "Confirmed"), rows))
    if one.kept:
        kept = [(each.category, each.basis, str(each.until or "open")) for each in one.kept]
        out.print(table(("Kept", "Basis", "Until"), kept))
    out.print()


def _histories(one: Certificate) -> str:
    if one.subjects is not None:
        return "stay, with ciphertext alone under the destroyed keys"
    kept = f", {one.histories.kept} kept: {one.histories.why_kept}" if one.histories.kept else ""
    return f"{one.histories.deleted} deleted{kept}"
