"""How a contract's workflow begins."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from schemas.content import ContentVersion
from schemas.rehearsal import Clock
from schemas.state import ContractInput, ContractState
from terms.calendar import local_date, month_start
from terms.clock import business_time


def opening_state(start: ContractInput, real_now: datetime, mandates: list[str]) -> ContractState:
    """The state of a contract just handed over; a rehearsal's clock begins at its signature."""
    contract = start.contract
    assert contract is not None, "a contract starts with what was signed"
    clock = Clock()
    if start.rehearsal is not None:
        clock = Clock(business_origin=contract.signed_at, real_origin=real_now, speed=start.rehearsal.speed)
    now = business_time(clock, real_now)
    # A signature dated ahead of its arrival must not leave the days before it without content.
    first_day = min(local_date(contract.signed_at), local_date(now))
    first = ContentVersion(service=contract.service, effective_on=first_day, content=contract.content)
    return ContractState(
        contract=contract,
        clock=clock,
        reached=now,
        run_month=month_start(local_date(now)),
        mandates=mandates,
        fingerprint=start.fingerprint or "",
        versions=[first],
        credit=Decimal("0.00"),
    )
