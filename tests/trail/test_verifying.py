"""Whoever edits, cuts or reorders the trail without the key is found out, by chain and seq."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from activities.ledger import trail
from schemas.trail import TrailHead, TrailRow
from terms.trail import canonical, keyed_by
from tests.trail.support import AT, MAC, NOW, TOKEN, Ledger, entry, numbered

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def head_of(rows: list[TrailRow]) -> TrailHead:
    return TrailHead(chain=rows[-1].chain, seq=rows[-1].seq, hash=rows[-1].hash)


@pytest.mark.clause("GUIDE-3.1g", "IT-A2.22", "DPA-II.4.5", "DPA-II.1.8")
async def test_what_was_written_is_read_back_and_verified(ledger: Ledger) -> None:
    """Who did what to which object, when, why and under which clause."""
    written = await ledger.append(entry(), entry("system", action="key.created"), entry(personal=TOKEN))
    assert [(row.chain, row.seq) for row in written] == [("IT-1", 1), ("system", 1), ("IT-1", 2)]
    read = await ledger.rows("IT-1")
    assert read == [written[0], written[2]]
    row = read[0]
    assert (row.actor, row.action, row.subject, row.purpose) == ("staff-4f1c", "disclosure", "credential-7", "repair")
    assert (row.at, row.clauses, row.details["minutes"]) == (AT, ("IT-A2.22", "IT-A2.20"), 15)
    report = await ledger.report([head_of(read)])
    assert (report.chains, report.rows, report.erased, report.anchored, report.faults) == (2, 3, 0, 1, 0)


async def test_an_empty_trail_has_no_fault(ledger: Ledger) -> None:
    assert (await ledger.report()).rows == 0


async def test_another_key_finds_every_row_wrong(ledger: Ledger) -> None:
    await ledger.append(*numbered("IT-1", 3))
    report = await trail.verify(ledger.pool, keyed_by(bytes(32)), {}, NOW)
    assert [(each.seq, each.fault) for each in report.findings] == [(1, "altered"), (2, "altered"), (3, "altered")]


def flipped(value: Any) -> Iterator[Any]:
    """The value with each of its bits turned over, as far as the column can hold the result."""
    match value:
        case bytes():
            for bit in range(len(value) * 8):
                changed = bytearray(value)
                changed[bit // 8] ^= 1 << bit % 8
                yield bytes(changed)
        case str():
            for changed in flipped(value.encode()):
                if b"\0" not in changed and changed.isascii():
                    yield changed.decode()
        case int():
            yield from (value ^ 1 << bit for bit in range(63))
        case datetime():
            microseconds = (value - EPOCH) // timedelta(microseconds=1)
            yield from (EPOCH + timedelta(microseconds=microseconds ^ 1 << bit) for bit in range(52))
        case list():
            for place, each in enumerate(value):
                yield from ([*value[:place], changed, *value[place + 1 :]] for changed in flipped(each))


COLUMNS = (
    *("chain", "seq", "at", "actor", "action", "subject", "clauses", "purpose", "details"),
    *("personal", "personal_digest", "previous", "hash"),
)


@pytest.mark.long
@pytest.mark.clause("GUIDE-18h")
@pytest.mark.parametrize("column", COLUMNS)
async def test_every_bit_of_every_column_counts(ledger: Ledger, column: str) -> None:
    await ledger.append(entry(), entry(personal=TOKEN), entry())
    value = await ledger.owner.fetchval(f"SELECT {column} FROM trail WHERE seq = 2")
    kind = {"details": "::text::jsonb"}.get(column, "")
    tried = 0
    for changed in flipped(value):
        edit = ledger.owner.transaction()
        await edit.start()
        try:
            await ledger.owner.execute("SET LOCAL session_replication_role = replica")
            async with ledger.owner.transaction():
                await ledger.owner.execute(f"UPDATE trail SET {column} = $1{kind} WHERE seq = 2", changed)
        except (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError):
            continue  # No JSON any more, or a seq that is taken: the column cannot hold it.
        else:
            report = await trail.examine(ledger.owner, MAC, {}, NOW)
            places = {(each.chain, each.seq) for each in report.findings}
            named = (changed if column == "chain" else "IT-1", changed if column == "seq" else 2)
            assert named in places, f"{column} {changed!r}"
            tried += 1
        finally:
            await edit.rollback()
    assert tried >= 20
    assert (await ledger.report()).faults == 0


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "'infinity'"),
        ("at", "'250000-01-01'"),
        ("at", "'4000-01-01 BC'"),
        ("details", "'{\"n\": 1e400}'"),
        ("details", '\'{"minutes": 15.0, "device": "ws-3", "again": false, "of": ["a", null]}\''),
        ("details", "'[1]'"),
        ("details", "'null'"),
        ("details", f"'{'[' * 5000}{']' * 5000}'"),
        ("details", f"'{'9' * 5000}'"),
        ("clauses", "'{{IT-A2.22},{IT-A2.20}}'"),
        ("clauses", "'{NULL}'"),
        ("clauses", "'{}'"),
        ("personal", "'other'"),
    ],
)
async def test_values_that_are_never_written_are_found_not_stumbled_on(ledger: Ledger, column: str, value: str) -> None:
    await ledger.append(entry(), entry(personal=TOKEN), entry())
    await ledger.tamper(f"UPDATE trail SET {column} = {value} WHERE seq = 2")
    fault = "personal_part" if column == "personal" else "altered"
    assert await ledger.found() == [("IT-1", 2, 2, fault)]


async def test_a_row_cut_out_is_named(ledger: Ledger) -> None:
    await ledger.append(*numbered("IT-1", 5), *numbered("IT-2", 2))
    await ledger.tamper("DELETE FROM trail WHERE chain = 'IT-1' AND seq IN (2, 3)")
    assert await ledger.found() == [("IT-1", 2, 3, "missing")]


async def test_a_row_cut_out_is_found_when_the_rest_is_moved_up(ledger: Ledger) -> None:
    await ledger.append(*numbered("IT-1", 4))
    await ledger.tamper("DELETE FROM trail WHERE seq = 2")
    await ledger.tamper("UPDATE trail SET seq = 2 WHERE seq = 3")
    await ledger.tamper("UPDATE trail SET seq = 3 WHERE seq = 4")
    assert await ledger.found() == [("IT-1", 2, 2, "altered"), ("IT-1", 3, 3, "altered")]


async def test_a_cut_end_is_found_by_the_anchor(ledger: Ledger) -> None:
    anchor = head_of(await ledger.append(*numbered("IT-1", 5)))
    other = head_of(await ledger.append(*numbered("IT-2", 3)))
    await ledger.tamper("DELETE FROM trail WHERE chain = 'IT-1' AND seq > 3 OR chain = 'IT-2'")
    assert await ledger.found() == []
    assert await ledger.found([anchor, other]) == [("IT-1", 4, 5, "lost_tail"), ("IT-2", 1, 3, "lost_tail")]


async def test_an_end_cut_off_and_written_anew_is_found_by_the_anchor(ledger: Ledger) -> None:
    """The application itself goes on after the cut, with the key."""
    anchor = head_of(await ledger.append(*numbered("IT-1", 3)))
    await ledger.tamper("DELETE FROM trail WHERE seq = 3")
    await ledger.append(entry(action="refused"), entry())
    assert await ledger.found([anchor]) == [("IT-1", 3, 3, "other_than_anchored")]


async def test_swapped_rows_are_both_named(ledger: Ledger) -> None:
    await ledger.append(*numbered("IT-1", 5))
    for before, after in ((2, 99), (4, 2), (99, 4)):
        await ledger.tamper("UPDATE trail SET seq = $2 WHERE seq = $1", before, after)
    assert await ledger.found() == [("IT-1", 2, 2, "altered"), ("IT-1", 4, 4, "altered")]


async def test_a_row_moved_to_another_chain_is_found_in_both(ledger: Ledger) -> None:
    await ledger.append(*numbered("IT-1", 3), *numbered("IT-2", 1))
    await ledger.tamper("UPDATE trail SET chain = 'IT-2' WHERE chain = 'IT-1' AND seq = 2")
    assert await ledger.found() == [("IT-1", 2, 2, "missing"), ("IT-2", 2, 2, "altered")]


async def test_a_row_with_a_plain_hash_is_found(ledger: Ledger) -> None:
    """The application's own role can add rows, but not sign them."""
    last = (await ledger.append(*numbered("IT-1", 2)))[-1]
    forged = last.model_copy(update={"seq": 3, "previous": last.hash, "actor": "staff-0000"})
    plain = hashlib.sha256(canonical(forged)).digest()
    await ledger.pool.execute(
        "INSERT INTO trail (chain, seq, at, actor, action, subject, clauses, purpose, details, previous, hash)"
        " SELECT chain, 3, at, $1, action, subject, clauses, purpose, details, hash, $2 FROM trail WHERE seq = 2",
        forged.actor,
        plain,
    )
    assert await ledger.found() == [("IT-1", 3, 3, "altered")]


async def test_a_branch_written_with_the_key_does_not_follow(ledger: Ledger) -> None:
    """Two rows of seq 2 were written, as after a restore; the third follows on the one that is gone."""
    await ledger.append(*numbered("IT-1", 2))
    await ledger.tamper("CREATE TABLE put_aside AS SELECT * FROM trail WHERE seq = 2")
    await ledger.tamper("DELETE FROM trail WHERE seq = 2")
    await ledger.append(entry(action="refused"), entry())
    await ledger.tamper("DELETE FROM trail WHERE seq = 2")
    await ledger.tamper("INSERT INTO trail SELECT * FROM put_aside")
    assert await ledger.found() == [("IT-1", 3, 3, "unlinked")]


async def test_a_seq_that_stands_twice_is_found(ledger: Ledger) -> None:
    await ledger.append(*numbered("IT-1", 3))
    await ledger.tamper("ALTER TABLE trail DROP CONSTRAINT trail_pkey")
    await ledger.tamper("INSERT INTO trail SELECT * FROM trail WHERE seq = 2")
    assert await ledger.found() == [("IT-1", 2, 2, "repeated")]


@pytest.mark.clause("GUIDE-18h", "GUIDE-4.5")
async def test_beginnings_may_go_after_18_months_and_not_before(ledger: Ledger) -> None:
    now = datetime(2026, 3, 31, 12, tzinfo=UTC)  # 18 months before: 30 September 2024.
    times = [datetime(2024, 9, day, 11, tzinfo=UTC) for day in (1, 30)] + [datetime(2024, 10, 1, tzinfo=UTC), now]
    await ledger.append(*(entry(at=at) for at in times))
    await ledger.tamper("DELETE FROM trail WHERE seq = 1")
    assert await ledger.found(now=now) == []
    await ledger.tamper("DELETE FROM trail WHERE seq = 2")
    assert await ledger.found(now=now) == [("IT-1", 1, 2, "missing")]


@pytest.mark.long
async def test_many_rows_are_read_page_by_page(ledger: Ledger) -> None:
    for _ in range(10):
        await ledger.append(*numbered("IT-1", 400), *numbered("IT-2", 600))
    assert 4000 % trail.PAGE == 0 != 10_000 % 4000
    report = await ledger.report()
    assert (report.chains, report.rows, report.faults) == (2, 10_000, 0)
    await ledger.tamper("UPDATE trail SET purpose = 'x' WHERE chain = 'IT-2' AND seq IN (1, 1000, 6000)")
    await ledger.tamper("DELETE FROM trail WHERE chain = 'IT-1' AND seq = $1", trail.PAGE)
    assert await ledger.found() == [
        ("IT-1", trail.PAGE, trail.PAGE, "missing"),
        *(("IT-2", seq, seq, "altered") for seq in (1, 1000, 6000)),
    ]


async def test_of_very_many_faults_the_first_are_told_and_all_are_counted(ledger: Ledger) -> None:
    await ledger.append(*numbered("IT-1", trail.FINDINGS_TOLD + 10))
    await ledger.tamper("UPDATE trail SET details = $1::text::jsonb", json.dumps({}))
    report = await ledger.report()
    assert (report.faults, len(report.findings)) == (trail.FINDINGS_TOLD + 10, trail.FINDINGS_TOLD)
