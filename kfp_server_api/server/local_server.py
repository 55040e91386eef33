# SPDX-License-Identifier: Apache-2.0
"""A server on this machine, for tests and for trying things out."""

from __future__ import annotations

import atexit
import shutil
import socket
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from kfp_server_api.server.http.app import make_app
from kfp_server_api.server.orchestration.run_queue import RunQueue
from kfp_server_api.server.resources.call import Context
from kfp_server_api.server.resources.experiments import default_experiment_id
from kfp_server_api.server.store.database import Store

if TYPE_CHECKING:
    from typing_extensions import Self

_START = 30.0
_LINGER = 3
"""Seconds that requests in flight may take after stop() was called."""


class LocalServer:
    """A server in a thread of this process, with its data in one SQLite file.

    Use it as a context manager, or call `start()` and `stop()`. A stopped server may be started again.

    Args:
        host: address to listen on.
        port: 0 takes a free one.
        db: file for the data; without one they are gone when the server stops.
        parallel_runs: runs that are executed at one time; one for each processor if not given.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        db: str | Path | None = None,
        parallel_runs: int | None = None,
    ) -> None:
        self._host, self._port, self._db, self._parallel_runs = host, port, db, parallel_runs
        self._url = ""
        self._folder: str | None = None
        self._store: Store | None = None
        self._manager: RunQueue | None = None
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._socket: socket.socket | None = None

    @property
    def url(self) -> str:
        """Address of the running server, without a slash at its end; "" while it does not run."""
        return self._url

    @property
    def db(self) -> Path | None:
        """Database file of the running server; the files that runs write are in the folder `<file>.runs`."""
        return self._store.path if self._store else None

    def start(self) -> Self:
        """Start serving; the server answers when this returns.

        Raises:
            OSError: the port is taken or the address is not this machine's.
            StoreError: the file is no database of this server or is in use.
        """
        if self._server:
            raise RuntimeError("the server is already running")
        try:
            self._socket = _listen(self._host, self._port)
            self._serve(_make_context(self._db_path(), self._parallel_runs), self._socket)
        except BaseException:
            self.stop()
            raise
        return self

    def _db_path(self) -> Path:
        if self._db is not None:
            return Path(self._db).absolute()
        self._folder = tempfile.mkdtemp(prefix="kfp-server-")
        atexit.register(self.stop)  # a server that nobody stops leaves nothing behind either
        return Path(self._folder) / "kfp.db"

    def _serve(self, context: Context, listener: socket.socket) -> None:
        self._store, self._manager = context
        config = uvicorn.Config(
            make_app(context, (self._host, listener.getsockname()[0])),
            loop="asyncio",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=_LINGER,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="kfp-server", daemon=True)
        self._thread.start()
        self._await_start(self._server, self._thread)
        host, port = listener.getsockname()[:2]
        self._url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

    def _await_start(self, server: uvicorn.Server, thread: threading.Thread) -> None:
        deadline = time.monotonic() + _START
        while not server.started:
            if not thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("the server did not start")
            time.sleep(0.005)

    def stop(self) -> None:
        """Stop serving, end the runs that are going on, remove a temporary database; takes seconds."""
        self._url = ""
        if self._server and self._thread:
            self._server.should_exit = True
            self._thread.join(_LINGER + 2)
            self._server.force_exit = True
            self._thread.join(2)
        if self._manager:
            self._manager.close()
        if self._store:
            self._store.close()
        if self._socket:
            self._socket.close()
        atexit.unregister(self.stop)
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._server = self._thread = self._manager = self._store = self._socket = self._folder = None

    def __enter__(self) -> Self:
        return self if self._server else self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()


def _listen(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener


def _make_context(db: Path, parallel_runs: int | None) -> Context:
    store = Store(db)
    try:
        with store.write() as connection:
            default_experiment_id(connection)
        return Context(store, RunQueue(store, db.with_name(f"{db.name}.runs"), parallel_runs))
    except BaseException:
        store.close()
        raise
