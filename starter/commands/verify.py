"""Whether what is on record is what was recorded."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from asyncpg import InterfaceError, PostgresError

from activities.audit import trail_mac
from activities.ledger import verification
from activities.ledger.anchors import AnchorsDamaged
from runtime.clock import now
from runtime.keys import opened_keys
from runtime.ledger import opened_ledger
from runtime.settings import Settings, own_places
from runtime.trail import verify_trail
from schemas.books import LedgerFinding, LedgerReport
from schemas.trail import TrailFinding, TrailReport
from sealing.errors import SealingError
from starter.environment import settings_of_environment
from starter.failures import CommandFailed
from starter.interruption import run
from terms.calendar import local_date

WORDS = {
    "altered": "not as it was written: edited, or written without the key",
    "personal_part": "its personal part is not the one that was written",
    "repeated": "stands more than once",
    "unlinked": "does not follow on the row before it",
    "missing": "cut out",
    "lost_tail": "cut off at the end",
    "other_than_anchored": "not the row that the anchors noted",
}


def trail(state: Path, *, as_json: bool) -> None:
    """Print what was verified. Raises CommandFailed with one line a fault."""
    settings = settings_of_environment()
    report = run(_report(settings.model_copy(update=own_places(settings, state)), state))
    _tell(
        report,
        [_line(each) for each in report.findings],
        faulty=f"{report.faults} faults in the audit trail's {report.rows} rows",
        sound=f"The audit trail is as it was written: {report.rows} rows in {report.chains} chains, "
        f"{report.anchored} of them anchored, {report.erased} personal parts erased.",
        as_json=as_json,
    )


def ledger(state: Path, *, as_json: bool) -> None:
    """Print what was verified. Raises CommandFailed with one line a fault."""
    report = run(_ledger_report(settings_of_environment(), state))
    _tell(
        report,
        [_ledger_line(each) for each in report.findings],
        faulty=f"{report.faults} faults in the ledger's {report.documents} documents",
        sound=f"The ledger is straight: {report.documents} documents and {report.payments} payments of "
        f"{report.contracts} contracts, {report.transactions} journal transactions.",
        as_json=as_json,
    )


def _tell(report: TrailReport | LedgerReport, lines: Sequence[str], *, faulty: str, sound: str, as_json: bool) -> None:
    if as_json:
        _print_json(report)
    if report.faults:
        raise CommandFailed(*(() if as_json else lines), faulty)
    if not as_json:
        print(sound)


async def _ledger_report(settings: Settings, state: Path) -> LedgerReport:
    try:
        async with opened_ledger(settings, state) as pool:
            return await verification.verify(pool, local_date(now()))
    except (PostgresError, InterfaceError, OSError, UnicodeError) as error:
        raise CommandFailed(f"the ledger cannot be read ({type(error).__name__})") from error


async def _report(settings: Settings, state: Path) -> TrailReport:
    try:
        async with opened_ledger(settings, state) as pool, opened_keys(settings) as keys:
            return await verify_trail(pool, settings.anchors_folder, await trail_mac(keys))
    except (SealingError, AnchorsDamaged) as error:
        raise CommandFailed(str(error)) from error
    except (PostgresError, InterfaceError, OSError, UnicodeError) as error:
        raise CommandFailed(f"the audit trail cannot be read ({type(error).__name__})") from error


def _print_json(report: TrailReport | LedgerReport) -> None:
    for finding in report.findings:
        print(finding.model_dump_json())
    print(report.model_dump_json(exclude={"findings"}))


def _line(finding: TrailFinding) -> str:
    seqs = f"{finding.seq}" if finding.seq == finding.to else f"{finding.seq} to {finding.to}"
    return f"{_printable(finding.chain)}, seq {seqs}: {WORDS[finding.fault]}"


def _ledger_line(finding: LedgerFinding) -> str:
    return f"{_printable(finding.subject)}: {_printable(finding.fault)}"


def _printable(text: str) -> str:
    """A name or number may be anything once it was edited; on a terminal it must stay one line."""
    return text if text.isprintable() else ascii(text)
