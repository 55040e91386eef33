# SPDX-License-Identifier: Apache-2.0
"""Runs a pipeline in a child process and passes on what it reports: the only place that starts the engine."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Callable, NamedTuple

from kfp_server_api.server.descriptors import are_free
from kfp_server_api.server.json_safe import json_safe
from kfp_server_api.server.orchestration.environment import component_environment
from kfp_server_api.server.orchestration.run_folder import RunFolder
from kfp_server_api.server.orchestration.warm_engine import ForkedProcess, WarmEngine
from kfp_server_api.server.process_exit import MARK, end_marked, mark
from kfp_server_api.server.settings import TASKS_AT_ONCE
from kfp_server_api.server.states import FINAL

if TYPE_CHECKING:
    from kfp_server_api.server.engine.events import Event, ForkRequest, RunEvent, RunFacts, RunRequest, TaskEvent

TERMINATED = "terminated by request"

_REQUEST_NAME = "request.json"
_LINGER = 0.5
"""Seconds that processes which outlived their parent may take to end after SIGTERM, before SIGKILL."""
_POLL = 0.02
_DESCRIPTORS = 16
"""Those that starting a process takes, and some."""
_AGAIN = 0.5
"""Seconds after which it is looked whether there are as many."""

_log = logging.getLogger(__name__)


class RunProcessUnavailable(RuntimeError):
    """Pipelines cannot be run on this installation."""


class RunSettings(NamedTuple):
    """What is the same for all runs of a server."""

    tasks_at_once: int = TASKS_AT_ONCE
    """How many components of one run may run at the same time."""
    secrets: Path | None = None
    """File of the secrets and config maps that tasks may ask for."""
    environment: Mapping[str, str] = MappingProxyType({})
    """Variables that components get besides those of `component_environment`."""


def refusal(system: str = os.name) -> str:
    """Return why pipelines cannot be run on this installation, "" if they can."""
    if system != "posix":
        return "running pipelines needs a POSIX system, since compiled components are shell scripts"
    if importlib.util.find_spec("kfp") is None:
        return 'the package kfp is not installed. It comes with the extra "server" of this package'
    return ""


class RunProcess:
    """One run of a pipeline, in a process group of its own; what leaves the group ends with the run, too.

    The child says that it is there (the event `run` RUNNING) and begins to work when that event was handled without
    `terminate` being called: what is not recorded as running has done nothing. It ends itself and all that it started
    when this process is gone, and holds a lock in the run's folder as long as it lives, so that a new server waits for
    its end before it starts the run again.

    Args:
        spec: the pipeline spec, or `{"pipeline_spec": ..., "platform_spec": ...}`.
        parameters: JSON values of the pipeline's parameters, by name.
        directory: folder for all that the run writes; its name serves as the run's id in the pipeline.
        on_event: receives each event, in order, in one thread: `run` RUNNING, then `task` events, and last,
            exactly once, `run` SUCCEEDED or FAILED.
        engine: what starts the child; one of its own, which ends with the run, if not given.
        settings: what is the same for all runs of a server.
        facts: what placeholders say of the run; else its folder's name and this moment.
    """

    def __init__(
        self,
        *,
        spec: dict[str, Any],
        parameters: dict[str, Any],
        directory: Path,
        on_event: Callable[[Event], None],
        engine: WarmEngine | None = None,
        settings: RunSettings = RunSettings(),  # noqa: B008 (it cannot change)
        facts: RunFacts | None = None,
    ) -> None:
        self._engine = engine
        self._settings = settings
        self._spec = spec
        self._parameters = parameters
        self._directory = Path(directory)
        self._folder = RunFolder(self._directory)
        self._on_event = on_event
        name = self._directory.name
        self._facts = facts or {"display_name": name, "created_at": time.time(), "scheduled_at": None}
        # Guards the four below, and is held for moments only, never while a process starts or an event is handled.
        self._lock = threading.Lock()
        self._process: ForkedProcess | None = None
        self._connection: socket.socket | None = None
        self._reason = ""
        self._grace = 0.0
        self._ended = threading.Event()
        self._open_tasks: dict[str, TaskEvent] = {}
        self._timer: threading.Timer | None = None

    def start(self) -> None:
        """Start the child process, in a thread; the last event says what kept it from starting.

        Raises:
            RunProcessUnavailable: kfp is not installed, or this is not a POSIX system.
        """
        reason = refusal()
        if reason:
            raise RunProcessUnavailable(f"This server cannot execute pipelines because {reason}")
        threading.Thread(target=self._run, name=f"run-{self._directory.name}", daemon=True).start()

    def wait(self, timeout: float) -> bool:
        """Wait until the last event was handled; return whether that happened within `timeout` seconds."""
        return self._ended.wait(timeout)

    def terminate(self, reason: str = TERMINATED, grace: float = 3.0) -> None:
        """Have the run and every process of it ended: SIGTERM, and SIGKILL after `grace` seconds.

        Returns at once; may be called at any time, before the start too. The first reason counts.
        """
        with self._lock:
            if self._reason:
                return
            self._reason, self._grace = reason, grace
            if self._process and self._connection:
                _signal_group(self._process.pid, signal.SIGTERM)
                self._connection.shutdown(socket.SHUT_RD)  # wakes the thread of the run

    def descriptors(self) -> list[int]:
        """Return the descriptor of the connection to the child, while there is one."""
        connection = self._connection
        return [connection.fileno()] if connection else []

    def _run(self) -> None:
        """Start the child, pass on its reports until it ends, and report the end: all that calls `on_event`."""
        final: RunEvent | None = None
        error = ""
        while not (self._reason or are_free(_DESCRIPTORS)):  # a run is not failed for want of them
            time.sleep(_AGAIN)
        try:
            with self._launched() as (process, connection):
                final = self._read_reports(connection)
                error = self._end_processes(process, reported=final is not None)
        except Exception as cause:
            error = f"the run could not be started: {cause}"
            # The system's refusals, as of a full disk, are not for those to look at who wrote this.
            _log.error("run %s: %s", self._directory.name, error, exc_info=not isinstance(cause, OSError))
        self._finish(final, error)

    @contextlib.contextmanager
    def _launched(self) -> Iterator[tuple[ForkedProcess, socket.socket]]:
        """Give the child and the connection to it, until no process of the run is left."""
        self._folder.make()
        ours, theirs = socket.socketpair()
        with ours, self._engine_or_own() as engine:
            with theirs, self._folder.locked(lambda: bool(self._reason)) as lock, self._folder.log() as log:
                process = self._start_child(engine, [theirs.fileno(), lock.fileno(), log.fileno()])
            try:
                with self._lock:
                    self._process, self._connection = process, ours
                    terminated = bool(self._reason)
                if terminated:  # before there was a process to signal
                    _signal_group(process.pid, signal.SIGKILL)
                yield process, ours
            finally:
                with self._lock:
                    self._connection = None
                process.end()
                if process.code is None or process.code < 0:  # else it has ended all that was below it
                    end_marked(self._directory)

    @contextlib.contextmanager
    def _engine_or_own(self) -> Iterator[WarmEngine]:
        if self._engine:
            yield self._engine
        else:
            with contextlib.closing(WarmEngine()) as own:
                yield own

    def _start_child(self, engine: WarmEngine, descriptors: list[int]) -> ForkedProcess:
        asked: RunRequest = {
            "spec": self._spec,
            "parameters": self._parameters,
            "facts": self._facts,
            "tasks_at_once": self._settings.tasks_at_once,
            "secrets": str(self._settings.secrets) if self._settings.secrets else None,
        }
        self._folder.write(_REQUEST_NAME, json.dumps(asked, default=str))
        directory = str(self._directory.absolute())
        environment = component_environment(self._settings.environment)
        marked = {**environment, MARK: mark(self._directory)}
        request: ForkRequest = {"directory": directory, "file": _REQUEST_NAME, "environment": marked}
        return engine.fork(request, descriptors, environment)

    def _read_reports(self, connection: socket.socket) -> RunEvent | None:
        """Pass on events until the child has sent its last, which is returned, or there are no more."""
        with connection.makefile("rb") as lines:
            for line in lines:
                event = _parsed(line)
                if event is None:
                    continue
                if event["type"] == "task":
                    self._pass_on(event)
                elif event["state"] in FINAL:
                    return event
                else:
                    self._deliver(event)
                    self._let_begin(connection)
        return None

    def _let_begin(self, connection: socket.socket) -> None:
        with self._lock, contextlib.suppress(OSError):
            if not self._reason:
                connection.sendall(b"\n")
                self._start_timer()

    def _start_timer(self) -> None:
        """See to the end of a run whose pipeline says how long it may take."""
        kubernetes = ((self._spec.get("platform_spec") or {}).get("platforms") or {}).get("kubernetes") or {}
        seconds = float((kubernetes.get("pipelineConfig") or {}).get("activeDeadlineSeconds") or 0)
        if 0 < seconds < threading.TIMEOUT_MAX:
            reason = f"it took longer than the {seconds:g} s that its pipeline has for a run"
            self._timer = threading.Timer(seconds, self.terminate, [reason])
            self._timer.daemon = True
            self._timer.start()

    def _end_processes(self, process: ForkedProcess, reported: bool) -> str:
        """Give the processes of the run a moment to end by themselves, end them, and say how the child ended."""
        with self._lock:
            self._connection = None  # from here on nobody else signals
            grace = self._grace if self._reason else _LINGER * (1 if reported else 2)
        process.wait(grace)
        deadline = time.monotonic() + min(grace, _LINGER)
        while self._reason and _signal_group(process.pid, 0) and time.monotonic() < deadline:
            time.sleep(_POLL)
        ended = process.end()
        said = self._folder.said()
        return f"the process of the run {ended}" + (f"; its last output: {said}" if said else "")

    def _pass_on(self, event: TaskEvent) -> None:
        if event["state"] == "RUNNING":
            self._open_tasks[event["task_id"]] = event
        elif self._reason and event["state"] == "FAILED":
            # It failed because it was ended; `_finish` reports it as canceled.
            return
        else:
            self._open_tasks.pop(event["task_id"], None)
        self._deliver(event)

    def _finish(self, final: RunEvent | None, error: str) -> None:
        """Deliver the last event, made up where the child sent none, after ends for tasks left running."""
        if self._timer:
            self._timer.cancel()
        if final is None or (self._reason and final["state"] == "FAILED"):
            error = self._reason or error
            final = {"type": "run", "state": "FAILED", "time": time.time(), "error": error, "outputs": None}
        for task in reversed(list(self._open_tasks.values())):
            ended = task.copy()
            ended.update(state="CANCELED" if self._reason else "FAILED", time=final["time"], error=final["error"])
            ended["attempt"] = ""
            self._deliver(ended)
        self._deliver(final)
        self._ended.set()

    def _deliver(self, event: Event) -> None:
        try:
            self._on_event(event)
        except Exception:
            # The child goes on and the last event must still come, whatever the receiver makes of this one.
            _log.exception("an event of run %s could not be handled", self._directory.name)


def _parsed(line: bytes) -> Event | None:
    try:
        event: Event = json_safe(json.loads(line))
    except ValueError:
        # A child that was killed while it wrote leaves half a line.
        return None
    return event


def _signal_group(group: int, number: int) -> bool:
    """Signal a process group; return whether it still had members."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
