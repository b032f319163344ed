"""Keeps a child process alive: starts it again when it dies, gives up loudly when it keeps dying."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from runtime.embedded.failures import ChildFailed, EmbeddedFailure
from runtime.embedded.process import Child, Program, stop_leftover

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Restarts:
    """How often a part may be started again: `attempts` times a window, each delay twice the last."""

    attempts: int
    window_seconds: float = 30
    first_delay_seconds: float = 0.05
    longest_delay_seconds: float = 5

    def delay_seconds(self, earlier: int) -> float:
        """How long to wait before the next attempt, `earlier` being those already made within the window."""
        return min(self.first_delay_seconds * 2.0**earlier, self.longest_delay_seconds)


KEEP_ALIVE = Restarts(attempts=8)
NEVER = Restarts(attempts=0)


async def _nothing_to_prepare() -> None:
    return None


class Supervisor:
    """Runs one program; `prepare` clears the ground before each start."""

    def __init__(self, program: Program, restarts: Restarts, prepare: Callable[[], Awaitable[None]]) -> None:
        self.failure: Exception | None = None
        self._program = program
        self._restarts = restarts
        self._prepare = prepare
        self._child: Child | None = None
        self._restarted_at: deque[float] = deque(maxlen=restarts.attempts + 1)

    async def start(self) -> Child:
        """Start the program and wait until it is ready; when that fails, nothing is left running."""
        await self._prepare()
        self._child = await Child.start(self._program)
        try:
            await self._child.wait_until_ready()
        except BaseException:
            await self._child.stop()
            raise
        return self._child

    async def stop(self) -> None:
        if self._child is not None:
            await self._child.stop()

    async def watch(self, child: Child, owner: asyncio.Task[object]) -> None:
        """Keep the program alive; when that cannot be done, keep the failure and cancel `owner`."""
        try:
            while True:
                child = await self._start_again(await child.death())
        except Exception as failure:
            logger.error("%s", failure)
            self.failure = failure
            owner.cancel()

    async def _start_again(self, failure: EmbeddedFailure) -> Child:
        while True:
            earlier = self._restarts_within_window()
            if earlier >= self._restarts.attempts:
                raise failure.after(earlier) if isinstance(failure, ChildFailed) else failure
            logger.warning("%s; starting it again", failure)
            await asyncio.sleep(self._restarts.delay_seconds(earlier))
            self._restarted_at.append(asyncio.get_running_loop().time())
            try:
                return await self.start()
            except EmbeddedFailure as again:
                failure = again

    def _restarts_within_window(self) -> int:
        now = asyncio.get_running_loop().time()
        while self._restarted_at and now - self._restarted_at[0] > self._restarts.window_seconds:
            self._restarted_at.popleft()
        return len(self._restarted_at)


@asynccontextmanager
async def supervised(
    program: Program,
    *,
    restarts: Restarts = KEEP_ALIVE,
    prepare: Callable[[], Awaitable[None]] = _nothing_to_prepare,
) -> AsyncIterator[Child]:
    """Run `program` for the length of the block, which gets its first process once that is ready.

    What an earlier run left of it is stopped first. If the program dies and cannot be kept alive, the block
    is cancelled and `ChildFailed` (or what else went wrong) is raised in place of the cancellation.
    """
    await stop_leftover(program)
    supervisor = Supervisor(program, restarts, prepare)
    owner = asyncio.current_task()
    assert owner is not None, "a coroutine always runs in a task"
    try:
        try:
            child = await supervisor.start()
            watcher = asyncio.create_task(supervisor.watch(child, owner), name=f"watch {program.name}")
            try:
                yield child
            finally:
                watcher.cancel()
                await asyncio.wait([watcher])
        finally:
            await supervisor.stop()
    except asyncio.CancelledError:
        if supervisor.failure is None or owner.uncancel() > 0:
            raise
    if supervisor.failure is not None:
        raise supervisor.failure
