# SPDX-License-Identifier: Apache-2.0
"""The SQLite file that holds the tables.

What a transaction has written outlives the end of this process at any moment, `kill -9` included: with
`journal_mode = WAL` and `synchronous = NORMAL` its pages are handed to the operating system before it counts as
committed. Only the machine's own end may take the last transactions with it, never parts of one.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from kfp_server_api.server.store.rows import execute
from kfp_server_api.server.store.schema import StoreError, prepare

__all__ = ["Store", "StoreError"]


class Store:
    """One SQLite file, used by many threads of one server at a time.

    Args:
        path: the file; made when missing.

    Raises:
        StoreError: it is no database of this server, or cannot be opened, or another server has it open.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._writing = threading.Lock()
        self._closed = False
        self._then: list[Callable[[], None]] = []  # of the one `write` that goes on
        if path.is_dir():
            raise StoreError(f"cannot use {path} as database: it is a folder")
        lock = _lock_file(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            new = not lock.exists()
            self._hold = _hold(path)
        except OSError as cause:
            raise StoreError(f"cannot use {path} as database: {cause}") from cause
        self._engine = _engine(path)
        try:
            with self.write() as connection:
                prepare(connection)
        except (sa.exc.DBAPIError, StoreError) as cause:
            self.close()
            if new:
                lock.unlink(missing_ok=True)
            raise StoreError(f"cannot use {path} as database: {getattr(cause, 'orig', cause)}") from cause

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one state of the data throughout the block."""
        self._check_open()
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Give a connection whose changes are all kept at the end of the block, or none after an error."""
        with self._writing:
            self._check_open()
            self._then.clear()
            with self._engine.connect() as connection, connection.execution_options(write=True).begin():
                yield connection
            for action in self._then:
                action()

    def then(self, action: Callable[[], None]) -> None:
        """Do something when the changes of the `write` that goes on are kept, before anybody else writes.

        Nothing is done after an error: what cannot be taken back stands here, and not in the block itself.
        """
        self._then.append(action)

    def close(self) -> None:
        """Close the file; who uses the store afterwards gets a StoreError."""
        self._closed = True
        self._engine.dispose()
        if self._hold:
            self._hold.close()

    def _check_open(self) -> None:
        """Refuse who is late: the engine would open the file again, which another server may have by now."""
        if self._closed:
            raise StoreError(f"{self.path} is closed: the server was stopped")


def _engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        connect_args={"timeout": 30, "check_same_thread": False},
        json_serializer=partial(json.dumps, ensure_ascii=False, separators=(",", ":")),
        pool_size=20,
        max_overflow=40,
    )
    sa.event.listen(engine, "connect", _configure)
    sa.event.listen(engine, "begin", _begin)
    return engine


def _configure(connection: sqlite3.Connection, _: object) -> None:
    # The driver starts transactions too late for one state throughout a block, so it has to start none.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    # A writer takes the lock at once: one that reads first and writes later fails when another was faster.
    execute(connection, "BEGIN IMMEDIATE" if connection.get_execution_options().get("write") else "BEGIN")


def _lock_file(path: Path) -> Path:
    return path.with_name(f"{path.name}.lock")


def _hold(path: Path) -> IO[bytes] | None:
    """Keep other servers off the file, since each would end the other's runs as left over."""
    try:
        import fcntl
    except ImportError:  # Windows
        return None
    held = open(_lock_file(path), "wb")  # noqa: SIM115
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as cause:
        held.close()
        raise StoreError(f"{path} is in use by another server") from cause
    return held
