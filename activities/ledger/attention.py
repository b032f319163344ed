"""What the ledger knows that may need a person: the facts of each contract that is watched."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from asyncpg import Pool, Record

from activities.ledger.reading import OPEN_INVOICES
from schemas.attention import (
    ContractFacts,
    EmptiedCredential,
    InvoiceToPrint,
    LettersOfAKind,
    Milestone,
    RefusalsOfAKind,
    UnpaidInvoice,
    UnsoundInvoice,
)
from schemas.base import Frozen
from schemas.rehearsal import Clock
from terms.clock import business_time

PAGE = 500
SHOWN_WITHIN = timedelta(days=21)
"""Longer than five working days ever take: how many of the refusals and of the letters to post are read at all."""

RowT = TypeVar("RowT", bound=Frozen)


async def facts(pool: Pool, now: datetime) -> AsyncIterator[ContractFacts]:
    """The facts of every watched contract at its own business time, by number; `now` is the real time."""
    after = ""
    while True:
        rows = await pool.fetch(_WATCHED, after, PAGE)
        for each in await _facts_of(pool, rows, now):
            yield each
        if len(rows) < PAGE:
            return
        after = rows[-1]["contract"]


async def _facts_of(pool: Pool, rows: Sequence[Record], now: datetime) -> list[ContractFacts]:
    numbers = [row["contract"] for row in rows]
    instants = [business_time(_clock(row), now) for row in rows]
    milestones = _by_contract(await pool.fetch(_MILESTONES, numbers), Milestone)
    since = [instant - SHOWN_WITHIN for instant in instants]
    letters = _by_contract(await pool.fetch(_LETTERS, numbers, since), LettersOfAKind)
    refusals = _by_contract(await pool.fetch(_REFUSALS, numbers, since), RefusalsOfAKind)
    unpaid = _by_contract(await pool.fetch(_UNPAID, numbers), UnpaidInvoice)
    to_print = _by_contract(await pool.fetch(_TO_PRINT, numbers), InvoiceToPrint)
    unsound = _by_contract(await pool.fetch(_UNSOUND, numbers), UnsoundInvoice)
    emptied = _by_contract(await pool.fetch(_EMPTIED, numbers), EmptiedCredential)
    return [
        ContractFacts(
            **{name: value for name, value in row.items() if name in ContractFacts.model_fields},
            now=instant,
            milestones=tuple(milestones[row["contract"]]),
            letters=tuple(letters[row["contract"]]),
            refusals=tuple(refusals[row["contract"]]),
            unpaid=tuple(unpaid[row["contract"]]),
            to_print=tuple(to_print[row["contract"]]),
            unsound=tuple(unsound[row["contract"]]),
            emptied=tuple(emptied[row["contract"]]),
        )
        for row, instant in zip(rows, instants, strict=True)
    ]


def _clock(row: Record) -> Clock:
    return Clock(business_origin=row["business_origin"], real_origin=row["real_origin"], speed=row["speed"])


def _by_contract(rows: Sequence[Record], model: type[RowT]) -> defaultdict[str, list[RowT]]:
    found: defaultdict[str, list[RowT]] = defaultdict(list)
    for row in rows:
        fields = dict(row)
        found[fields.pop("contract")].append(model.model_validate(fields))
    return found


# A closed contract has nothing left to do but to tell what was refused to it, that its end is in question, what is
# to be repaid, and that its RMM agents are still there or subscriptions not cancelled.
_WATCHED = """
    SELECT number AS contract, service, stage, signed_at, onboarding_at, period_to, ends_on, erase_on,
        business_origin, real_origin, speed,
        (SELECT content ->> 'plan' FROM content_versions WHERE contract = number
            ORDER BY effective_on DESC, id DESC LIMIT 1) AS plan
    FROM contracts
    WHERE number > $1 AND (stage <> 'closed'
        OR number IN (SELECT contract FROM timeline WHERE event IN ('act.refused', 'change.refused'))
        OR number IN (SELECT contract FROM timeline WHERE event = 'end.questioned')
        OR number IN (SELECT contract FROM timeline WHERE event = 'contract.closed' AND data ? 'refund')
        OR number IN (SELECT contract FROM timeline WHERE event = 'contract.closed' AND data ? 'agents')
        OR number IN (SELECT contract FROM timeline WHERE event = 'contract.closed'
            AND data ? 'subscriptions_not_cancelled')
        OR number IN (SELECT contract FROM timeline WHERE event = 'contract.closed'
            AND data ?| ARRAY['registration_unknown', 'delegation_unknown']))
    ORDER BY number LIMIT $2
"""
_MILESTONES = """
    SELECT contract, at, event, clauses, data FROM timeline
    WHERE contract = ANY ($1) AND event IN ('audit.recorded', 'rmm.installed', 'service.suspended', 'ground.cured',
        'force_majeure.declared', 'force_majeure.ended', 'term.switched_off', 'term.restored', 'consent.withdrawn',
        'change.objected', 'notice.given', 'end.agreed', 'data.erased')
        OR contract = ANY ($1) AND event IN ('statement.awaited', 'end.questioned')
        OR contract = ANY ($1) AND event IN ('contract.ended', 'rmm.removed')
        OR contract = ANY ($1) AND event = 'user.unsearched'
        OR contract = ANY ($1) AND event = 'user.perhaps_named'
        OR contract = ANY ($1) AND event = 'user.searched'
        OR contract = ANY ($1) AND event = 'contract.closed' AND data ? 'refund'
        OR contract = ANY ($1) AND event = 'contract.closed' AND data ? 'subscriptions_not_cancelled'
        OR contract = ANY ($1) AND event = 'contract.closed'
            AND data ?| ARRAY['registration_unknown', 'delegation_unknown']
        OR contract = ANY ($1) AND event IN ('agreement.accepted', 'reseller.approved', 'approvals.asked',
            'delegation.asked', 'delegation.approved', 'delegation.ended', 'subscription.ordered',
            'subscription.confirmed', 'subscription.changed', 'subscription.renewed', 'subscription.disconnected',
            'subscription.cancelled', 'subscription.refused', 'distributor.differs', 'distributor.agrees',
            'vendor.suspended', 'vendor.resumed', 'renewal.taken')
        OR contract = ANY ($1) AND event IN ('order.unknown', 'order.found', 'order.absent', 'distributor.silent',
            'distributor.answers')
        OR contract = ANY ($1) AND event IN ('customer.registered', 'registration.unknown', 'registration.absent')
    ORDER BY contract, seq
"""
# Letters to post are told by the day, as each is shown for some days only. Invoices with a document are told each by
# its number, as long as it is on the print queue or does not leave.
_LETTERS = """
    SELECT letters.contract, kind, role, channel, status, faulty_key, min(at) AS at, count(*) AS count
    FROM letters JOIN unnest($1::text[], $2::timestamptz[]) AS watched (contract, since)
        ON letters.contract = watched.contract AND (letters.at >= watched.since OR status <> 'postal')
    WHERE status IN ('queued', 'refused', 'bounced', 'postal', 'nobody')
        AND NOT (status IN ('postal', 'queued') AND EXISTS (SELECT FROM invoice_documents
            WHERE letter = message_key AND (status = 'postal' OR broken <> '{}')))
    GROUP BY letters.contract, kind, role, channel, status, faulty_key, CASE WHEN status = 'postal' THEN at END
    ORDER BY letters.contract, min(at)
"""
_REFUSALS = """
    SELECT timeline.contract, coalesce(data ->> 'act', 'request_change') AS act, data ->> 'reason' AS reason, clauses,
        max(at) AS at, count(*) AS count
    FROM timeline JOIN unnest($1::text[], $2::timestamptz[]) AS watched (contract, since)
        ON timeline.contract = watched.contract AND timeline.at >= watched.since
    WHERE event IN ('act.refused', 'change.refused')
    GROUP BY timeline.contract, act, reason, clauses ORDER BY timeline.contract, max(at)
"""
_TO_PRINT = """
    SELECT letters.contract, number, at FROM letters JOIN invoice_documents ON letter = message_key
    WHERE letters.contract = ANY ($1) AND status = 'postal' ORDER BY letters.contract, at, letters.id
"""
_UNSOUND = """
    SELECT contract, number, issued_at AS at, broken FROM invoice_documents
    WHERE contract = ANY ($1) AND broken <> '{}' ORDER BY contract, issued_at
"""
_UNPAID = (
    "SELECT contract, number, due_on FROM (" + OPEN_INVOICES + ") AS i"
    " WHERE open > 0 AND sent_on IS NOT NULL AND contract = ANY ($1)"
)
# Since when, the timeline tells, unless the row was emptied again after a restore from a backup.
_EMPTIED = """
    SELECT contract, id AS credential, coalesce((
        SELECT max(at) FROM timeline
        WHERE timeline.contract = credentials.contract AND event = 'record.unnamed'
            AND data ->> 'inventory' = 'credentials' AND data ->> 'record' = id
    ), since) AS at
    FROM credentials WHERE contract = ANY ($1) AND NOT details ? 'secret' ORDER BY contract, id LIMIT 1000
"""
