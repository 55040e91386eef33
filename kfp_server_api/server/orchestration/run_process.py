# SPDX-License-Identifier: Apache-2.0
"""Runs a pipeline in a child process and passes on what it reports. Imports no kfp."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Callable

from kfp_server_api.server.json_safe import json_safe
from kfp_server_api.server.process_exit import exit_text, tail
from kfp_server_api.server.states import FINAL

TERMINATED = "terminated by request"

_LOG_NAME = "run.log"
_TAIL = 2000
# How long processes that outlived their parent may take to end after SIGTERM, before SIGKILL.
_LINGER = 0.5
_POLL = 0.02

_logger = logging.getLogger(__name__)

Event = dict[str, Any]


class RunProcessUnavailable(RuntimeError):
    """Pipelines cannot be run on this installation."""


def available() -> bool:
    """Return whether pipelines can be run on this installation."""
    return not refusal()


def refusal(system: str = os.name) -> str:
    """Return why pipelines cannot be run on this installation, "" if they can."""
    if system != "posix":
        return "running pipelines needs a POSIX system, since compiled components are shell scripts"
    if importlib.util.find_spec("kfp") is None:
        return 'the package kfp is not installed. Install it with: pip install "kfp-server-api[server]"'
    return ""


class RunProcess:
    """One run of a pipeline, in a process group of its own.

    Args:
        spec: The pipeline's IR, as the mapping that its YAML holds.
        parameters: JSON values of the pipeline's parameters, by name.
        directory: A new folder for all that the run writes; its name serves as the run's ID in the pipeline.
        on_event: Receives each event, in order, in one thread: `run` RUNNING, then `task` events, and last,
            exactly once, `run` SUCCEEDED or FAILED.
    """

    def __init__(
        self,
        *,
        spec: dict[str, Any],
        parameters: dict[str, Any],
        directory: Path,
        on_event: Callable[[Event], None],
    ) -> None:
        self._spec = spec
        self._parameters = parameters
        self._directory = Path(directory)
        self._on_event = on_event
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None
        self._stopping = threading.Lock()
        self._terminated = False
        self._ended = threading.Event()
        self._running: dict[str, Event] = {}

    def start(self) -> None:
        """Start the child process.

        Raises:
            RunProcessUnavailable: kfp is not installed, or this is not a POSIX system.
        """
        reason = refusal()
        if reason:
            raise RunProcessUnavailable(f"This server cannot execute pipelines because {reason}")
        self._directory.mkdir(parents=True, exist_ok=True)
        ours, theirs = socket.socketpair()
        with theirs:
            request = self._write_request(theirs.fileno())
            with (self._directory / _LOG_NAME).open("ab") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "kfp_server_api.server.engine", str(request)],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=self._directory,
                    env=_environment(),
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
        self._connection = ours
        threading.Thread(target=self._follow, name=f"run-{self._directory.name}", daemon=True).start()

    def _write_request(self, descriptor: int) -> Path:
        request = {
            "spec": self._spec,
            "parameters": self._parameters,
            "descriptor": descriptor,
            "python_path": os.environ.get("PYTHONPATH"),
        }
        file = self._directory / "request.json"
        file.write_text(json.dumps(request, default=str), encoding="utf-8")
        return file

    def wait(self, timeout: float) -> bool:
        """Wait until the last event was handled; return whether that happened within `timeout` seconds."""
        return self._ended.wait(timeout)

    def terminate(self, grace: float = 3.0) -> None:
        """End the run and every process of it: SIGTERM, and SIGKILL after `grace` seconds.

        May be called at any time and more than once.
        """
        process = self._process
        if process is None or self._ended.is_set():
            return
        with self._stopping:
            if not self._terminated:
                self._terminated = True
                self._end_group(process, grace)
        self._ended.wait(_LINGER)

    def _end_group(self, process: subprocess.Popen[bytes], grace: float) -> None:
        _signal_group(process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(grace)
        deadline = time.monotonic() + min(grace, _LINGER)
        while _signal_group(process.pid, 0) and time.monotonic() < deadline:
            time.sleep(_POLL)
        _signal_group(process.pid, signal.SIGKILL)

    def _follow(self) -> None:
        """Read the child's reports until it ends; the one thread that calls `on_event`."""
        assert self._process is not None
        final: Event | None = None
        try:
            final = self._read_reports()
            code = self._process.wait()
        except Exception:
            _logger.exception("Run %s could not be followed to its end", self._directory.name)
            _signal_group(self._process.pid, signal.SIGKILL)
            code = self._process.wait()
        # Components may have left processes behind; the run is over, so they are.
        _signal_group(self._process.pid, signal.SIGKILL)
        self._finish(final, code)

    def _read_reports(self) -> Event | None:
        """Pass on events until the child has sent its last, which is returned, or has ended without."""
        assert self._connection is not None
        final: Event | None = None
        with self._connection, self._connection.makefile("rb") as lines:
            for line in lines:
                event = _parsed(line)
                if event is None:
                    continue
                if event["type"] == "run" and event["state"] in FINAL:
                    final = event
                    break
                self._pass_on(event)
            if not self._terminated:
                self._wait_for_exit(final is not None)
        return final

    def _wait_for_exit(self, reported: bool) -> None:
        """Give a child that has reported its end, or closed its socket, a moment to exit by itself."""
        assert self._process is not None
        try:
            self._process.wait(_LINGER if reported else 2 * _LINGER)
        except subprocess.TimeoutExpired:
            _signal_group(self._process.pid, signal.SIGKILL)

    def _pass_on(self, event: Event) -> None:
        if event["type"] == "task":
            if event["state"] == "RUNNING":
                self._running[event["task_id"]] = event
            elif self._terminated and event["state"] == "FAILED":
                # It failed because it was ended; `_finish` reports it as canceled.
                return
            else:
                self._running.pop(event["task_id"], None)
        self._deliver(event)

    def _finish(self, final: Event | None, code: int) -> None:
        """Deliver the last event, made up where the child sent none, after ends for tasks left running."""
        if final is None or (self._terminated and final["state"] == "FAILED"):
            error = TERMINATED if self._terminated else self._crash_text(code)
            final = {"type": "run", "state": "FAILED", "time": time.time(), "error": error, "outputs": None}
        for task in reversed(list(self._running.values())):
            state = "CANCELED" if self._terminated else "FAILED"
            self._deliver({**task, "state": state, "time": final["time"], "error": final["error"]})
        self._running.clear()
        self._deliver(final)
        self._ended.set()

    def _deliver(self, event: Event) -> None:
        try:
            self._on_event(event)
        except Exception:
            # The child goes on and the last event must still come, whatever the receiver makes of this one.
            _logger.exception("An event of run %s could not be handled", self._directory.name)

    def _crash_text(self, code: int) -> str:
        said = tail(self._directory / _LOG_NAME, _TAIL).strip()
        return f"the process of the run {exit_text(code)}" + (f"; its last output: {said}" if said else "")


def _environment() -> dict[str, str]:
    """Return an environment in which the child finds this very package, wherever it was imported from."""
    root = str(Path(__file__).absolute().parents[3])
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))}


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
