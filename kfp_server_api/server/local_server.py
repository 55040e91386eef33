# SPDX-License-Identifier: Apache-2.0
"""A server on this machine, for tests and for trying things out."""

from __future__ import annotations

import atexit
import shutil
import socket
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from kfp_server_api.server.http.app import make_app
from kfp_server_api.server.http.threads import Threads
from kfp_server_api.server.orchestration.run_files import RunFiles
from kfp_server_api.server.orchestration.run_queue import RunQueue
from kfp_server_api.server.resources.call import Context
from kfp_server_api.server.resources.experiments import default_experiment_id
from kfp_server_api.server.serving import serving
from kfp_server_api.server.settings import PROCESSORS, Settings, origin_of
from kfp_server_api.server.store.database import Store

if TYPE_CHECKING:
    from typing_extensions import Self


class LocalServer:
    """A server in a thread of this process, with its data in one SQLite file.

    Use it as a context manager, or call `start()` and `stop()`. A stopped server may be started again.

    Args:
        host: address to listen on.
        port: 0 takes a free one.
        db: file for the data; without one they are gone when the server stops.
        parallel_runs: runs that are executed at one time; one for each processor if not given. With 0 runs are
            accepted and wait.
        allow_origins: web pages that may use the server besides those that it serves itself: origins such as
            `https://kfp.example.com`, for a proxy before the server.

    Raises:
        ValueError: a port, a number of runs or an origin that cannot be.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        db: str | Path | None = None,
        parallel_runs: int | None = None,
        allow_origins: Iterable[str] = (),
    ) -> None:
        self._settings = Settings(
            host,
            port,
            Path(db).absolute() if db is not None else None,
            PROCESSORS if parallel_runs is None else parallel_runs,
            allow_origins=tuple(map(origin_of, allow_origins)),
        )
        self._url = ""
        self._db: Path | None = None
        self._running: ExitStack | None = None

    @property
    def url(self) -> str:
        """Address of the running server, without a slash at its end; "" while it does not run."""
        return self._url

    @property
    def db(self) -> Path | None:
        """Database file of the running server; the files that runs write are in the folder `<file>.runs`."""
        return self._db

    def start(self) -> Self:
        """Start serving; the server answers when this returns.

        Raises:
            OSError: the port is taken or the address is not this machine's.
            StoreError: the file is no database of this server, cannot be opened, or is in use.
        """
        if self._running:
            raise RuntimeError("the server is already running")
        with ExitStack() as stack:  # what has started is stopped in reverse order, also where the next step fails
            self._start(stack)
            self._running = stack.pop_all()
        return self

    def _start(self, stack: ExitStack) -> None:
        settings = self._settings
        listener = stack.enter_context(_listen(settings.host, settings.port))
        db = settings.db or self._temporary(stack)
        store = stack.enter_context(closing(Store(db)))
        with store.write() as connection:
            default_experiment_id(connection)
        queue = stack.enter_context(closing(RunQueue(store, RunFiles(_runs(db)), settings.parallel_runs)))
        address, port = listener.getsockname()[:2]
        threads = stack.enter_context(closing(Threads()))
        hosts = (settings.host, address)
        app = make_app(Context(settings, store, queue), hosts, settings.allow_origins, threads=threads)
        stack.enter_context(serving(app, listener))
        stack.callback(self._forget)
        self._url = f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
        self._db = db
        queue.wake()

    def _temporary(self, stack: ExitStack) -> Path:
        folder = tempfile.mkdtemp(prefix="kfp-server-")
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        atexit.register(self.stop)  # a server that nobody stops leaves nothing behind either
        stack.callback(atexit.unregister, self.stop)
        return Path(folder) / "kfp.db"

    def _forget(self) -> None:
        self._url, self._db = "", None

    def stop(self) -> None:
        """Stop serving, end the runs that are going on, remove a temporary database; takes seconds.

        Runs that wait are started by the next server on the same file.
        """
        running, self._running = self._running, None
        if running:
            running.close()

    def __enter__(self) -> Self:
        return self if self._running else self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()


def _listen(host: str, port: int) -> socket.socket:
    family, socket_type, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, socket_type, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


def _runs(db: Path) -> Path:
    return db.with_name(f"{db.name}.runs")
