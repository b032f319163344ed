"""What was erased, what is kept and for how long, and whether a restored backup brought something back."""

from __future__ import annotations

from pathlib import Path

from asyncpg import InterfaceError, PostgresError
from rich.console import Console

from activities.audit import AuditTrail
from activities.erasure.restored import Restored, erase_again
from runtime.clock import now
from runtime.keys import opened_keys
from runtime.ledger import opened_ledger
from runtime.settings import Settings, own_places
from schemas.erasure import Certificate
from sealing.errors import SealingError
from sealing.sealer import Sealer
from starter.commands.contracts import print_json
from starter.environment import settings_of_environment
from starter.failures import CommandFailed
from starter.files import write_file
from starter.http_client import Reach, StackClient
from starter.interruption import run
from starter.printing import console, table
from terms.calendar import local
from terms.retention import TABLE


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
    """Erase again what a restored backup brought back. Raises CommandFailed when something is left."""
    settings = settings_of_environment()
    found = run(_restored(settings.model_copy(update=own_places(settings, state)), state))
    if as_json:
        print_json(found.model_dump())
    else:
        print(
            f"Contracts with something that had come back: {found.contracts}; sealed values erased again: "
            f"{found.values - found.left}; keys destroyed again: {found.keys}. Invoices and payments are kept."
        )
    faults = []
    if found.left:
        faults.append(f"{found.left} sealed values under destroyed keys could not be erased again")
    if found.without_note:
        faults.append(
            f"{found.without_note} keys that certificates call destroyed are unknown to the key store, neither there "
            "nor noted as destroyed: is this the right key store, and not one from a backup before their time?"
        )
    if faults:
        raise CommandFailed(*faults)


async def _restored(settings: Settings, state: Path) -> Restored:
    try:
        async with opened_ledger(settings, state) as pool, opened_keys(settings) as keys:
            return await erase_again(pool, keys, AuditTrail(sealer=Sealer(keys), clock=now), now())
    except SealingError as error:
        raise CommandFailed(str(error)) from error
    except (PostgresError, InterfaceError, OSError) as error:
        raise CommandFailed(f"the ledger cannot be used ({type(error).__name__})") from error


def _print(one: Certificate, out: Console) -> None:
    out.print(f"Erasure certificate {one.id}", style="bold")
    facts = {
        "Contract": one.contract,
        "Of": ", ".join(one.subjects) if one.subjects else "all personal data",
        "Erased": f"{local(one.erased_at):%Y-%m-%d %H:%M} ({one.reason})",
        "Issued": f"{local(one.issued_at):%Y-%m-%d %H:%M}",
        "Rows": ", ".join(f"{each.category} {each.count}" for each in one.erased) or "none",
        "Histories": f"{one.histories.deleted} deleted"
        + (f", {one.histories.kept} kept: {one.histories.why_kept}" if one.histories.kept else ""),
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
