# SPDX-License-Identifier: Apache-2.0
"""The store: what a transaction keeps, and its end."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from kfp_server_api.server.store import rows
from kfp_server_api.server.store.database import Store, StoreError, StoreUnavailable, reason_of, waiting_until
from kfp_server_api.server.store.tables import settings


def test_what_follows_a_transaction_is_done_when_it_is_kept_and_not_after_an_error(tmp_path: Path) -> None:
    store, done = Store(tmp_path / "kfp.db"), list[str]()
    with pytest.raises(OSError), store.write():
        store.then(lambda: done.append("lost"))
        raise OSError
    with store.write():
        store.then(lambda: done.append("kept"))
        assert done == []
    assert done == ["kept"]
    store.close()


@pytest.mark.parametrize("name", ["folder", "other.db", "other.db/kfp.db"])
def test_a_refused_file_gets_no_lock(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "other.db").write_bytes(b"x" * 5000)
    with pytest.raises(StoreError, match=f"cannot use {tmp_path / name} as database"):
        Store(tmp_path / name)
    assert {file.name for file in tmp_path.iterdir()} == {"folder", "other.db"}


def test_a_store_that_was_closed_opens_its_file_no_more(tmp_path: Path) -> None:
    store = Store(tmp_path / "kfp.db")
    store.close()
    with pytest.raises(StoreError, match="is closed"), store.read():
        pass
    with pytest.raises(StoreError, match="is closed"), store.write():
        pass


def test_a_read_takes_its_own_statement_and_a_transaction_on_a_connection_that_stays_open(tmp_path: Path) -> None:
    statements: list[str] = []
    with closing(Store(tmp_path / "kfp.db")) as store:
        with store.read() as connection:
            driver: Any = connection.connection.driver_connection
            driver.set_trace_callback(statements.append)
        statements.clear()
        with store.read() as connection:
            assert rows.first(connection, settings, name="n") is None
    begin, select, commit = statements
    assert (begin, select[:6], commit) == ("BEGIN", "SELECT", "COMMIT")


def test_a_block_sees_one_state_of_the_data(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "kfp.db")) as store, store.read() as before:
        assert rows.first(before, settings, name="n") is None
        with store.write() as connection:
            rows.insert(connection, settings, {"name": "n", "value": "v"})
        assert rows.first(before, settings, name="n") is None
        with store.read() as after:
            assert rows.first(after, settings, name="n") == {"name": "n", "value": "v"}


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Keep writers off a database, as another program does, while the block runs."""
    with closing(sqlite3.connect(file, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def note(store: Store, name: str, deadline: float) -> str:
    """Write a name before a deadline; return why that was not possible."""
    try:
        with waiting_until(deadline), store.write() as connection:
            connection.execute(settings.insert().values(name=name, value=""))
    except StoreUnavailable as cause:
        return str(cause)
    return ""


def test_writers_give_up_at_one_deadline_and_none_writes_later(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "kfp.db")) as store, ThreadPoolExecutor(12) as pool:
        with locked(store.path):
            deadline = time.monotonic() + 0.5
            reasons = set(pool.map(lambda number: note(store, str(number), deadline), range(12)))
            assert {"The database is locked by another program; nothing was changed"} == reasons
        assert note(store, "after", time.monotonic() + 20) == ""
        with store.read() as connection:
            assert connection.execute(settings.select()).all() == [("after", "")]


def test_writers_that_wait_write_when_they_can(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "kfp.db")) as store, ThreadPoolExecutor(4) as pool:
        with locked(store.path):
            waiting = [pool.submit(note, store, str(number), time.monotonic() + 20) for number in range(4)]
            time.sleep(0.1)
            with store.read() as connection:  # which nobody keeps from reading
                assert connection.execute(settings.select()).all() == []
        assert [each.result() for each in waiting] == [""] * 4


def test_a_database_that_was_deleted_or_replaced_is_not_available(tmp_path: Path) -> None:
    file, aside = tmp_path / "kfp.db", tmp_path / "aside.db"
    with closing(Store(file)) as store:
        file.rename(aside)
        with pytest.raises(StoreUnavailable, match="was deleted"), store.read():
            pass
        file.write_bytes(aside.read_bytes())
        with pytest.raises(StoreUnavailable, match="was replaced by another file"), store.write():
            pass
        aside.replace(file)
        store.check()


def test_a_database_whose_bytes_are_replaced_is_not_available(tmp_path: Path) -> None:
    file, other = tmp_path / "kfp.db", tmp_path / "other.db"
    Store(other).close()
    for content in (other.read_bytes(), b"", b"no database" * 100):
        with closing(Store(file)) as store:
            store.check()
            whole = file.read_bytes()
            file.write_bytes(content)
            with pytest.raises(StoreUnavailable, match="was replaced by another file"), store.read():
                pass
            file.write_bytes(whole)
            store.check()


@pytest.mark.parametrize(("pragma", "reason"), [("max_page_count = 1", "is full"), ("query_only = ON", "readonly")])
def test_a_disk_that_takes_nothing_is_not_available_and_nothing_is_changed(
    tmp_path: Path, pragma: str, reason: str
) -> None:
    with closing(Store(tmp_path / "kfp.db")) as store:
        with pytest.raises(StoreUnavailable, match=reason), store.write() as connection:
            connection.exec_driver_sql(f"PRAGMA {pragma}")
            connection.execute(settings.insert().values(name="large", value="x" * 1_000_000))
        with store.read() as connection:
            assert connection.scalar(sa.select(settings.c.value).where(settings.c.name == "large")) is None


def test_errors_name_neither_parameters_nor_statements(tmp_path: Path) -> None:
    store = Store(tmp_path / "kfp.db")
    with closing(store), pytest.raises(sa.exc.IntegrityError) as error, store.write() as connection:
        for _ in range(2):
            connection.execute(settings.insert().values(name="n", value="secret"))
    assert "secret" not in str(error.value)
    assert reason_of(error.value) == "UNIQUE constraint failed: settings.name"
