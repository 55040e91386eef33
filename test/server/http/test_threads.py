# SPDX-License-Identifier: Apache-2.0
"""Functions that are called in threads."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
from fixtures.running import until

from kfp_server_api.server.http.threads import Threads


@pytest.fixture
def threads() -> Iterator[Threads]:
    with closing(Threads()) as made:
        yield made


def names() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "kfp-handler"]


def test_a_result_and_an_error_come_back(threads: Threads) -> None:
    async def main() -> int:
        with pytest.raises(ValueError, match="invalid literal"):
            await threads.run(lambda: int("x"))
        return await threads.run(lambda: int("1"))

    assert asyncio.run(main()) == 1


def test_functions_that_wait_for_one_another_run_at_one_time(threads: Threads) -> None:
    together = threading.Barrier(8)

    async def main() -> None:
        await asyncio.gather(*(threads.run(lambda: together.wait(30)) for _ in range(8)))

    asyncio.run(main())


def test_long_functions_keep_no_others_waiting(threads: Threads) -> None:
    end = threading.Event()

    async def main() -> None:
        long = [asyncio.ensure_future(threads.run_long(lambda: end.wait(30))) for _ in range(100)]
        await asyncio.sleep(0)
        assert await threads.run(lambda: "answered") == "answered"
        end.set()
        await asyncio.gather(*long)

    asyncio.run(main())


def test_a_caller_that_is_gone_disturbs_nobody(threads: Threads) -> None:
    go_on = threading.Event()

    async def main() -> str:
        waiting = threads.run(lambda: go_on.wait(30))
        waiting.cancel()
        go_on.set()
        return await threads.run(lambda: "answered")

    assert asyncio.run(main()) == "answered"


def test_threads_end_when_they_are_closed() -> None:
    before = len(names())
    with closing(Threads()) as threads:

        async def main() -> None:
            await asyncio.gather(*(threads.run(lambda: threading.Event().wait(0.1)) for _ in range(5)))

        asyncio.run(main())
    until(lambda: len(names()) <= before)
