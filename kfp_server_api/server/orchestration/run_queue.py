# SPDX-License-Identifier: Apache-2.0
"""Starts the runs that wait, and ends those that shall not go on.

The queue is the PENDING rows in the order of their arrival; nothing else remembers who waits. So a server that was
killed goes on where it stood, when the next one is started on the same file:

- A run that is PENDING is started. That its process may have been there already does no harm: a process begins to
  work when RUNNING is in its row, and not before (`RunProcess`).
- A run that is RUNNING is failed, with `recorder.SERVER_ENDED` as its reason. It is not picked up again, since
  nobody knows whether the code of its components may be run twice.
- A run that is CANCELING is failed, as it would have been.

A server that is stopped fails what is RUNNING, and leaves what is PENDING for the next start.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from kfp_server_api.server.orchestration import recorder
from kfp_server_api.server.orchestration.environment import component_environment
from kfp_server_api.server.orchestration.run_files import RunFiles
from kfp_server_api.server.orchestration.run_process import TERMINATED, RunProcess, RunSettings, refusal
from kfp_server_api.server.orchestration.run_slot import AGAIN, Slot
from kfp_server_api.server.orchestration.warm_engine import WarmEngine
from kfp_server_api.server.packages.secrets_file import read_secrets
from kfp_server_api.server.states import FINAL
from kfp_server_api.server.store import pipeline_specs
from kfp_server_api.server.store.database import Store, StoreUnavailable, reason_of
from kfp_server_api.server.store.tables import runs

if TYPE_CHECKING:
    from kfp_server_api.server.engine.events import Event, RunEvent, RunFacts

_log = logging.getLogger(__name__)

_TERMINATED_EARLY = f"{TERMINATED} before it started"
_STOPPED = "the server was stopped before the run ended"
_END = 10.0
"""Seconds that the ends of all runs may take when the server stops."""


class RunQueue:
    """Keeps the processes of one server: at most `limit` at once, the other runs wait in the order they came.

    Args:
        store: where the runs are.
        files: their folders.
        limit: processes at one time; 0 starts none.
        settings: what is the same for all runs.

    Raises:
        ValueError: the file of secrets is none.
    """

    # Why no moment is a bad one. All changes of a row go through `recorder`, whose table decides, in one transaction
    # each; `_lock` guards `_slots` and `_closed` and is held for moments, never while a process starts or the store
    # is written. It may be taken inside a transaction, never the other way round.
    #
    # Two starts of one run: a run gets its slot under `_lock`, in which its row is seen as PENDING, and gives it up
    # when its end is recorded, so no second slot can be had between. While the store takes no end, none is given.
    # Terminate: a run without slot is ended in the transaction in which it was CANCELING. One that gets a slot before
    # that is kept, and one whose process is there and has not begun, are refused RUNNING and never begin. One with a
    # slot and no process yet finds `reason` when it has one; one at its end writes its own end, before or after,
    # whichever the table allows.
    # Delete: the flag `deleted` is set when the row is gone for all readers and before anybody else writes. So it is on
    # every slot that was given for that row; events look at it in their transactions, and none of them reaches a new
    # run of that id, which cannot start before this slot is given up. Whoever calls with the id means the new run.
    # Close: no slot is given any more. Those that exist end as after terminate; one that has not begun is left as it
    # is, PENDING.

    def __init__(self, store: Store, files: RunFiles, limit: int, settings: RunSettings | None = None) -> None:
        self._settings = settings or RunSettings()
        read_secrets(self._settings.secrets)
        self._engine = WarmEngine()
        self._store = store
        self._files = files
        self._limit = limit
        self._lock = threading.Lock()
        self._slots: dict[str, Slot] = {}
        self._closed = threading.Event()
        self._waking = False
        files.end_processes()
        with store.write() as connection:
            recorder.end_left_over(connection)
            files.set_aside_unknown(partial(recorder.known, connection))
        files.remove_set_aside()

    def warm_up(self) -> None:
        """Get ready for the first run, in the background."""
        if self._limit and not refusal():
            self._engine.warm_up(component_environment(self._settings.environment))

    def wake(self) -> None:
        """Start the runs that wait while there is room; to be called when one came or there is room again.

        Where the store cannot be asked, as without descriptors, that is done again later: the run that came is kept.
        """
        try:
            self._start_waiting()
        except StoreUnavailable as cause:
            with self._lock:
                again, self._waking = not self._waking, True
            if again:
                _log.error("runs wait for the store to answer: %s", reason_of(cause))
                threading.Thread(target=self._wake_again, name="wake-runs", daemon=True).start()

    def _wake_again(self) -> None:
        while not self._closed.wait(AGAIN):
            self._waking = False  # whoever fails from here on begins anew
            with contextlib.suppress(StoreUnavailable):
                return self._start_waiting()
            self._waking = True
        return None

    def _start_waiting(self) -> None:
        while slot := self._take():
            self._start(slot)

    def terminate(self, connection: sa.Connection, run_id: str) -> None:
        """End a run in the transaction that makes it CANCELING; its processes end when that is kept."""
        with self._lock:
            slot = self._slots.get(run_id)
        if slot and not slot.deleted:
            self._store.then(partial(self._end, slot, TERMINATED))
        elif self._limit:  # who starts none ends none either: the run stays as it would without anybody at work
            recorder.end_run(connection, run_id, "FAILED", time.time(), _TERMINATED_EARLY)

    def discard(self, run_id: str) -> None:
        """End a run and remove its folder, when the transaction that deletes it is kept; to be called in that."""
        self._store.then(partial(self._discard, run_id))

    def _discard(self, run_id: str) -> None:
        with self._lock:
            slot = self._slots.get(run_id)
            if slot:
                slot.deleted = True
        if slot:
            self._end(slot, TERMINATED)
        self._remove_folder(run_id)

    def close(self) -> None:
        """End all runs that have begun; takes a few seconds at most."""
        with self._lock:
            self._closed.set()
            slots = list(self._slots.values())
        for slot in slots:
            self._end(slot, _STOPPED, grace=1.0)
        deadline = time.monotonic() + _END
        for slot in slots:
            slot.ended.wait(max(0.0, deadline - time.monotonic()))
        self._engine.close()

    def descriptors(self) -> list[int]:
        """Return the descriptors of the connections to processes."""
        processes = [slot.process for slot in list(self._slots.values()) if slot.process]
        own = [descriptor for process in processes for descriptor in process.descriptors()]
        return [*own, *self._engine.descriptors()]

    def _take(self) -> Slot | None:
        """Give the run that has waited longest a slot, None where there is none of either."""
        with self._lock:
            if self._closed.is_set() or len(self._slots) >= self._limit:
                return None
            with self._store.read() as connection:
                run_id = recorder.first_waiting(connection, list(self._slots))
            if run_id is None:
                return None
            self._slots[run_id] = Slot(run_id, self._store, self._closed)
            return self._slots[run_id]

    def _start(self, slot: Slot, attempt: int = 0) -> None:
        try:
            process = self._new_process(slot)
            with self._lock:
                slot.process, reason = process, slot.reason
            if reason:
                process.terminate(reason)
            process.start()
        except sa.exc.NoResultFound:
            self._end_unstarted(slot, "it was deleted before it started")
        except StoreUnavailable as cause:
            if not attempt:
                _log.error("run %s waits for the store to answer: %s", slot.run_id, reason_of(cause))
            again = partial(self._start_again, slot, attempt + 1)
            threading.Thread(target=again, name=f"run-{slot.run_id}", daemon=True).start()
        except Exception as cause:
            _log.exception("run %s could not be started", slot.run_id)
            self._end_unstarted(slot, f"the run could not be started: {reason_of(cause)}")

    def _start_again(self, slot: Slot, attempt: int) -> None:
        if self._closed.wait(AGAIN):
            self._end_unstarted(slot, _STOPPED)
        else:
            self._start(slot, attempt)

    def _new_process(self, slot: Slot) -> RunProcess:
        query = sa.select(runs).where(runs.c.run_id == slot.run_id)
        with self._store.read() as connection:
            row = connection.execute(query).one()
            found = pipeline_specs.read(connection, [row.spec_digest])
        if not found:
            raise LookupError("its pipeline spec was not kept")
        return RunProcess(
            spec=found[row.spec_digest],
            parameters=(row.runtime_config or {}).get("parameters") or {},
            directory=self._files.folder(slot.run_id),
            on_event=partial(self._on_event, slot),
            engine=self._engine,
            settings=self._settings,
            facts=_facts(row),
        )

    def _end(self, slot: Slot, reason: str, grace: float = 3.0) -> None:
        with self._lock:
            slot.reason = slot.reason or reason
        if slot.process:
            slot.process.terminate(reason, grace)

    def _on_event(self, slot: Slot, event: Event) -> None:
        """Take an event of a run, in the thread of that run."""
        if event["type"] == "task":
            log = self._files.inside(slot.run_id, event["log"])
            slot.keep(partial(recorder.record_task, event=event, log=log))
        elif event["state"] in FINAL:
            self._give_up(slot, event)
            self.wake()
        else:
            self._begin(slot, event)

    def _begin(self, slot: Slot, event: RunEvent) -> None:
        """Record that a process begins, or end it: one whose run has not become RUNNING must not."""

        def begin(connection: sa.Connection, run_id: str) -> None:
            slot.begun = not slot.reason and recorder.change_run(connection, run_id, event["state"], event["time"])

        try:
            slot.begun = slot.keep(begin) and slot.begun
        except Exception as cause:
            slot.begun = False
            self._end(slot, f"the run could not be started: {reason_of(cause)}")
            raise
        if not slot.begun:
            self._end(slot, TERMINATED)

    def _give_up(self, slot: Slot, last: RunEvent) -> None:
        """Record the end of a run and free its slot."""
        try:
            if slot.begun or slot.reason != _STOPPED:
                slot.record_end(last)
            if slot.deleted:  # its process may have made the folder anew
                self._remove_folder(slot.run_id)
        finally:
            with self._lock:
                del self._slots[slot.run_id]
            slot.ended.set()

    def _end_unstarted(self, slot: Slot, error: str) -> None:
        """End a run without process, in a thread of its own too: a caller shall not wait for a store on a full disk."""
        last: RunEvent = {"type": "run", "state": "FAILED", "time": time.time(), "error": error, "outputs": None}
        threading.Thread(target=self._on_event, args=(slot, last), name=f"run-{slot.run_id}", daemon=True).start()

    def _remove_folder(self, run_id: str) -> None:
        """Remove a run's folder; a disk that does not take that keeps neither a run nor a request from its end."""
        try:
            self._files.set_aside(run_id)
            self._files.remove_set_aside()
        except Exception:
            _log.exception("the folder of run %s could not be removed", run_id)


def _facts(row: sa.Row[Any]) -> RunFacts:
    # Where no caller and no schedule names a time, a run has that at which it was made.
    scheduled = row.scheduled_at if row.scheduled_at != row.created_at else None
    return {"display_name": row.display_name or "", "created_at": row.created_at, "scheduled_at": scheduled}
