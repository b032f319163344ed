"""What the ledger holds for the record of processing: what the controller said and was told."""

from __future__ import annotations

from typing import Final

from asyncpg import Pool, Record

CONTROLLER_ACTS: Final = ("record_disclosure", "pass_data_request", "record_instruction", "stop_processing")
MOST_ACTS: Final = 200


async def controller_acts(pool: Pool, contract: str) -> list[Record]:
    """The newest that were done, newest first: `at`, `act`, the `told` data and the sealed `note`."""
    return list(await pool.fetch(_ACTS, contract, list(CONTROLLER_ACTS), MOST_ACTS))


async def count_of_controller_acts(pool: Pool, contract: str) -> int:
    count: int = await pool.fetchval(_COUNT, contract, list(CONTROLLER_ACTS))
    return count


_DONE = "FROM acts WHERE contract = $1 AND act = ANY ($2) AND (outcome ->> 'accepted')::boolean"
_COUNT = f"SELECT count(*) {_DONE}"
_ACTS = f"""
    SELECT at, act, outcome -> 'events' -> 0 -> 'data' AS told, payload ->> 'note' AS note {_DONE}
    ORDER BY at DESC, act_id LIMIT $3
"""
