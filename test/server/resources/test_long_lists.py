# SPDX-License-Identifier: Apache-2.0
"""Lists of many runs: pages are the same whichever way the database goes, and no way leads through all rows."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any, cast

import pytest
import sqlalchemy as sa

from kfp_server_api.server.resources.filters import Predicate, conditions, in_chunks
from kfp_server_api.server.resources.listing import Listing, read_query
from kfp_server_api.server.resources.pages import read_page
from kfp_server_api.server.resources.pipeline_versions import LISTING as pipeline_versions_listing
from kfp_server_api.server.resources.pipelines import LISTING as pipelines_listing
from kfp_server_api.server.resources.runs import LISTING
from kfp_server_api.server.store import rows
from kfp_server_api.server.store.database import Store
from kfp_server_api.server.store.tables import pipeline_versions, pipelines, runs

COUNT = 2400
NOWHERE: Mapping[str, str] = {}
ROWS = [
    {
        "run_id": f"run-{number * 7919 % COUNT:04}",
        "display_name": f"{'rare' if number % 1000 == 7 else 'usual'} {number % 50:02}",
        "experiment_id": "one" if number % 10 else "other",
        "state": "FAILED" if number % 50 == 0 else "SUCCEEDED",
        "storage_state": "AVAILABLE",
        "created_at": number // 3,
        "finished_at": number * 31 % COUNT,
    }
    for number in range(COUNT)
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with closing(Store(Path(tmp_path_factory.mktemp("long")) / "kfp.db")) as opened:
        with opened.write() as connection:
            connection.execute(runs.insert(), ROWS)
            connection.execute(pipelines.insert(), {"pipeline_id": "p", "name": "p", "display_name": "p"})
            for number in range(COUNT):
                version = {"pipeline_version_id": f"v-{number}", "pipeline_id": "p", "name": f"v {number}"}
                rows.insert(connection, pipeline_versions, {**version, "display_name": "v", "arrival": number})
        yield opened


def listed(store: Store, scope: dict[str, str], **arguments: Any) -> tuple[list[str], set[int]]:
    """Return the ids on all pages, and the totals that these gave."""
    ids, totals, token = [], set(), ""
    while True:
        with store.read() as connection:
            query = read_query(LISTING, {"page_size": 200, "page_token": token, **arguments})
            page = read_page(connection, LISTING, query, scope)
        ids += [row["run_id"] for row in page.items]
        totals.add(page.total_size)
        token, arguments = page.next_page_token, {}
        if not token:
            return ids, totals


def predicate(key: str, operation: str, value: str) -> str:
    return json.dumps({"predicates": [{"key": key, "operation": operation, "string_value": value}]})


FILTERS = {
    "": lambda row: True,
    predicate("name", "IS_SUBSTRING", "rare"): lambda row: "rare" in row["display_name"],
    predicate("name", "IS_SUBSTRING", "usual"): lambda row: "usual" in row["display_name"],
    predicate("state", "NOT_EQUALS", "FAILED"): lambda row: row["state"] != "FAILED",
    predicate("storage_state", "EQUALS", "ARCHIVED"): lambda row: False,
}


@pytest.mark.parametrize("scope", [{}, {"experiment_id": "one"}, {"experiment_id": "other"}], ids=str)
@pytest.mark.parametrize(
    "sort", ["created_at", "created_at desc", "finished_at desc", "name", "experiment_id", "namespace desc"]
)
@pytest.mark.parametrize("text", FILTERS, ids=["all", "rare", "usual", "not", "none"])
def test_pages_hold_what_is_asked_for_in_order(store: Store, scope: dict[str, str], sort: str, text: str) -> None:
    column = {"name": "display_name"}.get(sort.split()[0], sort.split()[0])
    wanted = [row for row in ROWS if FILTERS[text](row) and scope.items() <= row.items()]
    wanted.sort(key=lambda row: (row.get(column, ""), row["run_id"]), reverse=sort.endswith("desc"))
    ids, totals = listed(store, scope, sort_by=sort, filter=text)
    assert ids == [row["run_id"] for row in wanted]
    assert totals == {len(wanted)}


@pytest.mark.parametrize(
    "sort",
    [
        "name",
        "id",
        "created_at",
        "finished_at",
        "scheduled_at",
        "description",
        "state",
        "storage_state",
        "experiment_id",
        "recurring_run_id",
        "namespace",
        "status",
        "state_history",
    ],
)
@pytest.mark.parametrize("text", ["", predicate("storage_state", "EQUALS", "AVAILABLE")], ids=["all", "most"])
def test_a_page_of_many_is_found_without_sorting(store: Store, sort: str, text: str) -> None:
    assert not [step for step in plan(store, LISTING, sort_by=f"{sort} desc", filter=text) if "TEMP B-TREE" in step]


def plan(store: Store, listing: Listing, scope: Mapping[str, str] = NOWHERE, **arguments: Any) -> list[str]:
    """Return how the database goes about the statements of a page."""
    statements: list[str] = []
    with store.read() as connection:
        driver = driver_of(connection)
        driver.set_trace_callback(statements.append)
        read_page(connection, listing, read_query(listing, arguments), scope)
        driver.set_trace_callback(None)
        plans = [driver.execute(f"EXPLAIN QUERY PLAN {sql}", [None] * sql.count("?")).fetchall() for sql in statements]
    assert plans
    return [step[3] for steps in plans for step in steps]


def driver_of(connection: sa.Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.driver_connection)


@pytest.mark.parametrize("sort", ["name", "display_name desc", "created_at desc"])
def test_a_page_of_many_versions_is_found_by_an_index_of_their_pipeline(store: Store, sort: str) -> None:
    steps = plan(store, pipeline_versions_listing, {"pipeline_id": "p"}, sort_by=sort)
    assert not [step for step in steps if "TEMP B-TREE" in step or "SCAN" in step]


@pytest.mark.parametrize("key", ["name", "id", "finished_at"])
def test_what_few_have_is_found_by_its_own_index_in_an_experiment_too(store: Store, key: str) -> None:
    steps = plan(store, LISTING, {"experiment_id": "one"}, filter=predicate(key, "EQUALS", "1"))
    assert not [step for step in steps if "runs_by_experiment" in step]


@pytest.mark.parametrize("scope", [{}, {"experiment_id": "one"}], ids=str)
@pytest.mark.parametrize("part", ["rare 07", "nothing", "r_re", "r%250"])
def test_a_part_of_a_name_that_few_have_is_looked_for_without_a_look_at_each_run(
    store: Store, scope: dict[str, str], part: str
) -> None:
    available = {"key": "storage_state", "operation": "EQUALS", "string_value": "AVAILABLE"}
    of_name = {"key": "name", "operation": "IS_SUBSTRING", "string_value": part}
    for predicates in ([of_name], [of_name, available]):
        steps = plan(store, LISTING, scope, filter=json.dumps({"predicates": predicates}))
        assert [step for step in steps if "runs_by_name_chunk" in step]
        assert not [step for step in steps if "SCAN runs" in step]


@pytest.mark.parametrize("key", ["state", "storage_state", "status", "experiment_id", "recurring_run_id"])
@pytest.mark.parametrize(("operation", "value"), [("IS_SUBSTRING", "nowhere"), ("GREATER_THAN", "zzz")])
def test_of_what_has_few_different_values_each_is_compared_once(
    store: Store, key: str, operation: str, value: str
) -> None:
    steps = plan(store, LISTING, filter=predicate(key, operation, value))
    assert not [step for step in steps if "SCAN runs" in step]


@pytest.mark.parametrize("key", ["state", "storage_state", "recurring_run_id"])
@pytest.mark.parametrize("operation", ["EQUALS", "IN"])
def test_a_state_that_no_run_of_an_experiment_has_is_not_looked_for_in_each(
    store: Store, key: str, operation: str
) -> None:
    value = {"string_value": "nowhere"} if operation == "EQUALS" else {"string_values": {"values": ["nowhere", "x"]}}
    text = json.dumps({"predicates": [{"key": key, "operation": operation, **value}]})
    steps = plan(store, LISTING, {"experiment_id": "one"}, filter=text)
    assert [step for step in steps if f"runs_of_experiment_by_{key} (experiment_id=? AND" in step]


SIGNS = ("a", "B", "é", "e", "%", "_", "\\", "\0", "\n", " ", "ß", "\uff05", "日")
"""What names and parts of them are made of: signs that mean something in patterns, ends, and such as are folded."""


def some_text(random: Random, longest: int) -> str:
    return "".join(random.choices(SIGNS, k=random.randint(0, longest)))


def found(connection: sa.Connection, where: list[rows.Sql]) -> set[str]:
    sql = f"SELECT run_id FROM runs WHERE {' AND '.join(each.text for each in where)}"
    return {run_id for (run_id,) in rows.execute(connection, sql, [value for each in where for value in each.values])}


def test_parts_of_names_are_found_in_chunks_as_in_each_name(tmp_path: Path) -> None:
    random = Random(13)
    with closing(Store(tmp_path / "kfp.db")) as store, store.write() as connection:
        for number in range(250):
            connection.execute(runs.insert(), {"run_id": f"{number}", "display_name": some_text(random, 8)})
        connection.exec_driver_sql("DELETE FROM runs WHERE run_id % 7 = 0")
        matched = 0
        for _ in range(600):
            of_name = Predicate("name", "IS_SUBSTRING", some_text(random, 4))
            [exact], [chunks] = conditions([of_name], LISTING.fields), in_chunks([of_name], LISTING.fields)
            wanted = found(connection, [exact])
            assert found(connection, [chunks, exact]) == wanted, of_name
            matched += bool(wanted)
    assert matched > 150


def test_inside_an_experiment_an_order_by_experiments_is_that_of_ids(store: Store) -> None:
    steps = plan(store, LISTING, {"experiment_id": "one"}, sort_by="experiment_id")
    assert not [step for step in steps if "runs_sorted_by_experiment_id" in step]


def test_a_page_takes_a_statement_to_count_and_one_to_read(store: Store) -> None:
    assert len(plan(store, LISTING, page_size=200)) == 3  # and one for the token of the next page
    assert len(plan(store, pipelines_listing, page_size=200)) == 2
