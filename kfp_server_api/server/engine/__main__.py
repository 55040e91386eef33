# SPDX-License-Identifier: Apache-2.0
"""The process that forks the processes of runs: `python -m kfp_server_api.server.engine DESCRIPTOR`.

Started by `orchestration.warm_engine` only, which describes what goes over the socket. Has one thread and loads what
runs need before it forks. Ends when the other end of its socket is gone.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import traceback
from typing import TYPE_CHECKING

from kfp_server_api.server.process_exit import end_children

if TYPE_CHECKING:
    from kfp_server_api.server.engine.events import ForkRequest

_HEADER = 8


class Forker:
    """Forks the processes of runs and reports how they ended.

    Args:
        control: the socket that requests come over.
    """

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._statuses: dict[int, socket.socket] = {}
        self._wake_reader, self._wake_writer = socket.socketpair()
        for wakes in (self._wake_reader, self._wake_writer):
            wakes.setblocking(False)

    def serve(self) -> None:
        """Fork for each request until there are no more."""
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self._wake_writer.fileno(), warn_on_full_buffer=False)
        selector = selectors.DefaultSelector()
        selector.register(self._control, selectors.EVENT_READ)
        selector.register(self._wake_reader, selectors.EVENT_READ)
        while True:
            ready = [key.fileobj for key, _ in selector.select()]
            if self._wake_reader in ready:
                self._reap()
            if self._control in ready and not self._fork():
                return

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._wake_reader.recv(4096):
                pass
        while self._statuses:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            with self._statuses.pop(pid) as connection, contextlib.suppress(OSError):
                connection.sendall(b"%d" % os.waitstatus_to_exitcode(status))

    def _fork(self) -> bool:
        header, descriptors, _, _ = socket.recv_fds(self._control, _HEADER, 4)
        body = self._received(int.from_bytes(header, "big"))
        if not body:
            return False
        status, *own = descriptors
        try:
            pid = os.fork()
        except OSError:  # no process or memory left: that the status is closed says so
            for descriptor in descriptors:
                os.close(descriptor)
            return True
        if not pid:
            self._become_a_run(json.loads(body), status, own)
        for descriptor in own:
            os.close(descriptor)
        self._statuses[pid] = socket.socket(fileno=status)
        return True

    def _received(self, size: int) -> bytes:
        """Return so many bytes, or none where the server has ended, which may have been before it had sent all."""
        body = b""
        while len(body) < size:
            some = self._control.recv(size - len(body))
            if not some:
                return b""
            body += some
        return body

    def _become_a_run(self, request: ForkRequest, status: int, own: list[int]) -> None:
        """Go on as the process of a run, and end."""
        code = 1
        try:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            for held in (self._control, self._wake_reader, self._wake_writer, *self._statuses.values()):
                held.close()
            os.setsid()
            os.write(status, b"%d\n" % os.getpid())  # before what may fail: that is the end of this run alone
            os.close(status)
            os.umask(0o077)
            connection, _lock, log = own
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.close(log)
            os.chdir(request["directory"])
            os.environ.clear()
            os.environ.update(request["environment"])
            from kfp_server_api.server.engine.run import run

            run(request, socket.socket(fileno=connection))
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            end_children()
            # Without waiting for threads: the report is sent, and nothing else is left to do.
            os._exit(code)


def _load() -> None:
    """Import what a run needs; where that fails, the run says so."""
    with contextlib.suppress(Exception):
        importlib.import_module("kfp_server_api.server.engine.run")
    gc.collect()
    gc.freeze()


if __name__ == "__main__":
    control: socket.socket = socket.socket(fileno=int(sys.argv[1]))
    control.set_inheritable(False)
    _load()
    Forker(control).serve()
