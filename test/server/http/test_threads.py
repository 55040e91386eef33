# SPDX-License-Identifier: Apache-2.0
"""Threads: who reads does not stand behind writers that wait, and a database that is locked or gone is named."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from fixtures.calling import Caller, Reply, pipeline
from fixtures.running import until

from kfp_server_api.api.experiment_service_api import ExperimentServiceApi
from kfp_server_api.server import LocalServer
from kfp_server_api.server.http import threads as module
from kfp_server_api.server.http.threads import Threads

LOCKED = "The database is locked by another program; nothing was changed"
GET, CREATE = ExperimentServiceApi._get_experiment, ExperimentServiceApi._create_experiment


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
        long = [asyncio.ensure_future(threads.answer(CREATE, lambda: end.wait(30), long=True)) for _ in range(100)]
        await asyncio.sleep(0)
        assert await threads.answer(CREATE, lambda: "answered") == "answered"
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


def test_one_small_row_is_read_without_another_thread() -> None:
    with LocalServer() as server:
        call = Caller(server.url)
        before = names()
        (default,) = call("GET", "/experiments").json["experiments"]
        after_the_list = names()
        assert call("GET", f"/experiments/{default['experiment_id']}").json == default
        assert (len(after_the_list) > len(before), names()) == (True, after_the_list)


@contextmanager
def locked(file: Path | None) -> Iterator[None]:
    """Keep writers off a server's database, as another program does, while the block runs."""
    assert file
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def create(call: Caller, number: int) -> Reply:
    return call("POST", "/experiments", {"display_name": f"e{number}"})


def test_readers_do_not_stand_behind_writers_that_wait() -> None:
    with LocalServer(parallel_runs=0) as server, ThreadPoolExecutor(80) as pool:
        call = Caller(server.url)
        with locked(server.db):
            writers = [pool.submit(create, call, number) for number in range(60)]
            time.sleep(0.5)
            readers = [pool.submit(call, "GET", "/experiments") for _ in range(10)]
            assert {reader.result(10).status for reader in readers} == {200}
            assert not any(writer.done() for writer in writers)
        assert {writer.result(20).status for writer in writers} == {200}


def test_writers_hear_of_a_lock_at_one_deadline_and_none_is_carried_out_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", 1.0)
    with LocalServer(parallel_runs=0) as server, ThreadPoolExecutor(40) as pool:
        call = Caller(server.url)
        with locked(server.db):
            replies = list(pool.map(lambda number: create(call, number), range(40)))
            upload = call.upload(json.dumps(pipeline("true")).encode(), name="p")
        assert {reply.status for reply in replies} == {503}
        assert LOCKED in {reply.message for reply in replies}
        assert (upload.status, upload.json["error_message"]) == (503, LOCKED)
        assert call("GET", "/experiments").json["total_size"] == 1
        assert create(call, 0).status == 200


def test_writers_that_wait_leave_threads_to_readers(threads: Threads) -> None:
    end = threading.Event()

    async def main() -> None:
        writers = [asyncio.ensure_future(threads.answer(CREATE, lambda: end.wait(30))) for _ in range(100)]
        await asyncio.sleep(0.1)
        assert await threads.answer(GET, lambda: "answered") == "answered"
        end.set()
        await asyncio.gather(*writers)

    asyncio.run(main())


@pytest.mark.parametrize("replace", [False, True], ids=["deleted", "replaced"])
def test_a_database_that_is_gone_is_no_healthy_one(tmp_path: Path, replace: bool) -> None:
    file, aside = tmp_path / "kfp.db", tmp_path / "aside.db"
    with LocalServer(db=file) as server:
        call = Caller(server.url)
        file.rename(aside)
        if replace:
            sqlite3.connect(file).close()
            file.touch()
        calls: list[tuple[str, str, Any]] = [
            ("GET", "/healthz", None),
            ("GET", "/experiments", None),
            ("POST", "/experiments", {"display_name": "e"}),
        ]
        replies = [call(*each) for each in calls]
        assert [(reply.status, reply.json["code"]) for reply in replies] == [(503, 14)] * 3
        what = "replaced by another file" if replace else "deleted"
        assert {what in reply.message for reply in replies} == {True}
        aside.replace(file)
        assert {call(*each).status for each in calls} == {200}
