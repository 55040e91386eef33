# SPDX-License-Identifier: Apache-2.0
"""Replies as a server sends them, made without randomness: every run of the benchmarks reads the same bytes."""

from __future__ import annotations

import json
from typing import Any
from uuid import NAMESPACE_URL, uuid5

_STATES = (("PENDING", "00"), ("RUNNING", "05"), ("SUCCEEDED", "50"))


def list_page(runs: int = 200) -> str:
    """Return a page of runs without tasks."""
    return _page("runs", [run(number) for number in range(runs)])


def page_with_tasks(runs: int = 100, tasks: int = 20) -> str:
    """Return a page of runs with their tasks; 1.2 MB by default."""
    return _page("runs", [run(number, tasks) for number in range(runs)])


def one_run() -> str:
    """Return a run without tasks."""
    return json.dumps(run(0), separators=(",", ":"))


def pipelines(count: int = 1000) -> str:
    """Return a page of pipelines."""
    return _page("pipelines", [_pipeline(number) for number in range(count)])


def version_with_spec() -> dict[str, Any]:
    """Return a pipeline version with a compiled spec of 300 kB."""
    components = {f"comp-step-{number}": _component(number) for number in range(300)}
    spec = {"components": components, "schemaVersion": "2.1.0", "sdkVersion": "kfp-2.14.0"}
    return {"pipeline_id": _id("pipeline", 0), "display_name": "trained model, weekly", "pipeline_spec": spec}


def run(number: int, tasks: int = 0) -> dict[str, Any]:
    """Return a finished run."""
    found = {
        "experiment_id": _id("experiment", number % 7),
        "run_id": _id("run", number),
        "display_name": f"trained model, weekly {number}",
        "storage_state": "AVAILABLE",
        "pipeline_version_reference": {"pipeline_id": _id("pipeline", 1), "pipeline_version_id": _id("version", 1)},
        "runtime_config": {"parameters": {"rows": 1000 + number, "learning_rate": 0.01, "target": "price"}},
        "service_account": "pipeline-runner",
        "created_at": _time(number, "00"),
        "scheduled_at": _time(number, "00"),
        "finished_at": _time(number, "50"),
        "state": "SUCCEEDED",
        "state_history": [{"update_time": _time(number, second), "state": state} for state, second in _STATES],
    }
    if tasks:
        found["run_details"] = {"task_details": [_task(number, task) for task in range(tasks)]}
    return found


def _task(number: int, task: int) -> dict[str, Any]:
    return {
        "run_id": _id("run", number),
        "task_id": _id(f"task {task}", number),
        "display_name": f"step-{task}",
        "create_time": _time(number, "01"),
        "start_time": _time(number, "11"),
        "end_time": _time(number, "48"),
        "state": "SUCCEEDED",
        "state_history": [{"update_time": _time(number, second), "state": state} for state, second in _STATES[1:]],
        "child_tasks": [{"pod_name": f"weekly-{number}-{1234567890 + task}"}],
    }


def _pipeline(number: int) -> dict[str, Any]:
    return {
        "pipeline_id": _id("pipeline", number),
        "display_name": f"Pipeline {number}",
        "name": f"pipeline-{number}",
        "description": "Trains a model and compares it with the one in use.",
        "created_at": _time(number, "00"),
        "namespace": "team-data",
    }


def _component(number: int) -> dict[str, Any]:
    parameter = {"parameterType": "STRING", "description": f"What step {number} is given by the step before it. " * 6}
    return {
        "executorLabel": f"exec-step-{number}",
        "inputDefinitions": {"parameters": {"given": parameter, "rows": {"parameterType": "NUMBER_INTEGER"}}},
        "outputDefinitions": {"parameters": {"Output": parameter}},
    }


def _page(key: str, items: list[dict[str, Any]]) -> str:
    page = {key: items, "total_size": 10 * len(items), "next_page_token": "eyJTb3J0QnlGaWVsZE5hbWUiOiJJRCJ9"}
    return json.dumps(page, separators=(",", ":"))


def _id(kind: str, number: int) -> str:
    return str(uuid5(NAMESPACE_URL, f"{kind} {number}"))


def _time(number: int, second: str) -> str:
    return f"2024-{1 + number % 12:02}-{1 + number % 28:02}T12:{number % 60:02}:{second}Z"
