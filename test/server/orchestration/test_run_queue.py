# SPDX-License-Identifier: Apache-2.0
"""Executions that end in odd ways: each run ends, with a reason, and gives its place to the next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fixtures.calling import Caller, pipeline

from kfp_server_api.server import LocalServer
from kfp_server_api.server.orchestration.recorder import new_run
from kfp_server_api.server.orchestration.run_process import refusal
from kfp_server_api.server.orchestration.run_queue import RunQueue
from kfp_server_api.server.process_exit import exit_text, tail
from kfp_server_api.server.resources.experiments import default_experiment_id
from kfp_server_api.server.store.database import Store
from kfp_server_api.server.store.tables import runs


@pytest.fixture(scope="module")
def call() -> Iterator[Caller]:
    """Calls a server that executes one run at a time."""
    with LocalServer(parallel_runs=1) as server:
        yield Caller(server.url)


def run(call: Caller, *script: str) -> dict[str, Any]:
    reply = call("POST", "/runs", {"display_name": "r", "pipeline_spec": pipeline(*script)})
    return call.wait(reply.json["run_id"])


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("kill -40 $PPID; sleep 1", "was killed by signal 40"),
        ("kill -9 $PPID; sleep 1", "was killed by signal SIGKILL"),
        ('cd ../../..; rm -rf "$PWD"; kill -9 $PPID; sleep 1', "was killed by signal SIGKILL"),
        ("kill -40 $$", "was killed by signal 40"),
    ],
    ids=["real-time signal", "kill", "no folder", "component"],
)
def test_a_killed_run_fails_and_the_next_one_starts(call: Caller, script: str, reason: str) -> None:
    failed = run(call, script)
    assert failed["state"] == "FAILED"
    assert reason in failed["error"]["message"]
    assert run(call, "true")["state"] == "SUCCEEDED"


def test_a_last_event_that_cannot_be_stored_fails_the_run(tmp_path: Path) -> None:
    store = Store(tmp_path / "kfp.db")
    manager = RunQueue(store, tmp_path / "kfp.db.runs")
    with store.write() as connection:
        values = {"run_id": "r", "display_name": "r", "experiment_id": default_experiment_id(connection)}
        connection.execute(runs.insert().values(**new_run({**values, "state": "RUNNING"})))
    unstorable = {"o": object()}
    manager._on_event("r", {"type": "run", "state": "SUCCEEDED", "time": 1.0, "error": None, "outputs": unstorable})
    with store.read() as connection:
        row = connection.execute(runs.select()).mappings().one()
    manager.close()
    store.close()
    assert row["state"] == "FAILED"
    assert row["error"]["message"].startswith("the run ended as SUCCEEDED, but its results could not be stored: ")


def test_endings_are_told() -> None:
    assert [exit_text(code) for code in (0, 3, -9, -40)] == [
        "exited with code 0",
        "exited with code 3",
        "was killed by signal SIGKILL",
        "was killed by signal 40",
    ]


def test_tail_of_a_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert tail(log, 4) == ""
    log.write_text("abcdef")
    assert (tail(log, 4), tail(log, 99)) == ("cdef", "abcdef")


def test_windows_is_refused_with_the_reason() -> None:
    assert refusal("nt") == "running pipelines needs a POSIX system, since compiled components are shell scripts"
    assert refusal("posix") == ""
