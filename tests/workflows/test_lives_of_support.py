"""Lives of IT support contracts, drawn from seeds: what must be so of every one of them, whatever comes together.

A life has an onboarding that may come to nothing, changes asked for, signed and announced, visits that are recorded
late and voided, money that comes late or never, is taken back, waited for or written off, grounds that overlap, force
majeure, consents withdrawn, people and equipment recorded and erased, notices, agreements and terminations that race;
nobody works for days; and after each of these a fresh run goes on with nothing but what the state says. Of every life
is held:

- no step fails or is taken under the key of another, no day has more to do than it could need, the state stays small
  and says the same once it is carried over, and the contract comes to its closing once all is well again;
- each refused act is told by its refusal alone, and each that is done is told;
- each service day is billed once, for the users of that day and at their price, to the last service day and no
  further; each visit is billed once; no invoice is credited with more than it billed; no invoice is claimed twice;
  what was billed, paid, given back and written off is what is open;
- no person's words or data stand in keys, events, summaries or search attributes; nothing comes after its time.

A failing life prints the shortest script found that has its first fault. `LIGUMS_LIVES=2000-2600` lives other seeds.
"""

from __future__ import annotations

import pytest

from tests.workflows.lives.campaign import campaign, seeds

WEATHERS = (
    frozenset({"money"}),
    frozenset({"ends"}),
    frozenset({"money", "ends"}),
    frozenset({"money", "ends", "credits"}),
    frozenset[str](),
)


@pytest.mark.long
@pytest.mark.campaign
@pytest.mark.parametrize("first", seeds(100))
async def test_lives_of_support(first: int) -> None:
    await campaign("it_support", first, WEATHERS)
