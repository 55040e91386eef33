# SPDX-License-Identifier: Apache-2.0
"""The queue: who is started when, and that each run ends, with a reason, and gives its place to the next."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fixtures.calling import Caller, pipeline
from fixtures.queued import delete, row_of, terminate, waiting
from fixtures.running import until

from kfp_server_api.server import LocalServer
from kfp_server_api.server.engine.events import run_event
from kfp_server_api.server.orchestration.recorder import MAY_FOLLOW, change_run, insert_run
from kfp_server_api.server.orchestration.run_files import RunFiles
from kfp_server_api.server.orchestration.run_process import refusal
from kfp_server_api.server.orchestration.run_queue import RunQueue
from kfp_server_api.server.process_exit import exit_text, tail
from kfp_server_api.server.states import FINAL
from kfp_server_api.server.store.database import Store
from kfp_server_api.server.store.tables import runs, tasks


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


def test_runs_are_taken_in_the_order_of_arrival_whatever_the_clock_said(store: Store, queue: RunQueue) -> None:
    waiting(store, "b", created_at=2000)
    waiting(store, "a", created_at=1000)
    taken = []
    for _ in range(2):
        slot = queue._take()
        assert slot
        assert queue._take() is None  # there is room for one
        queue._give_up(slot, run_event("FAILED", 1.0))
        taken.append(slot.run_id)
    assert taken == ["b", "a"]


def test_a_run_that_was_terminated_while_it_waited_is_never_started(store: Store, queue: RunQueue) -> None:
    waiting(store, "r")
    terminate(store, queue, "r")
    assert queue._take() is None
    row = row_of(store, "r")
    assert (row["state"], row["end_reason"]) == ("FAILED", "terminated by request before it started")


def test_a_run_that_is_terminated_between_its_start_and_its_begin_does_not_begin(store: Store, queue: RunQueue) -> None:
    waiting(store, "r")
    slot = queue._take()
    assert slot
    terminate(store, queue, "r")
    queue._begin(slot, run_event("RUNNING", 1.0))
    assert (slot.begun, row_of(store, "r")["state"]) == (False, "CANCELING")
    queue._give_up(slot, run_event("FAILED", 2.0))
    assert row_of(store, "r")["state"] == "FAILED"


def test_terminate_means_the_new_run_while_one_that_was_deleted_still_ends(store: Store, queue: RunQueue) -> None:
    waiting(store, "r")
    slot = queue._take()
    assert slot
    delete(store, queue, "r")
    waiting(store, "r")
    terminate(store, queue, "r")
    assert row_of(store, "r")["state"] == "FAILED"
    queue._give_up(slot, run_event("FAILED", 1.0))


def test_a_run_that_is_taken_while_it_is_deleted_is_not_taken_for_a_new_one(store: Store, queue: RunQueue) -> None:
    waiting(store, "r")
    with store.write() as connection:
        connection.execute(runs.delete().where(runs.c.run_id == "r"))
        queue.discard("r")
        slot = queue._take()  # the row is there for readers until the transaction is kept
    assert slot
    waiting(store, "r")
    queue._begin(slot, run_event("RUNNING", 1.0))
    queue._give_up(slot, run_event("FAILED", 1.0))
    assert (slot.begun, row_of(store, "r")["state"]) == (False, "PENDING")


def test_a_run_goes_on_whose_deletion_could_not_be_stored(store: Store, queue: RunQueue, tmp_path: Path) -> None:
    waiting(store, "r")
    slot = queue._take()
    (tmp_path / "kfp.db.runs" / "r").mkdir(parents=True)
    with contextlib.suppress(OSError), store.write() as connection:
        connection.execute(runs.delete().where(runs.c.run_id == "r"))
        queue.discard("r")
        raise OSError("no space left")
    assert slot
    queue._begin(slot, run_event("RUNNING", 1.0))
    queue._give_up(slot, run_event("SUCCEEDED", 2.0))
    assert row_of(store, "r")["state"] == "SUCCEEDED"
    assert (tmp_path / "kfp.db.runs" / "r").exists()


def test_a_run_that_was_deleted_before_it_started_is_no_error(
    store: Store, queue: RunQueue, caplog: pytest.LogCaptureFixture
) -> None:
    waiting(store, "r")
    slot = queue._take()
    assert slot
    delete(store, queue, "r")
    queue._start(slot)
    assert slot.ended.wait(20)
    assert caplog.records == []


def test_a_run_whose_spec_is_gone_fails_with_the_reason(store: Store, queue: RunQueue) -> None:
    waiting(store, "r", spec_digest="none")
    queue.wake()
    until(lambda: row_of(store, "r")["state"] == "FAILED")
    assert row_of(store, "r")["end_reason"] == "the run could not be started: its pipeline spec was not kept"


def test_a_queue_that_was_closed_starts_nothing_and_leaves_the_waiting(store: Store, queue: RunQueue) -> None:
    queue.close()
    waiting(store, "r")
    queue.wake()
    assert row_of(store, "r")["state"] == "PENDING"


@pytest.mark.parametrize(
    ("state", "ended"),
    [("PENDING", "PENDING"), ("RUNNING", "FAILED"), ("CANCELING", "FAILED"), ("SUCCEEDED", "SUCCEEDED")],
)
def test_a_new_queue_ends_what_was_under_way_and_nothing_else(
    store: Store, tmp_path: Path, state: str, ended: str
) -> None:
    waiting(store, "r", state=state)
    with closing(RunQueue(store, RunFiles(tmp_path / "kfp.db.runs"), 0)):
        assert row_of(store, "r")["state"] == ended


def test_thousands_of_open_runs_are_ended_in_few_statements(store: Store, tmp_path: Path) -> None:
    with store.write() as connection:
        row = insert_run(connection, {"run_id": "0", "display_name": "r", "state": "RUNNING"})
        connection.execute(runs.insert(), [{**row, "run_id": str(number)} for number in range(1, 3000)])
        task = {"task_id": "t", "position": 0, "display_name": "step", "state": "RUNNING", "state_history": []}
        of_tasks = [{**task, "run_id": str(number), "output_values": {"o": number}} for number in range(3000)]
        connection.execute(tasks.insert(), of_tasks)
    statements: list[str] = []
    sa.event.listen(store._engine, "before_cursor_execute", lambda *seen: statements.append(seen[2]))
    with closing(RunQueue(store, RunFiles(tmp_path / "kfp.db.runs"), 0)), store.read() as connection:
        left = connection.scalar(sa.select(sa.func.count()).where(runs.c.state != "FAILED"))
        open_tasks = connection.scalar(sa.select(sa.func.count()).where(tasks.c.state != "FAILED"))
    assert (left, open_tasks, len(statements) < 20) == (0, 0, True)
    row = row_of(store, "2999")
    assert [entry["state"] for entry in row["state_history"]] == ["PENDING", "FAILED"]
    assert row["plugins_output"]["local"]["entries"] == {"step.o": {"value": 2999}}


@pytest.mark.parametrize("state", sorted(FINAL))
def test_no_state_follows_a_terminal_one(store: Store, state: str) -> None:
    waiting(store, "r", state=state)
    with store.write() as connection:
        assert not any(change_run(connection, "r", other, 1.0) for other in MAY_FOLLOW)


def test_the_end_of_a_process_is_put_into_words() -> None:
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
