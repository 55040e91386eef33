# SPDX-License-Identifier: Apache-2.0
"""Threads in which requests are answered; to hand one over takes a third of the time that anyio or asyncio take."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar

from kfp_server_api.server.descriptors import most

_Result = TypeVar("_Result")

_LONG_AT_ONCE = 2
"""Functions at one time that take long; others like them wait, but keep nobody else from being answered."""


class _Job(NamedTuple):
    function: Callable[[], Any]
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class Threads:
    """Threads of one event loop, started as they are needed; all but `close` is called in that loop."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._most = min(40, most() // 8)  # each may need some descriptors
        self._count = self._busy = 0
        self._long = asyncio.Semaphore(_LONG_AT_ONCE)

    def run(self, function: Callable[[], _Result]) -> asyncio.Future[_Result]:
        """Call a function in a thread; what it returns or raises comes with the future."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[_Result] = loop.create_future()
        self._busy += 1
        if self._count < min(self._busy, self._most):
            self._count += 1
            threading.Thread(target=self._work, name="kfp-handler", daemon=True).start()
        self._jobs.put(_Job(function, future, loop))
        return future

    async def run_long(self, function: Callable[[], _Result]) -> _Result:
        """Call a function that may take long in a thread, when few others like it are called."""
        async with self._long:
            return await self.run(function)

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
