# SPDX-License-Identifier: Apache-2.0
"""The threads of calls with `async_req=True`."""

from __future__ import annotations

import os
import threading
import weakref
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.pool import ThreadPool


class Threads:
    """A pool of threads that is started on first use, anew after a fork, and ends with this object."""

    def __init__(self) -> None:
        self._pool: ThreadPool | None = None
        self._process = 0

    def pool(self, size: int) -> ThreadPool:
        """Return the pool; one that has to be started gets `size` threads."""
        with _starting:
            if self._pool is None or self._process != os.getpid():  # threads do not survive a fork
                from multiprocessing.pool import ThreadPool

                self._pool, self._process = ThreadPool(size), os.getpid()
                # Not terminate(): a call may be the last to hold the client, and its result is still to come.
                weakref.finalize(self, self._pool.close).atexit = False
            return self._pool

    def close(self) -> None:
        """End the threads when their calls have ended; the next use starts others."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()
            pool.join()


_starting = threading.RLock()
if hasattr(os, "register_at_fork"):
    # A thread that holds it does not exist in the child; nobody else is there to wait for.
    os.register_at_fork(before=_starting.acquire, after_in_parent=_starting.release,
                        after_in_child=_starting.release)  # fmt: skip
