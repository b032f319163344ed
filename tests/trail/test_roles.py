"""The application cannot change or delete what it has written, nor give itself the right to."""

from __future__ import annotations

import asyncpg
import pytest

from runtime.database import APPLICATION_ROLE
from tests.trail.support import TOKEN, Ledger, entry

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

FORBIDDEN = (
    "UPDATE trail SET purpose = 'other'",
    "UPDATE trail SET personal = NULL",
    "DELETE FROM trail",
    "TRUNCATE trail",
    "INSERT INTO trail SELECT * FROM trail ON CONFLICT (chain, seq) DO UPDATE SET purpose = 'other'",
    "MERGE INTO trail USING trail AS t ON trail.seq = t.seq WHEN MATCHED THEN DELETE",
    "SELECT * FROM trail FOR UPDATE",
    "DROP TABLE trail",
    "DROP TABLE trail CASCADE",
    "ALTER TABLE trail DISABLE TRIGGER ALL",
    "ALTER TABLE trail DISABLE TRIGGER trail_stays",
    "ALTER TABLE trail DROP CONSTRAINT trail_pkey",
    "ALTER TABLE trail RENAME TO other",
    "ALTER TABLE trail OWNER TO ligums_app",
    "DROP TRIGGER trail_stays ON trail",
    "CREATE TRIGGER own BEFORE INSERT ON trail FOR EACH ROW EXECUTE FUNCTION trail_stays()",
    "CREATE RULE own AS ON INSERT TO trail DO INSTEAD NOTHING",
    "CREATE OR REPLACE FUNCTION trail_stays() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    "DROP FUNCTION erase_personal_parts(text, bigint[])",
    "ALTER FUNCTION erase_personal_parts(text, bigint[]) SET search_path = public",
    "SET session_replication_role = replica",
    "SET ROLE ligums",
    "SET SESSION AUTHORIZATION ligums",
    "ALTER ROLE ligums_app SUPERUSER",
    "CREATE TABLE own ()",
    "CREATE SCHEMA own",
    "DELETE FROM _pogo_migration",
    "COPY trail TO PROGRAM 'cat'",
)


@pytest.mark.clause("GUIDE-18h", "GUIDE-18d")
@pytest.mark.parametrize("statement", FORBIDDEN)
async def test_the_application_is_denied(ledger: Ledger, statement: str) -> None:
    [written] = await ledger.append(entry())
    async with ledger.pool.acquire() as db:
        for each in ("RESET ALL", "RESET ROLE", "SET ROLE NONE", "RESET SESSION AUTHORIZATION"):
            await db.execute(each)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await db.execute(statement)
    assert await ledger.owner.fetchval("SELECT hash FROM trail") == written.hash
    assert await ledger.found() == []


async def test_the_application_cannot_grant_itself_more(ledger: Ledger) -> None:
    """PostgreSQL answers with a warning that nothing was granted."""
    await ledger.append(entry())
    await ledger.pool.execute("GRANT ALL ON trail TO ligums_app WITH GRANT OPTION")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await ledger.pool.execute("UPDATE trail SET purpose = 'other'")


async def test_the_application_is_really_someone_else(ledger: Ledger) -> None:
    row = await ledger.pool.fetchrow("SELECT session_user, current_user, rolsuper, rolcreaterole, rolcreatedb"
        " FROM pg_roles WHERE rolname = current_user")  # fmt: skip
    assert row is not None
    assert tuple(row) == (APPLICATION_ROLE, APPLICATION_ROLE, False, False, False)


@pytest.mark.clause("GUIDE-18h")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE trail SET purpose = 'other'",
        "UPDATE trail SET personal = NULL, purpose = 'other'",
        "UPDATE trail SET personal = 'other'",
        "UPDATE trail SET personal_digest = NULL, personal = NULL",
        "DELETE FROM trail",
        "TRUNCATE trail",
    ],
)
async def test_the_owner_is_held_by_the_table_itself(ledger: Ledger, statement: str) -> None:
    await ledger.append(entry(personal=TOKEN))
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only added to"):
        await ledger.owner.execute(statement)
    assert await ledger.found() == []


REMOVAL = (
    "DELETE FROM trail AS old WHERE seq <"
    " (SELECT max(seq) FROM trail WHERE chain = old.chain AND at < now() - interval '18 months')"
)


@pytest.mark.clause("GUIDE-4.5")
async def test_the_owner_may_remove_what_is_older_than_18_months(ledger: Ledger) -> None:
    """All but the newest of the old rows, which shows that those before it were old."""
    now = await ledger.owner.fetchval("SELECT now()")
    ages = [row["at"] for row in await ledger.owner.fetch(
        "SELECT now() - months * interval '1 month' AS at FROM unnest('{30, 20, 19, 17, 0}'::int[]) AS months"
    )]  # fmt: skip
    await ledger.append(*(entry(at=at) for at in ages), entry("IT-2", at=ages[3]))
    await ledger.owner.execute(REMOVAL)
    left = await ledger.owner.fetch("SELECT chain, seq FROM trail ORDER BY chain, seq")
    assert list(map(tuple, left)) == [("IT-1", 3), ("IT-1", 4), ("IT-1", 5), ("IT-2", 1)]
    assert await ledger.found(now=now) == []


async def test_a_later_migrations_tables_are_the_applications_too(ledger: Ledger) -> None:
    await ledger.owner.execute("CREATE TABLE later (id bigserial PRIMARY KEY, note text)")
    done = [
        await ledger.pool.execute(statement)
        for statement in ("INSERT INTO later (note) VALUES ('a')", "UPDATE later SET note = 'b'", "DELETE FROM later")
    ]
    assert done == ["INSERT 0 1", "UPDATE 1", "DELETE 1"]


async def test_the_function_that_erases_cannot_be_led_astray(ledger: Ledger) -> None:
    """A table of the caller's own, found first, is not what it works on; nobody but the application may call it."""
    await ledger.append(entry(personal=TOKEN))
    async with ledger.pool.acquire() as db:
        await db.execute("CREATE TEMP TABLE trail (chain text, seq bigint, personal text)")
        await db.execute("SET search_path = pg_temp, public")
        assert await db.fetchval("SELECT erase_personal_parts('IT-1', '{1}')") == 1
        await db.execute("DROP TABLE pg_temp.trail")
        await db.execute("RESET search_path")
    assert await ledger.owner.fetchval("SELECT personal IS NULL FROM trail")
    await ledger.owner.execute("DROP ROLE IF EXISTS stranger")
    await ledger.owner.execute("CREATE ROLE stranger")
    async with ledger.owner.transaction():
        await ledger.owner.execute("SET LOCAL ROLE stranger")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with ledger.owner.transaction():
                await ledger.owner.fetchval("SELECT erase_personal_parts('IT-1', '{1}')")
    await ledger.owner.execute("DROP ROLE stranger")
