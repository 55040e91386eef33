# SPDX-License-Identifier: Apache-2.0
"""Threads in which handlers run: those that only read never stand behind those that wait to write."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import anyio
from starlette.concurrency import run_in_threadpool

from kfp_server_api._operation import Operation
from kfp_server_api.server.errors import UNAVAILABLE, RequestError, UploadError
from kfp_server_api.server.http.arguments import takes_file
from kfp_server_api.server.resources.call import PATIENCE, Result, before

_WRITERS = 16
"""Threads that writers may take; all have 40."""


class HandlerThreads:
    """The threads of one server."""

    def __init__(self) -> None:
        self._writers = anyio.Semaphore(_WRITERS)

    async def run(self, operation: Operation, work: Callable[[], Result]) -> Result:
        """Do the work of an operation in a thread; what a writer waits for, a thread and the store, has one deadline.

        Raises:
            RequestError: it cannot be done, or not before the deadline; then it never will be.
        """
        error = UploadError if takes_file(operation) else RequestError
        in_time = partial(before, time.monotonic() + PATIENCE, work, error)
        if operation.method == "GET":
            return await run_in_threadpool(in_time)
        with anyio.move_on_after(PATIENCE) as waiting:
            await self._writers.acquire()
        if waiting.cancelled_caught:
            raise error(UNAVAILABLE, "Other requests keep the server busy; nothing was changed")
        try:
            return await run_in_threadpool(in_time)
        finally:
            self._writers.release()
