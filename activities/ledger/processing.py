"""What the ledger holds for the record of processing: what the controller said and was told, what was done.

What the law forbids to tell the controller (DPA-II.2.1, DPA-II.4.3) is left out of both, unless it is asked for.
"""

from __future__ import annotations

from typing import Final

from asyncpg import Pool, Record

from schemas.controller_acts import PassDataRequest, RecordDisclosure

MAY_BE_SILENCED: Final = (RecordDisclosure.act_name, PassDataRequest.act_name)
CONTROLLER_ACTS: Final = ("record_disclosure", "pass_data_request", "record_instruction", "stop_processing")
MOST_ACTS: Final = 200


async def controller_acts(pool: Pool, contract: str, *, with_silenced: bool) -> list[Record]:
    """The newest that were done, newest first: `at`, `act`, the `told` data, the sealed `note`, and if `silenced`."""
    return list(await pool.fetch(_ACTS, contract, list(CONTROLLER_ACTS), with_silenced, MOST_ACTS))


async def count_of_controller_acts(pool: Pool, contract: str, *, with_silenced: bool) -> int:
    count: int = await pool.fetchval(_COUNT, contract, list(CONTROLLER_ACTS), with_silenced)
    return count


async def operations(pool: Pool, contract: str, *, after: int, limit: int, with_silenced: bool) -> list[Record]:
    """What was done with a contract's personal data behind number `after`, oldest first (DPA-II.4.5).

    No gap in the numbers says that something is left out. Of what was asked for and refused nothing was told; what was
    handed in and is not done yet is taken for silenced too.
    """
    return list(await pool.fetch(_OPERATIONS, contract, list(MAY_BE_SILENCED), with_silenced, after, limit))


_IS_TOLD = "coalesce((outcome -> 'events' -> 0 -> 'data' ->> 'told')::boolean, true)"
_DONE = f"""
    FROM acts WHERE contract = $1 AND act = ANY ($2) AND (outcome ->> 'accepted')::boolean AND ($3 OR {_IS_TOLD})
"""
_COUNT = f"SELECT count(*) {_DONE}"
_ACTS = f"""
    SELECT at, act, outcome -> 'events' -> 0 -> 'data' AS told, payload ->> 'note' AS note, NOT {_IS_TOLD} AS silenced
    {_DONE} ORDER BY at DESC, act_id LIMIT $4
"""
_OPERATIONS = f"""
    WITH told AS (
        SELECT encode(sha256(convert_to(act_id, 'UTF8')), 'hex') AS digest FROM acts
        WHERE contract = $1 AND act = ANY ($2) AND (outcome ->> 'accepted')::boolean AND {_IS_TOLD}
    ), marked AS (
        SELECT seq, at, actor, action, subject, purpose, clauses,
            details ->> 'told' IS NOT DISTINCT FROM 'false'
            OR action = 'act.refused' AND purpose = ANY ($2)
            OR action = 'handed_in' AND subject = ANY ($2)
                AND (details ->> 'act_id_sha256') NOT IN (SELECT digest FROM told) AS silenced
        FROM trail WHERE chain = $1
    ), numbered AS (
        SELECT CASE WHEN $3 THEN seq ELSE seq - count(*) FILTER (WHERE silenced) OVER (ORDER BY seq) END AS seq,
            at, actor, action, subject, purpose, clauses, silenced
        FROM marked
    )
    SELECT * FROM numbered WHERE ($3 OR NOT silenced) AND seq > $4 ORDER BY seq LIMIT $5
"""
