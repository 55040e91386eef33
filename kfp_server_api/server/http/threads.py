# SPDX-License-Identifier: Apache-2.0
"""Threads in which requests are answered: those that only read never stand behind those that wait to write.

To hand a request over takes a third of the time that anyio or asyncio take.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import Any, NamedTuple

import anyio

from kfp_server_api._operation import Operation
from kfp_server_api.server.descriptors import most
from kfp_server_api.server.errors import UNAVAILABLE, RequestError
from kfp_server_api.server.http.arguments import error_of
from kfp_server_api.server.resources.call import PATIENCE, Result, before

_MOST = 40
"""Threads at one time, of which writers may take two in five."""
_LONG_AT_ONCE = 2
"""Requests at one time that take long to read; others like them wait, but keep nobody else from being answered."""


class _Job(NamedTuple):
    function: Callable[[], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class Threads:
    """Threads of one event loop, started as they are needed; all but `close` is called in that loop."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._most = int(min(_MOST, most() // 8))  # each may need some descriptors
        self._count = self._busy = 0
        self._writers = anyio.Semaphore(max(1, self._most * 2 // 5))
        self._long = anyio.Semaphore(_LONG_AT_ONCE)

    async def answer(self, operation: Operation, work: Callable[[], Result], long: bool = False) -> Result:
        """Do the work of an operation in a thread; what a writer waits for, a thread and the store, has one deadline.

        Args:
            long: whether the work begins with reading what takes long; the deadline is counted from its turn.

        Raises:
            RequestError: it cannot be done, or not before the deadline; then it never will be.
        """
        if not long:
            return await self._answer(operation, work)
        async with self._long:
            return await self._answer(operation, work)

    async def _answer(self, operation: Operation, work: Callable[[], Result]) -> Result:
        error = error_of(operation)
        in_time = partial(before, time.monotonic() + PATIENCE, work, error)
        if operation.method == "GET":
            return await self.run(in_time)
        await self._await_turn(error)
        try:
            return await self.run(in_time)
        finally:
            self._writers.release()

    async def _await_turn(self, error: type[RequestError]) -> None:
        """Wait until a writer may have a thread, which is at once where few others write."""
        with contextlib.suppress(anyio.WouldBlock):
            return self._writers.acquire_nowait()
        with anyio.move_on_after(PATIENCE) as waiting:
            await self._writers.acquire()
        if waiting.cancelled_caught:
            raise error(UNAVAILABLE, "Other requests keep the server busy; nothing was changed")
        return None

    def run(self, function: Callable[[], Result]) -> asyncio.Future[Result]:
        """Call a function in a thread; what it returns or raises comes with the future."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        self._busy += 1
        if self._count < min(self._busy, self._most):
            self._count += 1
            threading.Thread(target=self._work, name="kfp-handler", daemon=True).start()
        self._jobs.put(_Job(function, future, loop))
        return future

    def close(self) -> None:
        """Have the threads end when they have nothing to do."""
        self._jobs.put(None)

    def _work(self) -> None:
        while job := self._jobs.get():
            try:
                result, error = job.function(), None
            except BaseException as problem:
                result, error = None, problem
            with contextlib.suppress(RuntimeError):  # the loop was closed: nobody waits any more
                job.loop.call_soon_threadsafe(self._finish, job.future, result, error)
            del job, result, error  # nothing is kept until the next one
        self._jobs.put(None)  # for the other threads

    def _finish(self, future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
        self._busy -= 1
        if future.cancelled():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
