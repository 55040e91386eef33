# SPDX-License-Identifier: Apache-2.0
"""Lists of many runs: pages are the same whichever way the database goes, and no way leads through all rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from kfp_server_api.server.resources.listing import read_query
from kfp_server_api.server.resources.pages import read_page
from kfp_server_api.server.resources.runs import LISTING
from kfp_server_api.server.store.database import Store
from kfp_server_api.server.store.tables import runs

COUNT = 2400
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
@pytest.mark.parametrize("sort", ["created_at", "created_at desc", "finished_at desc", "name", "namespace desc"])
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
    ],
)
@pytest.mark.parametrize("text", ["", predicate("storage_state", "EQUALS", "AVAILABLE")], ids=["all", "most"])
def test_a_page_of_many_is_found_without_sorting(store: Store, sort: str, text: str) -> None:
    statements: list[tuple[str, Any]] = []

    def remember(_c: Any, _cursor: Any, sql: str, parameters: Any, *_: Any) -> None:
        statements.append((sql, parameters))

    with store.read() as connection:
        sa.event.listen(connection, "before_cursor_execute", remember)
        read_page(connection, LISTING, read_query(LISTING, {"sort_by": f"{sort} desc", "filter": text}))
        sa.event.remove(connection, "before_cursor_execute", remember)
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all() for sql, given in statements]
    assert not [step for plan in plans for step in plan if "TEMP B-TREE" in step[3]]
