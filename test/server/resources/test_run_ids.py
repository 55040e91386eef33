# SPDX-License-Identifier: Apache-2.0
"""Ids that a client chooses for its run: they name a folder."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from fixtures.calling import Caller, pipeline

from kfp_server_api.server import LocalServer
from kfp_server_api.server.orchestration.run_files import RunFiles
from kfp_server_api.server.orchestration.run_queue import RunQueue
from kfp_server_api.server.store.database import Store


@pytest.fixture(scope="module")
def parallel_runs() -> int:
    return 2


def delete(store: Store, queue: RunQueue, run_id: str) -> None:
    """Delete a run of a row that is not there."""
    with store.write():
        queue.discard(run_id)


@pytest.mark.parametrize(
    "run_id", ["..", ".", "../x", "/abs", "a/b", "a\0b", "x" * 65, "-a", "_a", "a b", "ü", "a\n"], ids=ascii
)
def test_an_id_that_cannot_name_a_folder_is_refused(call: Caller, run_id: str) -> None:
    reply = call("POST", "/runs", {"display_name": "r", "run_id": run_id, "pipeline_spec": pipeline("true")})
    assert (reply.status, reply.json["code"]) == (400, 3)


@pytest.mark.parametrize("run_id", ["a", "0-A_b", "x" * 64])
def test_an_id_that_can_name_a_folder_is_taken(call: Caller, run_id: str) -> None:
    call("POST", "/runs", {"display_name": "r", "run_id": run_id, "pipeline_spec": pipeline("true")})
    assert call.wait(run_id)["state"] == "SUCCEEDED"


def test_the_folder_of_the_database_outlives_refused_ids(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with LocalServer(db=home / "kfp.db") as server:
        call = Caller(server.url)
        call("POST", "/runs", {"display_name": "r", "run_id": "..", "pipeline_spec": pipeline("true")})
        call("DELETE", "/runs/..")
    assert {file.name for file in tmp_path.iterdir()} == {"home"}
    assert (home / "kfp.db").exists()


def test_deleting_a_run_of_another_version_removes_no_folder_but_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "kfp.db.runs"
    folder.mkdir()
    with closing(Store(tmp_path / "kfp.db")) as store, closing(RunQueue(store, RunFiles(folder), 1)) as queue:
        delete(store, queue, "..")
    assert (tmp_path / "kfp.db").exists()
