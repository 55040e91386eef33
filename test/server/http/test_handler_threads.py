# SPDX-License-Identifier: Apache-2.0
"""A database that other programs lock or remove: who writes waits, who reads does not, and both hear what is wrong."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from fixtures.calling import Caller, Reply, pipeline

from kfp_server_api.server import LocalServer
from kfp_server_api.server.http import handler_threads

LOCKED = "The database is locked by another program; nothing was changed"


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
    with LocalServer() as server, ThreadPoolExecutor(80) as pool:
        call = Caller(server.url)
        with locked(server.db):
            writers = [pool.submit(create, call, number) for number in range(60)]
            time.sleep(0.5)
            readers = [pool.submit(call, "GET", "/experiments") for _ in range(10)]
            assert {reader.result(10).status for reader in readers} == {200}
            assert not any(writer.done() for writer in writers)
        assert {writer.result(20).status for writer in writers} == {200}


def test_writers_hear_of_a_lock_at_one_deadline_and_none_is_carried_out_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handler_threads, "PATIENCE", 1.0)
    with LocalServer() as server, ThreadPoolExecutor(40) as pool:
        call = Caller(server.url)
        with locked(server.db):
            replies = list(pool.map(lambda number: create(call, number), range(40)))
            upload = call.upload(json.dumps(pipeline("true")).encode(), name="p")
        assert {reply.status for reply in replies} == {503}
        assert LOCKED in {reply.message for reply in replies}
        assert (upload.status, upload.json["error_message"]) == (503, LOCKED)
        assert call("GET", "/experiments").json["total_size"] == 1
        assert create(call, 0).status == 200


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
