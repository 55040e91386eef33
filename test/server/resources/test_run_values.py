# SPDX-License-Identifier: Apache-2.0
"""What a run's own data become inside its pipeline."""

from __future__ import annotations

import os
from typing import Any

import pytest
from fixtures.calling import Caller, pipeline

if os.name == "nt":
    pytest.skip("the component is a shell script", allow_module_level=True)

STRING = {"parameterType": "STRING"}


@pytest.fixture(scope="module")
def parallel_runs() -> int:
    return 2


def saying(**inputs: dict[str, Any]) -> dict[str, Any]:
    """Make a pipeline whose one output is its task's inputs, one a line."""
    spec = pipeline('shift; printf "%s\\n" "$@" > "$0"', v=STRING, n={"parameterType": "LIST", "defaultValue": []})
    container = spec["deploymentSpec"]["executors"]["exec-step"]["container"]
    container["args"].extend(["{{$.outputs.parameters['o'].output_file}}", "--"])
    container["args"].extend(f"{{{{$.inputs.parameters['{name}']}}}}" for name in inputs)
    declared = {"parameters": {"o": STRING}}
    spec["root"]["outputDefinitions"] = declared
    step = {"inputDefinitions": {"parameters": dict.fromkeys(inputs, STRING)}, "outputDefinitions": declared}
    spec["components"]["comp-step"].update(step)
    spec["root"]["dag"]["tasks"]["step"]["inputs"] = {"parameters": inputs}
    source = {"valueFromParameter": {"producerSubtask": "step", "outputParameterKey": "o"}}
    spec["root"]["dag"]["outputs"] = {"parameters": {"o": source}}
    return spec


def said(
    call: Caller, spec: dict[str, Any], parameters: dict[str, Any], **fields: Any
) -> tuple[list[str], dict[str, Any]]:
    """Run a pipeline; return what it said, and the run."""
    body = {"display_name": "my run", "pipeline_spec": spec, "runtime_config": {"parameters": parameters}, **fields}
    run = call.wait(call("POST", "/runs", body).json["run_id"])
    assert run["state"] == "SUCCEEDED", run
    return run["plugins_output"]["local"]["entries"]["o"]["value"].splitlines(), run


def constant(text: str) -> dict[str, Any]:
    return {"runtimeValue": {"constant": text}}


def given(name: str) -> dict[str, Any]:
    return {"componentInputParameter": name}


def test_placeholders_name_the_run_and_the_task(call: Caller) -> None:
    names = ("job_name", "job_resource_name", "job_uuid", "task_name", "job_create_time_utc", "job_schedule_time_utc")
    spec = saying(**{name: constant(f"{{{{$.pipeline_{name}}}}}") for name in names})
    lines, run = said(call, spec, {"v": "x"}, scheduled_at="2024-03-01T00:00:05Z")
    resource = f"shell-{run['run_id'][:5]}"
    assert lines == ["my run", resource, run["run_id"], "step", run["created_at"], "2024-03-01T00:00:05Z"]


def test_macros_of_parameters_are_replaced_for_the_pipeline_and_not_in_the_reply(call: Caller) -> None:
    sent = {
        "v": "[[RunUUID]] [[ScheduledTime.2006-01-02]] [[Index]] {{$.pipeline_job_name}}",
        "n": ["[[RunUUID]]", 1.0],
    }
    lines, run = said(call, saying(v=given("v"), n=given("n")), sent, scheduled_at="2024-03-01T00:00:05Z")
    assert lines == [f"{run['run_id']} 2024-03-01 [[Index]] {{{{$.pipeline_job_name}}}}", f'["{run["run_id"]}", 1]']
    assert run["runtime_config"]["parameters"] == sent


def test_a_run_at_once_has_no_scheduled_time(call: Caller) -> None:
    lines, run = said(call, saying(v=given("v")), {"v": "[[ScheduledTime]] [[CurrentTime.2006-01-02T15:04:05Z07:00]]"})
    assert lines == [f"[[ScheduledTime]] {run['created_at']}"]
