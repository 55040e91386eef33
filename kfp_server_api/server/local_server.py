# SPDX-License-Identifier: Apache-2.0
"""A server on this machine, for tests and for trying things out."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import socket
import weakref
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing, suppress
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from kfp_server_api.server.http.app import make_app
from kfp_server_api.server.http.threads import Threads
from kfp_server_api.server.orchestration.run_files import RunFiles
from kfp_server_api.server.orchestration.run_process import RunSettings
from kfp_server_api.server.orchestration.run_queue import RunQueue
from kfp_server_api.server.resources.call import Context
from kfp_server_api.server.resources.experiments import default_experiment_id
from kfp_server_api.server.serving import serving
from kfp_server_api.server.settings import PROCESSORS, TASKS_AT_ONCE, Settings, origin_of
from kfp_server_api.server.store.database import Store
from kfp_server_api.server.store.temporary import DATABASE, temporary_folder

if TYPE_CHECKING:
    from typing_extensions import Self

_log = logging.getLogger(__name__)


class LocalServer:
    """A server in a thread of this process, with its data in one SQLite file.

    Use it as a context manager, or call `start()` and `stop()`. A stopped server may be started again. To a process
    that is forked meanwhile it remains the parent's: it can be called there, and `stop()` does nothing.

    Args:
        host: address to listen on.
        port: 0 takes a free one.
        db: file for the data; without one they are gone when the server stops.
        parallel_runs: runs that are executed at one time; one for each processor if not given. With 0 runs are
            accepted and wait.
        parallel_tasks: tasks of one run that are executed at one time.
        secrets: YAML file with the secrets and config maps that tasks may ask for of Kubernetes:
            `secrets: {name: {key: text}}`, `config_maps` alike.
        env: environment variables that components get by name, besides PATH, HOME, TZ, TMPDIR, those of languages and
            proxies, and SSL_* and PIP_*; None stands for the value that this process has.
        token: what every caller has to send, health checks excepted, as `Authorization: Bearer <token>`.
        allow_origins: web pages that may use the server besides those that it serves itself: origins such as
            `https://kfp.example.com`, for a proxy before the server.

    Raises:
        ValueError: a port, a number of runs, a variable, a token or an origin that cannot be.
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        db: str | Path | None = None,
        parallel_runs: int | None = None,
        parallel_tasks: int = TASKS_AT_ONCE,
        secrets: str | Path | None = None,
        env: Mapping[str, str | None] | None = None,
        token: str | None = None,
        allow_origins: Iterable[str] = (),
    ) -> None:
        self._settings = Settings(
            host,
            port,
            Path(db).absolute() if db is not None else None,
            PROCESSORS if parallel_runs is None else parallel_runs,
            parallel_tasks,
            Path(secrets).absolute() if secrets is not None else None,
            env=dict(env or {}),
            token=token or "",
            allow_origins=tuple(map(origin_of, allow_origins)),
        )
        self._url = ""
        self._db: Path | None = None
        self._running: ExitStack | None = None
        self._process = 0
        self._descriptors: Callable[[], list[int]] = list

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
            ValueError: the file of secrets is none.
        """
        if self._running:
            raise RuntimeError("the server is already running")
        with ExitStack() as stack:  # what has started is stopped in reverse order, also where the next step fails
            self._start(stack)
            self._running = stack.pop_all()
        self._process = os.getpid()
        _started.add(self)
        return self

    def _start(self, stack: ExitStack) -> None:
        settings = self._settings
        listener = stack.enter_context(_listen(settings.host, settings.port))
        db = settings.db or self._temporary(stack)
        store = stack.enter_context(closing(Store(db)))
        with store.write() as connection:
            default_experiment_id(connection)
        files = RunFiles(_runs(db))
        of_runs = RunSettings(settings.parallel_tasks, settings.secrets, settings.added_env())
        queue = stack.enter_context(closing(RunQueue(store, files, settings.parallel_runs, of_runs)))
        address, port = listener.getsockname()[:2]
        threads = stack.enter_context(closing(Threads()))
        hosts = (settings.host, address)
        context = Context(settings, store, queue)
        app = make_app(context, hosts, settings.allow_origins, token=settings.token, threads=threads)
        connections = stack.enter_context(serving(app, listener))
        stack.callback(self._forget)
        self._descriptors = lambda: [*store.descriptors(), *queue.descriptors(), listener.fileno(), *connections()]
        self._url = f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"
        self._db = db
        if not ip_address(address.partition("%")[0]).is_loopback:
            _log.warning("%s", _exposed(self._url, bool(settings.token)))
        queue.warm_up()
        queue.wake()

    def _temporary(self, stack: ExitStack) -> Path:
        folder = temporary_folder()
        # No generator, whose end a child that was forked would bring about, too, when it ends.
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        atexit.register(self.stop)  # a server that nobody stops leaves nothing behind either
        stack.callback(atexit.unregister, self.stop)
        return folder / DATABASE

    def _forget(self) -> None:
        self._url, self._db = "", None
        _started.discard(self)

    def stop(self) -> None:
        """Stop serving, end the runs that are going on, remove a temporary database; takes seconds.

        Runs that wait are started by the next server on the same file.
        """
        if self._process != os.getpid():
            return
        running, self._running = self._running, None
        if running:
            running.close()

    def _leave_to_parent(self) -> None:
        """Close what a process has that was just forked from the server's, and would keep open as long as it lives."""
        with open(os.devnull, "rb") as nothing:
            for descriptor in self._descriptors():
                with suppress(OSError):  # one that is closed
                    os.dup2(nothing.fileno(), descriptor, inheritable=False)

    def __enter__(self) -> Self:
        return self if self._running else self.start()

    def __exit__(self, *error: object) -> None:
        self.stop()


_started: weakref.WeakSet[LocalServer] = weakref.WeakSet()


def _leave_all_to_parent() -> None:
    for server in list(_started):
        server._leave_to_parent()
    _started.clear()


if hasattr(os, "register_at_fork"):  # Windows has no forks
    os.register_at_fork(after_in_child=_leave_all_to_parent)


def _exposed(url: str, token: bool) -> str:
    """Say what a server opens that listens on more than the loopback."""
    who = "who has its token" if token else "who can reach it, since it asks for no token (--token),"
    return (
        f"{url} is open to the network: {who} can run any command as this user and read all data."
        " Nothing that is sent is encrypted, a token neither"
    )


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
