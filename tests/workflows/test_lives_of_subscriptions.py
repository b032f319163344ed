"""Lives of Microsoft 365 contracts, drawn from seeds: what must be so of every one of them, whatever comes together.

A life has orders, more and fewer licences, other products, leaving early, prices announced and objected to, money that
comes late or never or is taken back, grounds that open and are cured, ends planned and withdrawn, and an ALSO that is
silent, refuses, loses answers or references, provides slowly or not at all, or is changed by hand; nobody works for
days; and after each of these a fresh run goes on with nothing but what the state says. Of every life is held:

- no step fails or is taken under the key of another, no day has more to do than it could need, the state stays small
  and says the same once it is carried over, and the contract comes to its closing once all is well again;
- each request that is accepted is answered once and in writing, each refused act is told by its refusal alone;
- what stands at ALSO is what the contract says, or the difference is told and due, and nothing goes on there unseen;
- each day of a term is billed once for each licence, and what is billed less what is credited is, to the cent, what
  the reference (`lives/reference.py`) works out from the timeline; no invoice is credited with more than it billed,
  and what was billed, paid, given back and written off is what is open;
- no person's words or data stand in keys, events, summaries or search attributes; nothing comes after its time.

A failing life prints the shortest script found that has its first fault. `LIGUMS_LIVES=2000-2600` lives other seeds.
"""

from __future__ import annotations

import pytest

from tests.workflows.lives.campaign import campaign, seeds

WEATHERS = (
    frozenset({"also"}),
    frozenset({"also", "ends"}),
    frozenset({"money", "ends"}),
    frozenset({"also", "money"}),
    frozenset({"also", "money", "ends", "credits"}),
    frozenset({"also", "ends", "beside_us"}),
    frozenset({"money", "ends", "credits"}),
)


@pytest.mark.long
@pytest.mark.campaign
@pytest.mark.parametrize("first", seeds(60))
async def test_lives_of_subscriptions(first: int) -> None:
    await campaign("microsoft365", first, WEATHERS)
