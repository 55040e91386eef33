# SPDX-License-Identifier: Apache-2.0
"""The latest version of a pipeline is the one that came last, whatever the clock said when it came."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from fixtures.calling import Caller, pipeline

from kfp_server_api.server import LocalServer

OLD = Path(__file__).parents[1] / "store" / "release_2_17_3_post1.sql"


def set_clock_back(file: Path, version_id: str) -> None:
    """Leave a version as one that came while the clock was an hour ahead."""
    with closing(sqlite3.connect(file)) as connection, connection:
        of_version = "WHERE pipeline_version_id = ?"
        connection.execute(f"UPDATE pipeline_versions SET created_at = created_at + 3600 {of_version}", (version_id,))


def version_of_a_run(call: Caller, pipeline_id: str) -> Any:
    body = {"display_name": "r", "pipeline_version_reference": {"pipeline_id": pipeline_id}}
    reply = call("POST", "/runs", body)
    assert reply.status == 200, reply
    return reply.json["pipeline_version_reference"]["pipeline_version_id"]


def test_the_latest_version_is_the_last_that_came_though_the_clock_was_set_back(tmp_path: Path) -> None:
    pytest.importorskip("kfp")
    file, content = tmp_path / "kfp.db", json.dumps(pipeline("true")).encode()
    with LocalServer(db=file, parallel_runs=0) as server:
        call = Caller(server.url)
        pipeline_id = call.upload(content, name="p").json["pipeline_id"]
        first = version_of_a_run(call, pipeline_id)
        set_clock_back(file, first)
        second = call.upload(content, to="upload_version", name="second", pipelineid=pipeline_id).json
        assert version_of_a_run(call, pipeline_id) == second["pipeline_version_id"] != first
        call("DELETE", f"/pipelines/{pipeline_id}/versions/{second['pipeline_version_id']}")
        third = call.upload(content, to="upload_version", name="third", pipelineid=pipeline_id).json
        assert version_of_a_run(call, pipeline_id) == third["pipeline_version_id"]


def test_versions_of_an_old_file_keep_the_order_in_which_they_came(tmp_path: Path) -> None:
    pytest.importorskip("kfp")
    file = tmp_path / "kfp.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript(OLD.read_text())
        query = "SELECT pipeline_id, pipeline_version_id FROM pipeline_versions ORDER BY pipeline_id, rowid"
        rows = connection.execute(query).fetchall()
    several = next(pipeline_id for pipeline_id, _ in rows if sum(row[0] == pipeline_id for row in rows) > 1)
    first, *_, last = [version_id for pipeline_id, version_id in rows if pipeline_id == several]
    set_clock_back(file, first)
    with LocalServer(db=file, parallel_runs=0) as server:
        assert version_of_a_run(Caller(server.url), several) == last
