# SPDX-License-Identifier: Apache-2.0
"""What the database itself keeps true, whoever writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from kfp_server_api.server.store.database import Store
from kfp_server_api.server.store.tables import run_names, runs

COUNT = 250


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sa.Connection]:
    """A store of runs in several chunks."""
    with closing(Store(tmp_path / "kfp.db")) as store, store.write() as opened:
        for number in range(COUNT):
            opened.execute(runs.insert(), {"run_id": f"run {number}", "display_name": f"Name {number}"})
        yield opened


def in_chunks(connection: sa.Connection) -> list[str]:
    return sorted(name for text in connection.scalars(sa.select(run_names.c.names)) for name in text.split("\n"))


def of_runs(connection: sa.Connection) -> list[str]:
    return sorted(connection.scalars(sa.select(runs.c.display_name_key)))


def test_names_are_in_chunks_of_many(connection: sa.Connection) -> None:
    assert in_chunks(connection) == of_runs(connection)
    assert 1 < len(connection.scalars(sa.select(run_names.c.chunk)).all()) < COUNT / 50


def test_the_names_of_deleted_runs_are_in_no_chunk(connection: sa.Connection) -> None:
    for number in (*range(1, COUNT, 3), *range(100, 200)):
        connection.execute(runs.delete().where(runs.c.run_id == f"run {number}"))
    assert in_chunks(connection) == of_runs(connection)
    assert len(in_chunks(connection)) < COUNT / 2


def test_a_name_that_is_changed_is_changed_in_its_chunk(connection: sa.Connection) -> None:
    connection.execute(runs.update().where(runs.c.run_id == "run 7").values(display_name_key="other"))
    assert "other" in in_chunks(connection)
    assert in_chunks(connection) == of_runs(connection)


def test_runs_that_come_and_go_make_no_chunk_grow(connection: sa.Connection) -> None:
    for _ in range(300):
        connection.execute(runs.insert(), {"run_id": "again", "display_name": "again"})
        connection.execute(runs.delete().where(runs.c.run_id == "again"))
    assert in_chunks(connection) == of_runs(connection)
