"""What the sandbox keeps on disk: enough to go on after a restart, and nobody in person."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from schemas.also import AlsoSubscription
from tests.partners.also.support import ORDERED, Stage, company, order, registered, staged


async def placed(stage: Stage) -> AlsoSubscription:
    _, tenant = await registered(stage)
    return await stage.at().order(order(tenant))


async def test_what_stands_at_also_outlives_its_process_and_sessions_do_not(tmp_path: Path) -> None:
    async with staged(tmp_path) as first:
        before = await placed(first)
    async with staged(tmp_path) as second:
        assert await second.at().subscription(before.account_id) == before
        second.also.connection._token = first.also.connection._token
        _, after = await second.at().subscriptions(before.company_id)
        assert after == before
        kept = list((tmp_path / "also").iterdir())
        assert {each.name for each in kept} >= {"marketplace.json", "company-100001.json"}
        assert all(each.stat().st_mode & 0o077 == 0 for each in kept)


@pytest.mark.clause("M365-13")
async def test_nobody_in_person_is_on_the_sandboxs_disk(tmp_path: Path) -> None:
    """Not while it runs, not after it, and not once another has taken its place and written anew."""

    def on_disk() -> bytes:
        return b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())

    async with staged(tmp_path) as first:
        held = await placed(first)
        [told] = await first.at()._ask("GetCompany", {"accountId": held.company_id})
        assert (told["ContactPerson"], told["Email"]) == ("Anna Bērziņa", "anna@priedes.example")
        written = on_disk()
    async with staged(tmp_path) as second:
        await second.at().increase(held.account_id, 12)
        written += on_disk()
    written += on_disk()
    assert b"M365-2026-000001/1" in written
    for each in ("Anna", "Bērziņa", "B\\u0113rzi\\u0146a", "anna@", "29123456"):
        assert each.encode() not in written


async def test_a_call_writes_of_the_customer_it_is_about_and_of_no_other(stage: Stage, tmp_path: Path) -> None:
    held = await placed(stage)
    for number in range(3):
        await stage.at().register(company(f"OTHER-{number}"))
    before = {each.name: each.stat().st_mtime_ns for each in (tmp_path / "also").iterdir()}
    await stage.at(ORDERED + timedelta(days=1)).subscription(held.account_id)
    after = {each.name: each.stat().st_mtime_ns for each in (tmp_path / "also").iterdir()}
    assert [name for name in after if before.get(name) != after[name]] == [f"company-{held.company_id}.json"]
