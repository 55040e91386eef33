# SPDX-License-Identifier: Apache-2.0
"""Files of older releases are brought up to date and lose nothing; others are refused and left as they are."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fixtures.calling import Caller

from kfp_server_api.server import LocalServer
from kfp_server_api.server.orchestration.recorder import SERVER_ENDED
from kfp_server_api.server.store import schema
from kfp_server_api.server.store.database import Store, StoreError

HERE = Path(__file__).parent
OLD = HERE / "release_2_17_3_post1.sql"
"""A file that release 2.17.3.post1 left when it was killed: one run RUNNING, three PENDING."""
ANSWERS: dict[str, dict[str, Any]] = json.loads((HERE / "release_2_17_3_post1.json").read_text())
"""Answers of that release before it was killed, by path."""
REASONS = {
    "running": SERVER_ENDED,
    "waiting for a version that is gone": "the run could not be started: its pipeline spec was not kept",
}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A file of release 2.17.3.post1."""
    file = tmp_path / "kfp.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(OLD.read_text())
    return file


@pytest.fixture
def call(old: Path) -> Iterator[Caller]:
    """Call a server of the old file that starts no run."""
    with LocalServer(db=old, parallel_runs=0) as server:
        yield Caller(server.url)


@pytest.mark.parametrize("path", [path for path in ANSWERS if path != "/runs"])
def test_an_old_file_answers_as_it_did(call: Caller, path: str) -> None:
    assert call("GET", path, page_size=100).json == ANSWERS[path]


@pytest.mark.parametrize("run", ANSWERS["/runs"]["runs"], ids=lambda run: run["display_name"])
def test_an_old_run_is_shown_as_it_was_unless_it_was_under_way(call: Caller, run: dict[str, Any]) -> None:
    now = call("GET", f"/runs/{run['run_id']}").json
    if run["state"] == "RUNNING":
        assert (now["state"], now["error"]["message"]) == ("FAILED", SERVER_ENDED)
    else:
        assert now == run


def test_runs_that_waited_are_run_or_say_why_not(old: Path) -> None:
    with LocalServer(db=old) as server:
        call = Caller(server.url)
        for before in ANSWERS["/runs"]["runs"]:
            if before["state"] in ("PENDING", "RUNNING"):
                run = call.wait(before["run_id"])
                reason = REASONS.get(run["display_name"])
                seen = (run["state"], run.get("error", {}).get("message"))
                assert seen == (("FAILED", reason) if reason else ("SUCCEEDED", None))


def test_an_old_file_opens_a_second_time(old: Path) -> None:
    for _ in range(2):
        with LocalServer(db=old, parallel_runs=0) as server:
            assert len(Caller(server.url)("GET", "/runs", page_size=100).json["runs"]) == len(ANSWERS["/runs"]["runs"])


def layout(file: Path) -> dict[str, Any]:
    """Return the tables, columns, indexes, foreign keys and triggers of a file."""
    with closing(sqlite3.connect(file)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        triggers = connection.execute("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        written = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index'"))

        def columns(index: str) -> list[str | None]:
            """Return the columns of an index, None for an expression."""
            return [row[2] for row in connection.execute(f"PRAGMA index_info('{index}')")]

        return {
            name: {
                "columns": {
                    row[1]: (row[2], row[3], row[5]) for row in connection.execute(f"PRAGMA table_info({name})")
                },
                "indexes": sorted(
                    (unique, [column or written[index] for column in columns(index)])
                    for _, index, unique, *_ in connection.execute(f"PRAGMA index_list({name})")
                ),
                "keys": [row[2:7] for row in connection.execute(f"PRAGMA foreign_key_list({name})")],
                "triggers": sorted(sql for table, sql in triggers if table == name),
            }
            for name in names
        }


def test_an_upgraded_file_has_the_layout_of_a_new_one(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.db"
    for file in (old, new):
        Store(file).close()
    assert layout(old) == layout(new)


def test_old_runs_are_found_by_a_part_of_their_name(call: Caller) -> None:
    for run in ANSWERS["/runs"]["runs"]:
        part = {"key": "name", "operation": "IS_SUBSTRING", "string_value": run["display_name"][1:-1]}
        found = call("GET", "/runs", filter=[part]).json["runs"]
        assert run["run_id"] in {each["run_id"] for each in found}


def test_the_first_revision_makes_the_tables_of_the_first_release(old: Path, tmp_path: Path) -> None:
    made = tmp_path / "made.db"
    with closing(Store(made)) as store, store.write() as connection:
        for name in reversed(list(layout(made))):
            connection.exec_driver_sql(f"DROP TABLE {name}")
        schema.upgrade(connection, "1")
    with_revision = {**layout(old), "alembic_version": layout(made)["alembic_version"]}
    assert layout(made) == with_revision


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("PRAGMA user_version = 9", "table layout 9"),
        ("UPDATE alembic_version SET version_num = '99'", "revision '99', which is newer"),
        ("UPDATE alembic_version SET version_num = 'x'", "revision 'x', which is newer"),
        ("PRAGMA user_version = 0", "tables of another program"),
    ],
)
def test_a_file_of_a_newer_release_or_another_program_is_refused(tmp_path: Path, change: str, reason: str) -> None:
    file = tmp_path / "kfp.db"
    Store(file).close()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(change)
        connection.commit()
        before = list(connection.iterdump())
    with pytest.raises(StoreError, match=reason):
        Store(file)
    with closing(sqlite3.connect(file)) as connection:
        assert list(connection.iterdump()) == before


def test_an_upgrade_that_fails_leaves_the_file_as_it_was(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("CREATE TABLE pipeline_specs (a)")  # in the way of what the upgrade makes
        before = list(connection.iterdump())
    with pytest.raises(StoreError, match="pipeline_specs"):
        Store(old)
    with closing(sqlite3.connect(old)) as connection:
        assert (list(connection.iterdump()), connection.execute("PRAGMA user_version").fetchone()) == (before, (1,))


def test_alembic_is_imported_only_for_a_file_that_needs_it(python: Any, old: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from kfp_server_api.server.store.database import Store\n"
        "for file in sys.argv[1:]: Store(Path(file)).close(); print('alembic' in sys.modules)"
    )
    new = str(tmp_path / "new.db")
    assert python(code, new, new, str(old)).split() == ["False", "False", "True"]


@pytest.fixture
def twins(old: Path) -> Path:
    """A file of an earlier release with two pipelines whose names differ in case and accents, the older one first."""
    with closing(sqlite3.connect(old)) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(pipelines)")]
        own = {"pipeline_id": "?", "name": "?"}
        chosen = ", ".join(own.get(column, column) for column in columns)
        for pipeline_id, name in (("older", "Übung"), ("younger", "ubung")):
            insert = f"INSERT INTO pipelines SELECT {chosen} FROM pipelines LIMIT 1"
            connection.execute(insert, (pipeline_id, name))
        connection.commit()
    return old


def test_pipelines_whose_names_have_become_one_are_kept(twins: Path) -> None:
    with LocalServer(db=twins, parallel_runs=0) as server:
        found = Caller(server.url)("GET", "/pipelines", page_size=100).json["pipelines"]
    assert {"older": "Übung", "younger": "ubung"}.items() <= {
        each["pipeline_id"]: each["name"] for each in found
    }.items()


@pytest.mark.parametrize("name", ["ubung", "%C3%9CBUNG"])
def test_of_names_that_have_become_one_the_older_is_found(twins: Path, name: str) -> None:
    with LocalServer(db=twins, parallel_runs=0) as server:
        assert Caller(server.url)("GET", f"/pipelines/names/{name}").json["pipeline_id"] == "older"
