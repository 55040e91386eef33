# SPDX-License-Identifier: Apache-2.0
"""Tables of the server and the SQLite file that holds them."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa

SCHEMA = 1
"""Number of the table layout, kept in the file; a file with another one is refused."""

_metadata = sa.MetaData()


def _text(name: str, **options: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, default="", **options)


def _time(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, default=0)


def _json(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(none_as_null=True))


def _id(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True)


settings: sa.Table = sa.Table("settings", _metadata, _id("name"), _text("value"))

experiments: sa.Table = sa.Table(
    "experiments",
    _metadata,
    _id("experiment_id"),
    _text("display_name"),
    _text("description"),
    _time("created_at"),
    _text("namespace"),
    _text("storage_state"),
    _time("last_run_created_at"),
    sa.UniqueConstraint("namespace", "display_name"),
)

pipelines: sa.Table = sa.Table(
    "pipelines",
    _metadata,
    _id("pipeline_id"),
    _text("name"),
    _text("display_name"),
    _text("description"),
    _time("created_at"),
    _text("namespace"),
    _json("tags"),
    sa.UniqueConstraint("namespace", "name"),
)

pipeline_versions: sa.Table = sa.Table(
    "pipeline_versions",
    _metadata,
    _id("pipeline_version_id"),
    _text("pipeline_id"),
    _text("name"),
    _text("display_name"),
    _text("description"),
    _time("created_at"),
    _text("package_url"),
    _text("code_source_url"),
    _json("pipeline_spec"),
    _json("platform_spec"),
    _json("tags"),
    sa.ForeignKeyConstraint(["pipeline_id"], ["pipelines.pipeline_id"], ondelete="CASCADE"),
    sa.UniqueConstraint("pipeline_id", "name"),
)

runs: sa.Table = sa.Table(
    "runs",
    _metadata,
    _id("run_id"),
    _text("experiment_id", index=True),
    _text("display_name"),
    _text("description"),
    _text("storage_state"),
    _text("state"),
    _time("created_at"),
    _time("scheduled_at"),
    _time("finished_at"),
    _text("service_account"),
    _text("pipeline_id"),
    _text("pipeline_version_id"),
    _text("recurring_run_id"),
    _json("pipeline_spec"),
    _json("runtime_config"),
    _json("error"),
    _json("state_history"),
    _json("plugins_input"),
    _json("plugins_output"),
    sa.Index("runs_by_time", "created_at", "run_id"),
)

tasks: sa.Table = sa.Table(
    "tasks",
    _metadata,
    sa.Column("run_id", sa.ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
    _id("task_id"),
    sa.Column("position", sa.Integer, nullable=False),
    _text("display_name"),
    _text("parent_task_id"),
    _time("create_time"),
    _time("start_time"),
    _time("end_time"),
    _text("state"),
    _json("error"),
    _json("state_history"),
    _json("output_values"),
)


class StoreError(RuntimeError):
    """The database file cannot be used."""


class Store:
    """One SQLite file, used by many threads of one server at a time.

    Args:
        path: the file; made when missing.

    Raises:
        StoreError: it is no database of this server, or another server has it open.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writing = threading.Lock()
        if path.is_dir():
            raise StoreError(f"cannot use {path} as database: it is a folder")
        lock = _lock_file(path)
        new = not lock.exists()
        self._hold = _hold(path)
        self._engine = _engine(path)
        try:
            self._prepare()
        except (sa.exc.DBAPIError, StoreError) as cause:
            self.close()
            if new:
                lock.unlink(missing_ok=True)
            raise StoreError(f"cannot use {path} as database: {getattr(cause, 'orig', cause)}") from cause

    def _prepare(self) -> None:
        with self.write() as connection:
            found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if not found and connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one():
                raise StoreError("it holds tables of another program")
            if found not in (0, SCHEMA):
                raise StoreError(f"it has table layout {found}, this server writes {SCHEMA}")
            _metadata.create_all(connection)
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Give a connection that sees one state of the data throughout the block."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[sa.Connection]:
        """Give a connection whose changes are all kept at the end of the block, or none after an error."""
        writing = self._engine.execution_options(write=True)
        with self._writing, writing.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()
        if self._hold:
            self._hold.close()


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
    # The driver starts transactions too late for one state throughout a block, so it is told to start none.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: sa.Connection) -> None:
    # A writer takes the lock at once: one that reads first and writes later fails when another was faster.
    write = connection.get_execution_options().get("write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


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
