# SPDX-License-Identifier: Apache-2.0
"""Keeps one process with the engine loaded, which forks a process for each run: loading it takes longer than most runs.

The protocol stands here and in `engine.__main__`. Over a socket go a header of fixed size, the length of what
follows, with the descriptors that the new process gets, then a `ForkRequest` as JSON. Over another socket, which went
along, come back the process ID, a line from the new process once it leads a process group of its own, and its exit
code when it has ended.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from kfp_server_api.server.process_exit import exit_text

if TYPE_CHECKING:
    from kfp_server_api.server.engine.events import ForkRequest

_HEADER = 8
_STARTS = 60.0
"""Seconds that the engine may take to load and to fork."""
_ORPHAN = 5.0
_POLL = 0.02
_TAIL = 2000


class ForkedProcess:
    """A process that leads a process group of its own and is a child of another process.

    Attributes:
        pid: its ID, and its group's.
        code: its exit code as `subprocess` gives it; None before it has ended, and where nobody can tell.
    """

    def __init__(self, pid: int, status: socket.socket, rest: bytes) -> None:
        self.pid = pid
        self.code: int | None = None
        self._status = status
        self._said = rest
        self._ended = ""

    def wait(self, timeout: float) -> bool:
        """Wait until it has ended; return whether it did within `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while not self._ended:
            self._status.settimeout(max(0.001, deadline - time.monotonic()))
            try:
                received = self._status.recv(64)
            except TimeoutError:
                return False
            self._said += received
            if not received:
                self._note_end(deadline)
        return True

    def _note_end(self, deadline: float) -> None:
        code = self._said.decode().strip()
        if code:
            self.code = int(code)
            self._ended = exit_text(self.code)
        else:  # what started it is gone and nobody can tell
            while _is_there(self.pid) and time.monotonic() < deadline:
                time.sleep(_POLL)
            self._ended = "ended in an unknown way"
        self._status.close()

    def end(self) -> str:
        """Kill it and all of its group, and say how it ended."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        return self._ended if self.wait(_ORPHAN) else "did not end"


class WarmEngine:
    """The process that forks, started when the first run needs it, and again where it has ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._log: IO[bytes] | None = None
        self._said = ""

    def fork(self, request: ForkRequest, descriptors: Sequence[int], environment: Mapping[str, str]) -> ForkedProcess:
        """Start the process of a run.

        Args:
            request: what it is to do.
            descriptors: the connection to it, its lock and its log, in this order; it gets copies.
            environment: what the process that forks is started with, if it does not run yet.

        Raises:
            RuntimeError: the engine could not be started.
        """
        body = json.dumps(request).encode()
        try:
            return self._fork(body, descriptors, environment)
        except OSError:  # it has ended since the last run, and has done nothing of this
            pass
        try:
            return self._fork(body, descriptors, environment)
        except OSError as error:
            said = f"; its last output: {self._said}" if self._said else ""
            raise RuntimeError(f"the process that starts runs has ended{said}") from error

    def warm_up(self, environment: Mapping[str, str]) -> None:
        """Start the process that forks, so that it has loaded when the first run comes."""
        with self._lock:
            try:
                self._running(environment)
            except OSError:  # the first run will say what is wrong
                self._forget()

    def descriptors(self) -> list[int]:
        """Return the descriptor of the connection to the process that forks, which ends when that is closed."""
        control = self._control
        return [control.fileno()] if control and control.fileno() >= 0 else []

    def close(self) -> None:
        """End the process that forks; those that it has forked go on."""
        with self._lock:
            self._forget()

    def _fork(self, body: bytes, descriptors: Sequence[int], environment: Mapping[str, str]) -> ForkedProcess:
        ours, theirs = socket.socketpair()
        control: socket.socket | None = None
        try:
            with theirs, self._lock:
                control = self._running(environment)
                header = len(body).to_bytes(_HEADER, "big")
                socket.send_fds(control, [header], [theirs.fileno(), *descriptors])
                control.sendall(body)
            ours.settimeout(_STARTS)
            said = b""
            while b"\n" not in said:
                received = ours.recv(64)
                if not received:
                    raise ConnectionResetError("it ended before it had started the run")
                said += received
        except BaseException:
            ours.close()
            with self._lock:
                if self._control is control:  # else another thread has started another
                    self._forget()
            raise
        pid, _, rest = said.partition(b"\n")
        return ForkedProcess(int(pid), ours, rest)

    def _running(self, environment: Mapping[str, str]) -> socket.socket:
        if self._process and self._process.poll() is not None:
            self._forget()
        if not self._control:
            self._log = tempfile.TemporaryFile()  # noqa: SIM115 (for as long as the process runs)
            self._control, theirs = socket.socketpair()
            self._control.settimeout(_STARTS)
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "kfp_server_api.server.engine", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=self._log,
                    stderr=subprocess.STDOUT,
                    env=_with_this_package(environment),
                    cwd=os.sep,  # what is imported is looked for there first
                    pass_fds=(theirs.fileno(),),
                    start_new_session=True,
                )
        return self._control

    def _forget(self) -> None:
        """End the process, if there is one, and keep what it said last."""
        # Killed, since it holds nothing that is worth a wait, and may be loading.
        if self._process:
            self._process.kill()
            self._process.wait()
        if self._log:
            self._log.seek(0)
            self._said = self._log.read()[-_TAIL:].decode("utf-8", "replace").strip()
        for opened in (self._control, self._log):
            if opened:
                opened.close()
        self._process = self._control = self._log = None


def _with_this_package(environment: Mapping[str, str]) -> dict[str, str]:
    """Return an environment in which a child finds this very package, wherever it was imported from."""
    root = str(Path(__file__).absolute().parents[3])
    return {**environment, "PYTHONPATH": os.pathsep.join(filter(None, [root, environment.get("PYTHONPATH")]))}


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
