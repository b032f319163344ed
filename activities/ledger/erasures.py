"""What the ledger knows of erasures: rows counted, the sub-processors' part, certificates."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime

from asyncpg import Pool, Record

from activities.ledger.connection import Database
from schemas.attention import LeftOver, SilentPartner, UnfinishedErasure
from schemas.documents import ErasedCategory, PartnerErasure
from schemas.erasure import MOST_REMINDERS, Certificate
from schemas.rehearsal import Clock
from terms.clock import business_time


async def count_erased(
    db: Database, contract: str, at: datetime, rows: Mapping[str, int], keys: Collection[str] = ()
) -> None:
    """Put on record how many rows of each category a step erased, within its transaction.

    `keys` are of those rows alone: the erasure that the step orders destroys them.
    """
    await db.executemany(
        "INSERT INTO erased_rows (contract, at, category, rows, keys) VALUES ($1, $2, $3, $4, $5)",
        [(contract, at, category, count, sorted(keys)) for category, count in rows.items() if count],
    )


async def keys_of_erased_rows(pool: Pool, contract: str, at: datetime) -> list[str]:
    """The keys that were of the rows alone which the step of that instant erased."""
    rows = await pool.fetch(
        "SELECT DISTINCT unnest(keys) AS key FROM erased_rows WHERE contract = $1 AND at = $2 ORDER BY 1", contract, at
    )
    return [row["key"] for row in rows]


async def note_users(pool: Pool, contract: str, phase: str, users: Collection[str]) -> frozenset[str]:
    """Put on record whom an order for every user takes: they are erased from now on. Again, those noted first."""
    await pool.execute(
        "INSERT INTO erased_users (contract, phase, users) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        contract,
        phase,
        sorted(users),
    )
    noted = await pool.fetchval("SELECT users FROM erased_users WHERE contract = $1 AND phase = $2", contract, phase)
    return frozenset(noted)


# Certificates


async def certificate(pool: Pool, certificate_id: str) -> Certificate | None:
    document = await pool.fetchval("SELECT document FROM certificates WHERE id = $1", certificate_id)
    return Certificate.model_validate(document) if document is not None else None


async def certificates(pool: Pool, contract: str) -> list[Certificate]:
    """A contract's certificates, oldest first."""
    rows = await pool.fetch(
        "SELECT document FROM certificates WHERE contract = $1 ORDER BY issued_at, id LIMIT 1000", contract
    )
    return [Certificate.model_validate(row["document"]) for row in rows]


async def claim_erased(db: Database, contract: str, at: datetime, certificate_id: str) -> tuple[ErasedCategory, ...]:
    """The rows erased up to `at` that no certificate states yet, by category, for this one to state."""
    rows = await db.fetch(
        "WITH claimed AS (UPDATE erased_rows SET certificate = $3"
        " WHERE contract = $1 AND at <= $2 AND certificate IS NULL RETURNING category, rows)"
        " SELECT category, sum(rows)::bigint AS count FROM claimed GROUP BY category ORDER BY category",
        contract,
        at,
        certificate_id,
    )
    return tuple(ErasedCategory(category=row["category"], count=row["count"]) for row in rows)


async def keep_certificate(db: Database, certificate: Certificate) -> None:
    await db.execute(
        "INSERT INTO certificates (id, contract, issued_at, found, document) VALUES ($1, $2, $3, $4, $5)"
        " ON CONFLICT DO NOTHING",
        certificate.id,
        certificate.contract,
        certificate.issued_at,
        certificate.found,
        certificate.model_dump(mode="json"),
    )


async def last_booked_on(db: Database, contract: str) -> date | None:
    """The day of the contract's last invoice or payment."""
    day: date | None = await db.fetchval(
        "SELECT greatest((SELECT max(issued_on) FROM invoices WHERE contract = $1),"
        " (SELECT max(paid_on) FROM payments WHERE contract = $1))",
        contract,
    )
    return day


# Sub-processors


async def partners(db: Database | Pool, contract: str) -> tuple[PartnerErasure, ...]:
    """Who was asked to erase and who has confirmed, each request for itself."""
    rows = await db.fetch(
        "SELECT partner, asked_at, confirmed_at FROM partner_erasures"
        " WHERE contract = $1 AND times_asked > 0 ORDER BY asked_at, partner",
        contract,
    )
    return tuple(PartnerErasure(**dict(row)) for row in rows)


async def asked_partners(db: Database | Pool, contract: str) -> tuple[str, ...]:
    """The names of those who were written to, for whatever reason."""
    rows = await db.fetch(
        "SELECT DISTINCT partner FROM partner_erasures WHERE contract = $1 AND times_asked > 0 ORDER BY partner",
        contract,
    )
    return tuple(row["partner"] for row in rows)


async def times_asked(pool: Pool, contract: str, phase: str, partner: str) -> Record | None:
    return await pool.fetchrow(
        "SELECT asked_at, times_asked, confirmed_at FROM partner_erasures"
        " WHERE contract = $1 AND phase = $2 AND partner = $3",
        contract,
        phase,
        partner,
    )


async def note_to_be_asked(pool: Pool, contract: str, phase: str, partner: str, at: datetime) -> None:
    await pool.execute(
        "INSERT INTO partner_erasures (contract, phase, partner, asked_at, times_asked) VALUES ($1, $2, $3, $4, 0)"
        " ON CONFLICT DO NOTHING",
        contract,
        phase,
        partner,
        at,
    )


async def note_asked(
    pool: Pool, contract: str, phase: str, partner: str, at: datetime, times: int, refused_code: int | None
) -> None:
    """A sub-processor was asked for the `times`-th time; asked again for the same, nothing more."""
    await pool.execute(
        "INSERT INTO partner_erasures AS known (contract, phase, partner, asked_at, times_asked, refused_code)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (contract, phase, partner)"
        " DO UPDATE SET times_asked = greatest(known.times_asked, $5), refused_code = $6",
        contract,
        phase,
        partner,
        at,
        times,
        refused_code,
    )


async def note_confirmed(db: Database, contract: str, at: datetime, partner: str) -> None:
    """Whatever the sub-processor was written to about is confirmed; a letter that has yet to leave is not answered."""
    await db.execute(
        "UPDATE partner_erasures SET confirmed_at = $2"
        " WHERE contract = $1 AND partner = $3 AND asked_at <= $2 AND times_asked > 0"
        " AND confirmed_at IS NULL",
        contract,
        at,
        partner,
    )


async def unconfirmed(pool: Pool, contract: str, phase: str) -> int:
    count: int = await pool.fetchval(
        "SELECT count(*) FROM partner_erasures WHERE contract = $1 AND phase = $2 AND confirmed_at IS NULL",
        contract,
        phase,
    )
    return count


async def silent_partners(pool: Pool) -> list[SilentPartner]:
    """Sub-processors that were reminded as often as is done and have not confirmed, or could not be written to."""
    rows = await pool.fetch(
        "SELECT contract, service, partner, asked_at, times_asked, refused_code IS NOT NULL AS refused"
        " FROM partner_erasures JOIN contracts ON number = contract"
        " WHERE confirmed_at IS NULL AND (times_asked > $1 OR refused_code IS NOT NULL)"
        " ORDER BY contract, asked_at LIMIT 1000",
        MOST_REMINDERS,
    )
    return [SilentPartner.model_validate(dict(row)) for row in rows]


async def unclean_certificates(pool: Pool) -> list[LeftOver]:
    """Certificates whose scan found something that should be gone."""
    rows = await pool.fetch(
        "SELECT id AS certificate, contract, service, issued_at, found"
        " FROM certificates JOIN contracts ON number = contract WHERE found > 0 ORDER BY id LIMIT 1000"
    )
    return [LeftOver.model_validate(dict(row)) for row in rows]


async def unfinished(pool: Pool, now: datetime) -> list[UnfinishedErasure]:
    """Erasures that no certificate states yet, by the real time `now`; one for each contract, its oldest."""
    rows = await pool.fetch(
        "SELECT contract, service, min(at) AS at, business_origin, real_origin, speed FROM erased_rows"
        " JOIN contracts ON number = contract WHERE certificate IS NULL"
        " GROUP BY contract, service, business_origin, real_origin, speed ORDER BY contract LIMIT 1000"
    )
    found = []
    for row in rows:
        clock = Clock(business_origin=row["business_origin"], real_origin=row["real_origin"], speed=row["speed"])
        waits = (business_time(clock, now) - row["at"]) / clock.speed
        found.append(UnfinishedErasure(contract=row["contract"], service=row["service"], at=row["at"], waits=waits))
    return found
