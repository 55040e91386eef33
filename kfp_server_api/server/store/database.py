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
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import cast

import sqlalchemy as sa

from kfp_server_api.server.store.database_file import DatabaseFile, StoreUnavailable
from kfp_server_api.server.store.folding import fold
from kfp_server_api.server.store.schema import StoreError, prepare

__all__ = ["PATIENCE", "Store", "StoreError", "StoreUnavailable", "reason_of", "waiting_until"]

PATIENCE = 20.0
"""Seconds that a request waits while another program keeps the file locked."""

_UNNOTICED = 0.1
"""Seconds by which the end of waiting may be late, since to set it takes as long as to begin a transaction."""

_LOCKED = "The database is locked by another program; nothing was changed"
_UNUSABLE = ("is full", "I/O error", "unable to open", "readonly")
"""Parts of what SQLite says of a disk or file that it cannot use now: it may be able to later."""

_until: ContextVar[float | None] = ContextVar("_until", default=None)


@contextmanager
def waiting_until(deadline: float) -> Iterator[None]:
    """Have all that the block does in stores wait no longer than to a moment of the monotonic clock."""
    before = _until.set(deadline)
    try:
        yield
    finally:
        _until.reset(before)


def reason_of(error: BaseException) -> str:
    """Return what went wrong, without the SQL statement that SQLAlchemy adds."""
    return str(getattr(error, "orig", None) or error)


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
        self._file = DatabaseFile(path)
        self._engine = _engine(path)
        self._idle: deque[sa.Connection] = deque()
        try:
            with self.write() as connection:
                prepare(connection)
            self._file.remember(self._application_id())
        except (sa.exc.DBAPIError, sqlite3.Error, StoreError) as cause:
            self.close()
            raise StoreError(f"cannot use {path} as database: {reason_of(cause)}") from cause

    def _application_id(self) -> int:
        """Return what the header of the file has, once SQLite has moved it there from its log."""
        with closing(self._engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA wal_checkpoint(PASSIVE)")
            cursor.execute("PRAGMA application_id")
            found = cursor.fetchone()
            return int(found[0]) if found else 0

    def check(self) -> None:
        """See that the store can be used.

        Raises:
            StoreUnavailable: the file was deleted, or another one has taken its place.
            StoreError: the store is closed.
        """
        if self._closed:
            raise StoreError(f"{self.path} is closed: the server was stopped")
        self._file.check()

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one state of the data throughout the block.

        Raises:
            StoreUnavailable: the file is gone or cannot be read, or another program keeps readers off it for too long.
        """
        self.check()
        with _unavailable(), self._transaction("BEGIN", PATIENCE) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Give a connection whose changes are all kept at the end of the block, or none after an error.

        Raises:
            StoreUnavailable: the file is gone, the disk is full, or other writers, of other programs too, have it for
                too long.
        """
        deadline = _deadline()
        if not self._writing.acquire(timeout=_left(deadline)):
            raise StoreUnavailable(_LOCKED)
        try:
            self.check()
            self._then.clear()
            # A writer takes the lock at once: one that reads first and writes later fails when another was faster.
            with _unavailable(), self._transaction("BEGIN IMMEDIATE", _left(deadline)) as connection:
                yield connection
            for action in self._then:
                action()
        finally:
            self._writing.release()

    @contextmanager
    def _transaction(self, begin: str, patience: float) -> Iterator[sa.Connection]:
        """Give a connection that nobody else has meanwhile, in a transaction that SQLAlchemy neither begins nor ends.

        Connections stay open: a pool of SQLAlchemy costs more than what is read by them.
        """
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = self._engine.connect()
        driver = cast("sqlite3.Connection", connection.connection.driver_connection)
        try:
            _begin(driver, begin, patience)
            yield connection
            driver.execute("COMMIT")
        except BaseException:
            if driver.in_transaction:
                driver.execute("ROLLBACK")
            raise
        finally:
            self._idle.append(connection)
            if self._closed:
                self._close_idle()

    def then(self, action: Callable[[], None]) -> None:
        """Do something when the changes of the `write` that goes on are kept, before anybody else writes.

        Nothing is done after an error: what cannot be taken back stands here, and not in the block itself.
        """
        self._then.append(action)

    def close(self) -> None:
        """Close the file; who uses the store afterwards gets a StoreError."""
        self._closed = True
        self._close_idle()
        self._engine.dispose()
        self._file.close()

    def _close_idle(self) -> None:
        with suppress(IndexError):  # who closes them may not be alone
            while True:
                self._idle.pop().close()

    def descriptors(self) -> list[int]:
        """Return the descriptors that keep other servers off the file."""
        return self._file.descriptors()


def _deadline() -> float:
    deadline = _until.get()
    return time.monotonic() + PATIENCE if deadline is None else deadline


def _left(deadline: float) -> float:
    return max(0.0, deadline - time.monotonic())


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except (sa.exc.OperationalError, sqlite3.OperationalError) as cause:
        reason = reason_of(cause)
        if "locked" in reason:
            raise StoreUnavailable(_LOCKED) from cause
        if any(part in reason for part in _UNUSABLE):
            raise StoreUnavailable(f"The database cannot be used: {reason}; nothing was changed") from cause
        raise


def _engine(path: Path) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        connect_args={"timeout": PATIENCE, "check_same_thread": False},
        json_serializer=partial(json.dumps, ensure_ascii=False, separators=(",", ":")),
        hide_parameters=True,  # which hold what users have sent, secrets too
        poolclass=sa.NullPool,
    )
    sa.event.listen(engine, "connect", _configure)
    return engine


def _configure(connection: sqlite3.Connection, _: object) -> None:
    # The driver starts transactions too late for one state throughout a block, so it has to start none.
    connection.isolation_level = None
    # The log is moved into the file, for which the disk is waited for, after 4,000 pages instead of 1,000.
    # A statement with a trigger can be undone by itself; in a file of its own, that costs as much as a new row.
    for pragma in (
        *("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON", "wal_autocheckpoint = 4000"),
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("fold", 1, fold, deterministic=True)


def _begin(driver: sqlite3.Connection, begin: str, patience: float) -> None:
    """Begin a transaction, for which a database that others have locked is waited for so many seconds."""
    if patience > PATIENCE - _UNNOTICED:
        driver.execute(begin)
        return
    driver.execute(f"PRAGMA busy_timeout = {int(patience * 1000)}")
    try:
        driver.execute(begin)
    finally:
        driver.execute(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")
