# SPDX-License-Identifier: Apache-2.0
"""Starts, follows and ends the executions of a server's runs."""

from __future__ import annotations

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import sqlalchemy as sa

from kfp_server_api.server.json_safe import json_safe
from kfp_server_api.server.orchestration import recorder
from kfp_server_api.server.orchestration.run_process import TERMINATED, RunProcess
from kfp_server_api.server.states import FINAL
from kfp_server_api.server.store.database import Store
from kfp_server_api.server.store.tables import runs

_log = logging.getLogger(__name__)

_TERMINATED_EARLY = f"{TERMINATED} before it started"
_STOPPED = "the server was stopped before the run ended"
_END = 5.0
"""Seconds that the last event of an execution may take after its processes were ended."""

_LONGEST = 2000


class _Job(NamedTuple):
    spec: dict[str, Any]
    parameters: dict[str, Any]


class RunQueue:
    """Keeps the executions of one server: at most `limit` at once, the others wait in the order they came.

    Args:
        store: where states and tasks are written.
        directory: each run gets a folder in it, named by its id.
        limit: executions at one time; None for one per processor.
    """

    def __init__(self, store: Store, directory: Path, limit: int | None = None) -> None:
        self._store = store
        self._directory = directory
        self._limit = limit or os.cpu_count() or 1
        self._lock = threading.RLock()
        self._waiting: dict[str, _Job] = {}
        self._executions: dict[str, RunProcess] = {}
        self._reasons: dict[str, str] = {}
        self._enders: list[threading.Thread] = []
        self._closed = False
        with store.write() as connection:
            recorder.end_left_over(connection)

    def submit(self, run_id: str, spec: dict[str, Any], parameters: dict[str, Any]) -> None:
        """Execute a run that is in the store as soon as there is room."""
        with self._lock:
            self._waiting[run_id] = _Job(spec, parameters)
        self._start_waiting()

    def terminate(self, run_id: str) -> None:
        """End a run whose state is already CANCELING; returns before its processes have ended."""
        with self._lock:
            waiting = self._waiting.pop(run_id, None)
            execution = self._executions.get(run_id)
        if waiting:
            self._finish(run_id, "FAILED", _TERMINATED_EARLY)
        elif execution:
            self._in_background(partial(self._end, run_id, execution, TERMINATED))

    def discard(self, run_id: str) -> None:
        """End a run that was deleted from the store, and remove its folder."""
        with self._lock:
            self._waiting.pop(run_id, None)
            execution = self._executions.get(run_id)
        self._in_background(partial(self._end_and_remove, run_id, execution))

    def close(self) -> None:
        """End all runs; takes a few seconds at most."""
        with self._lock:
            self._closed = True
            waiting, self._waiting = self._waiting, {}
            executions = dict(self._executions)
        for run_id in waiting:
            self._finish(run_id, "FAILED", _STOPPED)
        for run_id, execution in executions.items():
            self._in_background(partial(self._end, run_id, execution, _STOPPED, grace=1.0))
        deadline = time.monotonic() + 2 * _END
        for thread in list(self._enders):
            thread.join(max(0.0, deadline - time.monotonic()))

    def _start_waiting(self) -> None:
        while True:
            with self._lock:
                if self._closed or not self._waiting or len(self._executions) >= self._limit:
                    return
                run_id = next(iter(self._waiting))
                self._start(run_id, self._waiting.pop(run_id))

    def _start(self, run_id: str, job: _Job) -> None:
        """Start one run, unless it was terminated or deleted while it waited."""
        with self._store.read() as connection:
            state = connection.scalar(sa.select(runs.c.state).where(runs.c.run_id == run_id))
        if state != "PENDING":
            self._finish(run_id, "FAILED", _TERMINATED_EARLY)
            return
        try:
            folder = self._folder(run_id)
            folder.mkdir(parents=True, exist_ok=True)
            execution = RunProcess(
                spec=job.spec,
                parameters=job.parameters,
                directory=folder,
                on_event=partial(self._on_event, run_id),
            )
            self._executions[run_id] = execution
            execution.start()
        except Exception as cause:
            _log.exception("run %s could not be started", run_id)
            self._executions.pop(run_id, None)
            self._finish(run_id, "FAILED", f"the run could not be started: {cause}")

    def _on_event(self, run_id: str, event: Mapping[str, Any]) -> None:
        """Take an execution's event, in the execution's own thread, which must outlive any error here."""
        is_last = event["type"] == "run" and event["state"] in FINAL
        try:
            with self._store.write() as connection:
                _record(connection, run_id, event, self._reasons.get(run_id))
        except Exception as cause:
            _log.exception("an event of run %s could not be stored: %s", run_id, event.get("state"))
            if is_last:
                self._finish_unstored(run_id, event, cause)
        if is_last:
            with self._lock:
                self._executions.pop(run_id, None)
                self._reasons.pop(run_id, None)
            self._start_waiting()

    def _finish_unstored(self, run_id: str, event: Mapping[str, Any], cause: Exception) -> None:
        """Finish a run whose last event the store did not take, so that it does not seem to go on for ever."""
        reason = f"the run ended as {event['state']}, but its results could not be stored: {cause}"
        try:
            self._finish(run_id, "FAILED", json_safe(reason[:_LONGEST]))
        except Exception:
            _log.exception("the end of run %s could not be stored", run_id)

    def _finish(self, run_id: str, state: str, error: str) -> None:
        with self._store.write() as connection:
            recorder.finish(connection, run_id, state, time.time(), error=error)

    def _end(self, run_id: str, execution: RunProcess, reason: str, grace: float = 3.0) -> None:
        """End an execution and make sure that its run has ended in the store too."""
        self._reasons[run_id] = reason
        execution.terminate(grace)
        execution.wait(_END)
        self._finish(run_id, "FAILED", reason)
        self._reasons.pop(run_id, None)

    def _end_and_remove(self, run_id: str, execution: RunProcess | None) -> None:
        if execution:
            execution.terminate()
            execution.wait(_END)
        if recorder.is_run_id(run_id):
            shutil.rmtree(self._folder(run_id), ignore_errors=True)

    def _folder(self, run_id: str) -> Path:
        if not recorder.is_run_id(run_id):  # of a store that another version wrote
            raise ValueError(f"{run_id!r} cannot be the name of a folder")
        return self._directory / run_id

    def _in_background(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        with self._lock:
            self._enders = [other for other in self._enders if other.is_alive()]
            try:
                thread.start()
                self._enders.append(thread)
                return
            except RuntimeError as cause:  # Python 3.12.0 and .1 start no thread once the interpreter ends
                _log.debug("no thread to end a run in: %s", cause)
        work()


def _record(connection: sa.Connection, run_id: str, event: Mapping[str, Any], reason: str | None) -> None:
    """Write an event to the store; `reason` says why the server itself ended the run, if it did."""
    state, when = event["state"], event["time"]
    if event["type"] == "task":
        recorder.record_task(connection, run_id, event)
    elif state in FINAL:
        error = event.get("error")
        error = reason if error and reason else error
        recorder.finish(connection, run_id, state, when, error=error, outputs=event.get("outputs"))
    else:
        recorder.advance(connection, run_id, state, when, {"PENDING"})
