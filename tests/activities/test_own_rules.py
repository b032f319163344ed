"""A worker's own rules take the place of the packaged ones, and are told with each document."""

from __future__ import annotations

from pathlib import Path

import pytest
from asyncpg import Pool

from activities.contract import ContractActivities
from runtime.settings import Settings, SettingsRefused
from runtime.wiring import contract_activities
from schemas.ledger import Entry, Posted
from tests.activities.offices import rows, signing
from tests.books.support import AT, BY_POST, order
from tests.own_rules import NONE_THERE, RULES, laid_down
from tests.sealing_keys import sealer

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


async def test_an_invoice_is_held_to_a_workers_own_rules(pool: Pool, tmp_path: Path) -> None:
    settings = Settings(partners_folder=tmp_path, sms_folder=tmp_path, einvoice_rules_folder=laid_down(tmp_path))
    async with contract_activities(settings, pool, sealer()) as activities:
        number = await posted(activities, "RULES-1")
        documents = activities.post.enclosures.invoices
        assert await documents.of(pool, number) is not None
        [kept] = await rows(pool, "invoice_documents", "RULES-1")
        assert tuple(kept["rules"]) == RULES
        documents.press.close()


async def test_a_folder_without_rules_is_refused(pool: Pool, tmp_path: Path) -> None:
    settings = Settings(partners_folder=tmp_path, sms_folder=tmp_path, einvoice_rules_folder=tmp_path)
    with pytest.raises(SettingsRefused, match=NONE_THERE):
        async with contract_activities(settings, pool, sealer()):
            pass


async def posted(activities: ContractActivities, contract: str) -> str:
    """The number of an invoice that went by post, so that no mail server is needed."""
    await activities.record(await signing(contract, invoice_delivery=BY_POST))
    answer = await activities.issue_invoice(order(contract, series="OWN"))
    assert answer.issued is not None
    number = answer.issued.number
    told = Entry(key=f"{contract}/posted", contract=contract, at=AT, changes=(Posted(number=number),))
    assert (await activities.record(told)).done
    return number
