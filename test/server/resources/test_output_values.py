# SPDX-License-Identifier: Apache-2.0
"""Output values: a limit on each, and one copy of a large one."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import Any

import pytest
from fixtures.calling import Caller, pipeline

from kfp_server_api.server import LocalServer

MARK = "a value to be found again "
TEXT = {"parameterType": "STRING"}


@pytest.fixture(scope="module")
def parallel_runs() -> int:
    return 2


def writing(size: int) -> dict[str, Any]:
    """Return a pipeline whose task writes so many characters, which another task takes and the pipeline gives."""
    spec = pipeline("true")
    executor = spec["deploymentSpec"]["executors"]["exec-step"]["container"]
    executor["args"] = [f'printf "%s%0{size}d" "$0" 0 > "$1"', MARK, "{{$.outputs.parameters['out'].output_file}}"]
    executor["command"] = ["sh", "-c"]
    spec["deploymentSpec"]["executors"]["exec-take"] = {"container": {"command": ["true"], "image": "none"}}
    spec["components"]["comp-step"]["outputDefinitions"] = {"parameters": {"out": TEXT}}
    inputs = {"parameters": {"given": TEXT}}
    spec["components"]["comp-take"] = {"executorLabel": "exec-take", "inputDefinitions": inputs}
    produced = {"taskOutputParameter": {"producerTask": "step", "outputParameterKey": "out"}}
    take = {"componentRef": {"name": "comp-take"}, "dependentTasks": ["step"], "taskInfo": {"name": "take"}}
    spec["root"]["dag"]["tasks"]["take"] = {**take, "inputs": {"parameters": {"given": produced}}}
    given = {"producerSubtask": "step", "outputParameterKey": "out"}
    spec["root"]["dag"]["outputs"] = {"parameters": {"report": {"valueFromParameter": given}}}
    spec["root"]["outputDefinitions"] = {"parameters": {"report": TEXT}}
    return spec


def finished(call: Caller, size: int) -> dict[str, Any]:
    made = call("POST", "/runs", {"display_name": "r", "pipeline_spec": writing(size)})
    assert made.status == 200, made
    return call.wait(made.json["run_id"])


def entries(run: dict[str, Any]) -> dict[str, Any]:
    return {name: entry["value"] for name, entry in run["plugins_output"]["local"]["entries"].items()}


def test_a_larger_output_fails_its_task_by_name(call: Caller) -> None:
    run = finished(call, 1024 * 1024)
    assert run["state"] == "FAILED"
    assert "output 'out'" in run["error"]["message"]
    assert "may have 1048576" in run["error"]["message"]


@pytest.mark.parametrize("size", [100, 100_000])
def test_a_run_shows_an_output_under_all_its_names(call: Caller, size: int) -> None:
    run = finished(call, size)
    assert run["state"] == "SUCCEEDED", run
    assert entries(run) == dict.fromkeys(("report", "step.out"), MARK + "0" * size)


def test_a_list_has_a_large_output_once(call: Caller) -> None:
    run = finished(call, 100_000)
    listed = next(one for one in call("GET", "/runs", page_size=200).json["runs"] if one["run_id"] == run["run_id"])
    assert entries(listed) == {"report": MARK + "0" * 100_000}


def test_a_large_output_is_stored_once(call: Caller, server: LocalServer) -> None:
    run_id = finished(call, 100_000)["run_id"]
    with closing(sqlite3.connect(str(server.db))) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = [row for table in tables for row in connection.execute(f"SELECT * FROM {table}")]
    assert sum(json.dumps(row).count(MARK + "0" * 100) for row in rows if run_id in row) == 1


def test_the_large_outputs_of_a_run_go_with_it(call: Caller, server: LocalServer) -> None:
    run_id = finished(call, 100_000)["run_id"]
    assert call("DELETE", f"/runs/{run_id}").status == 200
    with closing(sqlite3.connect(str(server.db))) as connection:
        assert connection.execute("SELECT count(*) FROM run_values WHERE run_id = ?", (run_id,)).fetchone() == (0,)
