# SPDX-License-Identifier: Apache-2.0
"""A store that takes nothing for a while, as on a full disk: nothing is lost that a run reports."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from fixtures.queued import delete, row_of, waiting
from fixtures.running import until

from kfp_server_api.server.engine.events import Event, run_event
from kfp_server_api.server.orchestration.run_files import RunFiles
from kfp_server_api.server.orchestration.run_queue import RunQueue
from kfp_server_api.server.orchestration.run_slot import Slot
from kfp_server_api.server.store.database import Store
from kfp_server_api.server.store.tables import tasks


@contextmanager
def full(store: Store) -> Iterator[None]:
    """Keep the store from taking changes of runs, as a full disk does, while the block runs."""
    with store.write() as connection:
        for event in ("INSERT ON tasks", "UPDATE ON runs"):
            no_function = '"the disk is full"()'  # SQLite's error has its name, and so the words of a full disk
            connection.exec_driver_sql(f'CREATE TRIGGER "{event}" BEFORE {event} BEGIN SELECT {no_function}; END')
    yield
    with store.write() as connection:
        for event in ("INSERT ON tasks", "UPDATE ON runs"):
            connection.exec_driver_sql(f'DROP TRIGGER "{event}"')


def running(store: Store, queue: RunQueue) -> Slot:
    """Return the slot of a run, `r`, that has begun."""
    waiting(store, "r")
    slot = queue._take()
    assert slot
    queue._begin(slot, run_event("RUNNING", 1.0))
    return slot


def end(queue: RunQueue, slot: Slot) -> None:
    """Have a run end as SUCCEEDED in a thread of its own, which tries to store that."""
    last = run_event("SUCCEEDED", 2.0, outputs={"o": 1})
    threading.Thread(target=queue._on_event, args=(slot, last), daemon=True).start()
    assert not slot.ended.wait(0.3)


def test_an_end_that_the_store_does_not_take_is_stored_when_it_does(store: Store, queue: RunQueue) -> None:
    slot = running(store, queue)
    with full(store):
        end(queue, slot)
        assert row_of(store, "r")["state"] == "RUNNING"
    until(slot.ended.is_set)
    row = row_of(store, "r")
    assert (row["state"], row["end_reason"]) == ("SUCCEEDED", "")


def test_a_task_that_the_store_does_not_take_is_stored_when_it_does(store: Store, queue: RunQueue) -> None:
    slot = running(store, queue)
    event: Event = {
        "type": "task",
        "task_id": "t",
        "name": "step",
        "parent_task_id": None,
        "state": "SUCCEEDED",
        "time": 2.0,
        "error": None,
        "outputs": {},
        "inputs": {},
        "log": None,
    }  # type: ignore[typeddict-item]
    reporting = threading.Thread(target=queue._on_event, args=(slot, event), daemon=True)
    with full(store):
        reporting.start()
        reporting.join(0.3)
    reporting.join(20)
    queue._give_up(slot, run_event("SUCCEEDED", 3.0))
    with store.read() as connection:
        assert connection.execute(sa.select(tasks.c.state)).scalars().all() == ["SUCCEEDED"]


def test_a_run_that_waits_begins_when_the_store_takes_that(store: Store, queue: RunQueue) -> None:
    waiting(store, "r")
    slot = queue._take()
    assert slot
    beginning = threading.Thread(target=queue._begin, args=(slot, run_event("RUNNING", 1.0)), daemon=True)
    with full(store):
        beginning.start()
        beginning.join(0.3)
    beginning.join(20)
    assert row_of(store, "r")["state"] == "RUNNING"
    queue._give_up(slot, run_event("SUCCEEDED", 2.0))


def test_a_run_whose_end_the_store_does_not_take_can_be_deleted(store: Store, queue: RunQueue) -> None:
    slot = running(store, queue)
    with full(store):
        end(queue, slot)
        delete(store, queue, "r")
        until(slot.ended.is_set)


def test_closing_does_not_wait_for_a_store_that_takes_no_end(store: Store, queue: RunQueue) -> None:
    slot = running(store, queue)
    with full(store):
        end(queue, slot)
        queue.close()
        assert slot.ended.is_set()


def test_a_last_event_that_cannot_be_stored_fails_the_run(store: Store, queue: RunQueue) -> None:
    slot = running(store, queue)
    queue._give_up(slot, run_event("SUCCEEDED", 2.0, outputs={"o": object()}))
    row = row_of(store, "r")
    assert row["state"] == "FAILED"
    assert row["end_reason"].startswith("the run ended as SUCCEEDED, but its results could not be stored: ")


def test_neither_reasons_nor_the_log_hold_what_was_sent(
    store: Store, queue: RunQueue, caplog: pytest.LogCaptureFixture
) -> None:
    slot = running(store, queue)
    with store.write() as connection:
        refuse = "CREATE TRIGGER refuse BEFORE UPDATE ON runs WHEN new.state = 'SUCCEEDED'"
        connection.exec_driver_sql(f"{refuse} BEGIN SELECT RAISE(ABORT, 'refused'); END")
    queue._give_up(slot, run_event("SUCCEEDED", 2.0, outputs={"o": "a secret"}))
    reason = "the run ended as SUCCEEDED, but its results could not be stored: refused"
    assert row_of(store, "r")["end_reason"] == reason
    assert "could not be stored" in caplog.text
    assert "a secret" not in caplog.text


def test_a_run_waits_while_its_database_is_gone(store: Store, queue: RunQueue) -> None:
    slot = running(store, queue)
    aside = store.path.rename(store.path.with_name("aside.db"))
    end(queue, slot)
    aside.rename(store.path)
    until(slot.ended.is_set)
    assert row_of(store, "r")["state"] == "SUCCEEDED"


def test_a_run_that_came_while_the_file_could_not_be_opened_is_started_later(tmp_path: Path) -> None:
    folder, away = tmp_path / "here", tmp_path / "away"
    with closing(Store(folder / "kfp.db")) as store, closing(RunQueue(store, RunFiles(tmp_path / "runs"), 1)) as queue:
        waiting(store, "r")
        store._close_idle()
        folder.rename(away)
        queue.wake()
        away.rename(folder)
        until(lambda: row_of(store, "r")["state"] == "SUCCEEDED")


def test_a_run_whose_spec_could_not_be_read_is_started_later(tmp_path: Path) -> None:
    folder, away = tmp_path / "here", tmp_path / "away"
    with closing(Store(folder / "kfp.db")) as store, closing(RunQueue(store, RunFiles(tmp_path / "runs"), 1)) as queue:
        waiting(store, "r")
        slot = queue._take()
        assert slot
        store._close_idle()
        folder.rename(away)
        queue._start(slot)
        away.rename(folder)
        until(lambda: row_of(store, "r")["state"] == "SUCCEEDED")
