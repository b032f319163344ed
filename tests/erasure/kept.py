"""A contract whose acts are sealed, recorded and obeyed as in the product, without a server of Temporal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

from asyncpg import Pool

from activities.contract import ContractActivities
from activities.erasure.steps import ErasureActivities
from runtime.settings import Settings
from runtime.wiring import contract_activities
from schemas.base import Frozen
from schemas.contract import SignedContract
from schemas.erasure import ErasureOrder
from schemas.intake import ActToSeal
from schemas.ledger import Entry
from sealing.errors import KeyDestroyed
from sealing.sealer import Sealer
from tests.erasure.support import erasing
from tests.ports import free_port
from tests.workflows.driven import DrivenContract

Result = TypeVar("Result")


class KeptContract(DrivenContract):
    """One whose acts the product's own activities seal, record and obey; `sealed` is what histories hold."""

    def __init__(self, contract: SignedContract) -> None:
        super().__init__(contract)
        self.sealed: list[str] = []

    def at_work(self, activities: ContractActivities, steps: ErasureActivities) -> None:
        self.activities, self.steps = activities, steps

    async def attempt(self, activity: str, request: Frozen, result: type[Result], summary: str) -> Result:
        match request:
            case ActToSeal():
                answer = await self.activities.seal_act(request)
                self.sealed.append(answer.model_dump_json())
                return cast(Result, answer)
            case Entry():
                self.entries.append(request)
                return cast(Result, await self.activities.record(request))
            case ErasureOrder():
                request = await self.steps.naming_all(request)
        return await super().attempt(activity, request, result, summary)

    async def done(self, acts: Iterable[tuple[str, dict[str, Any]]]) -> None:
        for act, fields in acts:
            outcome = await self.act(act, **fields)
            assert outcome.accepted, outcome.reason


async def readable(sealer: Sealer, texts: Iterable[str]) -> set[str]:
    """The clear text of every sealed value in these texts whose key is there."""
    found = set()
    for token in re.findall(r"sealed:v1:[A-Za-z0-9/_.:-]+", " ".join(texts)):
        with suppress(KeyDestroyed):
            found.add(await sealer.open(token))
    return found


async def live(
    pool: Pool, state: Path, contract: KeptContract, sealer: Sealer, *acts: tuple[str, dict[str, Any]]
) -> None:
    """Have these acts done; no mail server is up, so that whatever letters there are wait."""
    settings = Settings(smtp_port=free_port(), partners_folder=state / "partners", sms_folder=state / "sms")
    async with contract_activities(settings, pool, sealer) as activities:
        contract.at_work(activities, erasing(pool, sealer))
        await contract.until(contract.now)
        await contract.done(acts)
