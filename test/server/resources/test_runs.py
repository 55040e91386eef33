# SPDX-License-Identifier: Apache-2.0
"""Runs, as a client sees them; they are really executed."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from fixtures.calling import FINAL, Caller, pipeline, shared

from kfp_server_api.server import LocalServer

pytest.importorskip("kfp", reason="kfp, which executes pipelines, is not installed")

NEVER = "1970-01-01T00:00:00Z"
FAILURE = "Internal Server Error"
NUMBER = {"parameterType": "NUMBER_INTEGER"}
NO_NUMBER = "input parameter p requires type double or integer, but the parameter value is not of number value type"
NO_TEXT = "input parameter p requires type string, but the input parameter is not of string value type"


@pytest.fixture(scope="module")
def parallel_runs() -> int:
    return 2


def start(call: Caller, spec: dict[str, Any], **fields: Any) -> dict[str, Any]:
    reply = call("POST", "/runs", {"display_name": "r", "pipeline_spec": spec, **fields})
    assert reply.status == 200, reply
    run: dict[str, Any] = reply.json
    return run


def refused(call: Caller, **fields: Any) -> tuple[int, str]:
    reply = call("POST", "/runs", {"display_name": "r", **fields})
    return reply.status, reply.message


def states(thing: dict[str, Any]) -> list[str]:
    return [entry["state"] for entry in thing["state_history"]]


@pytest.fixture(scope="module")
def finished(call: Caller) -> dict[str, Any]:
    """A run that has succeeded."""
    return call.wait(start(call, pipeline("true"))["run_id"])


@pytest.fixture(scope="module")
def failed(call: Caller) -> dict[str, Any]:
    """A run whose only task has failed."""
    return call.wait(start(call, pipeline("echo it is broken >&2", "exit 3"))["run_id"])


@pytest.fixture
def sleeping(call: Caller) -> Iterator[dict[str, Any]]:
    """A run that is running and would for a minute."""
    run = start(call, pipeline("sleep 60"))
    yield call.wait(run["run_id"], "RUNNING")
    call("DELETE", f"/runs/{run['run_id']}")


def test_new_run_is_pending_with_its_defaults(call: Caller) -> None:
    run = start(call, pipeline("true"))
    assert uuid.UUID(run["run_id"]).version == 4
    assert {key: run[key] for key in ("state", "storage_state", "finished_at", "service_account")} == {
        "state": "PENDING",
        "storage_state": "AVAILABLE",
        "finished_at": NEVER,
        "service_account": "pipeline-runner",
    }
    assert run["scheduled_at"] == run["created_at"]
    assert run["state_history"] == [{"update_time": run["created_at"], "state": "PENDING"}]
    assert run["pipeline_spec"] == pipeline("true")
    assert not run.keys() & {
        "run_details",
        "runtime_config",
        "pipeline_version_reference",
        "error",
        "description",
    }


def test_run_without_experiment_is_in_the_default_one(call: Caller, finished: dict[str, Any]) -> None:
    experiment = call("GET", f"/experiments/{finished['experiment_id']}").json
    assert experiment["display_name"] == "Default"
    assert experiment["last_run_created_at"] >= finished["created_at"]


def test_succeeded_run(finished: dict[str, Any]) -> None:
    assert finished["state"] == "SUCCEEDED"
    assert states(finished) == ["PENDING", "RUNNING", "SUCCEEDED"]
    assert finished["finished_at"] >= finished["created_at"]
    assert "error" not in finished


def test_task_of_a_succeeded_run(finished: dict[str, Any]) -> None:
    (task,) = finished["run_details"]["task_details"]
    assert (task["display_name"], task["state"], task["run_id"]) == ("step", "SUCCEEDED", finished["run_id"])
    assert states(task) == ["RUNNING", "SUCCEEDED"]
    assert finished["created_at"] <= task["start_time"] <= task["end_time"] <= finished["finished_at"]


def test_failed_run_says_why(failed: dict[str, Any]) -> None:
    assert (failed["state"], states(failed)) == ("FAILED", ["PENDING", "RUNNING", "FAILED"])
    assert failed["error"]["code"] == 13
    assert "step" in failed["error"]["message"]


def test_failed_task_says_why(failed: dict[str, Any]) -> None:
    (task,) = failed["run_details"]["task_details"]
    assert task["state"] == "FAILED"
    assert "it is broken" in task["error"]["message"]


def test_running_task_has_not_ended(call: Caller, sleeping: dict[str, Any]) -> None:
    deadline = time.monotonic() + 30
    while "run_details" not in sleeping:
        assert time.monotonic() < deadline
        sleeping = call("GET", f"/runs/{sleeping['run_id']}").json
    (task,) = sleeping["run_details"]["task_details"]
    assert (task["state"], task["end_time"]) == ("RUNNING", "0001-01-01T00:00:00Z")


def test_terminated_run_is_canceling_and_ends_failed(call: Caller, sleeping: dict[str, Any]) -> None:
    began = time.monotonic()
    assert call("POST", f"/runs/{sleeping['run_id']}:terminate").json == {}
    assert call("GET", f"/runs/{sleeping['run_id']}").json["state"] in ("CANCELING", "FAILED")
    run = call.wait(sleeping["run_id"])
    assert states(run) == ["PENDING", "RUNNING", "CANCELING", "FAILED"]
    assert "terminated by request" in run["error"]["message"]
    assert time.monotonic() - began < 20


def test_finished_run_cannot_be_terminated(call: Caller, finished: dict[str, Any]) -> None:
    reply = call("POST", f"/runs/{finished['run_id']}:terminate")
    assert (reply.status, reply.message) == (
        400,
        f"Failed to terminate a run {finished['run_id']}. Row not found",
    )


def test_deleted_run_is_gone_even_while_it_runs(call: Caller, sleeping: dict[str, Any]) -> None:
    path = f"/runs/{sleeping['run_id']}"
    assert call("DELETE", path).json == {}
    assert call("GET", path).message == f"Run {sleeping['run_id']} not found"


def test_runs_beyond_the_limit_wait_their_turn() -> None:
    with LocalServer(parallel_runs=1) as server:
        call = Caller(server.url)
        first = start(call, pipeline("sleep 60"))["run_id"]
        second, third = (start(call, pipeline("true"))["run_id"] for _ in range(2))
        call.wait(first, "RUNNING")
        assert call("GET", f"/runs/{second}").json["state"] == "PENDING"
        call("POST", f"/runs/{second}:terminate")
        waiting = call("GET", f"/runs/{second}").json
        assert states(waiting) == ["PENDING", "CANCELING", "FAILED"]
        call("POST", f"/runs/{first}:terminate")
        assert call.wait(third)["state"] == "SUCCEEDED"


def test_run_of_a_pipeline_takes_its_latest_version(call: Caller) -> None:
    content = json.dumps(pipeline("exit 1")).encode()
    pipeline_id = call.upload(content, name=str(uuid.uuid4())).json["pipeline_id"]
    newer = json.dumps(pipeline("true")).encode()
    version_id = call.upload(newer, to="upload_version", name="v2", pipelineid=pipeline_id).json["pipeline_version_id"]
    reference = {"pipeline_id": pipeline_id}
    run = call("POST", "/runs", {"display_name": "r", "pipeline_version_reference": reference}).json
    assert run["pipeline_version_reference"] == {**reference, "pipeline_version_id": version_id}
    assert "pipeline_spec" not in run
    assert call.wait(run["run_id"])["state"] == "SUCCEEDED"


def test_parameters_reach_the_task_and_come_back_as_sent(call: Caller) -> None:
    spec = pipeline("true", n=NUMBER)
    component = spec["components"]["comp-step"]
    component["inputDefinitions"] = {"parameters": {"n": NUMBER}}
    spec["root"]["dag"]["tasks"]["step"]["inputs"] = {"parameters": {"n": {"componentInputParameter": "n"}}}
    container = spec["deploymentSpec"]["executors"]["exec-step"]["container"]
    container["args"] = ['test "$0" = 41', "{{$.inputs.parameters['n']}}"]
    run = start(call, spec, runtime_config={"parameters": {"n": 41}})
    assert run["runtime_config"] == {"parameters": {"n": 41}}
    assert call.wait(run["run_id"])["state"] == "SUCCEEDED"


def test_outputs_of_run_and_tasks_are_in_plugins_output(call: Caller) -> None:
    pipeline_id = call.upload(shared("add_numbers.yaml"), name=str(uuid.uuid4())).json["pipeline_id"]
    body = {
        "display_name": "add",
        "pipeline_version_reference": {"pipeline_id": pipeline_id},
        "runtime_config": {"parameters": {"a": 2, "b": -2}},
    }
    run = call.wait(call("POST", "/runs", body).json["run_id"])
    assert run["plugins_output"]["local"] == {
        "state": "PLUGIN_SUCCEEDED",
        "entries": {"Output": {"value": 0}, "add-numbers.Output": {"value": 0}},
    }


def test_outputs_of_tasks_with_one_name_are_told_apart(call: Caller) -> None:
    spec = json.loads(json.dumps(yaml.safe_load(shared("parameters_simple.yaml"))))
    run = call.wait(start(call, spec)["run_id"])
    entries = run["plugins_output"]["local"]["entries"]
    doubled = {key: entry["value"] for key, entry in entries.items() if key.endswith(".double.Output")}
    assert doubled == {f"for-loop-2-iteration-{n}.double.Output": 2 * n + 2 for n in range(3)}


@pytest.mark.parametrize(
    ("given", "declared", "message"),
    [
        ({}, NUMBER, "parameter p is not optional, yet has neither default value nor user provided value"),
        ({"p": 1, "y": 2, "x": 3}, NUMBER, "parameter(s) provided are not required by pipeline: x, y"),
        ({"p": "1"}, NUMBER, NO_NUMBER),
        ({"p": True}, NUMBER, NO_NUMBER),
        ({"p": 1}, {"parameterType": "STRING"}, NO_TEXT),
        ({"p": None}, {"parameterType": "STRING", "isOptional": True}, NO_TEXT),
        (
            {"p": 1},
            {"parameterType": "BOOLEAN"},
            "input parameter p requires type bool, but the input parameter is not of bool value type",
        ),
        (
            {"p": {}},
            {"parameterType": "LIST"},
            "input parameter p requires type list, but the input parameter is not of list value type",
        ),
        (
            {"p": []},
            {"parameterType": "STRUCT"},
            "input parameter p requires type struct, but the input parameter is not of struct value type",
        ),
        (
            {"p": {}},
            {"parameterType": "TASK_FINAL_STATUS"},
            "input parameter p requires type TASK_FINAL_STATUS, which is invalid for root component",
        ),
        (
            {"p": "c"},
            {"parameterType": "STRING", "literals": ["a", "b"]},
            'input parameter "p" value "c" does not match any of the allowed literal values: "a", "b"',
        ),
    ],
)
def test_wrong_parameters_are_refused(
    call: Caller, given: dict[str, Any], declared: dict[str, Any], message: str
) -> None:
    spec = pipeline("true", p=declared)
    assert refused(call, pipeline_spec=spec, runtime_config={"parameters": given}) == (400, message)


@pytest.mark.parametrize("declared", [{**NUMBER, "defaultValue": 1}, {**NUMBER, "isOptional": True}])
def test_parameter_with_a_default_or_optional_may_be_missing(call: Caller, declared: dict[str, Any]) -> None:
    assert call.wait(start(call, pipeline("true", p=declared))["run_id"])["state"] == "SUCCEEDED"


def test_run_needs_a_name_and_a_source(call: Caller) -> None:
    for fields, reason in (
        ({"display_name": ""}, "Run name cannot be empty"),
        ({}, "Failed to fetch a template with an empty pipeline spec manifest"),
    ):
        reply = call("POST", "/runs", {"display_name": "r", **fields})
        assert (reply.status, reply.message, reply.reason.endswith(f": {reason}")) == (500, FAILURE, True)


@pytest.mark.parametrize(("length", "status"), [(255, 200), (256, 500)])
def test_a_name_has_255_characters_at_most(call: Caller, length: int, status: int) -> None:
    run = {"display_name": "ä" * length, "pipeline_spec": pipeline("true")}
    assert call("POST", "/runs", run).status == status


def test_unknown_parts_of_a_run_are_not_found(call: Caller) -> None:
    spec = pipeline("true")
    by_version = {"pipeline_version_id": "v"}
    assert refused(call, pipeline_spec=spec, experiment_id="e") == (404, "Experiment e not found")
    for reference, reason in (
        (by_version, "PipelineVersion v not found"),
        ({"pipeline_id": "p"}, "Pipeline p not found"),
    ):
        reply = call("POST", "/runs", {"display_name": "r", "pipeline_version_reference": reference})
        assert (reply.status, reply.reason.endswith(f": {reason}")) == (500, True)


@pytest.mark.parametrize("spec", [{}, {"pipelineInfo": {"name": "x"}}, {"pipeline_spec": {"root": 1}}])
def test_bad_inline_spec_is_refused(call: Caller, spec: Any) -> None:
    assert refused(call, pipeline_spec=spec) == (500, FAILURE)


@pytest.mark.parametrize("spec", [5, []])
def test_an_inline_spec_that_is_no_object_is_refused(call: Caller, spec: Any) -> None:
    reply = call("POST", "/runs", {"display_name": "r", "pipeline_spec": spec})
    assert (reply.status, reply.reason.startswith("proto: syntax error (line 1:40): unexpected token ")) == (400, True)


def test_inline_wrapper_without_platform_comes_back_unwrapped(call: Caller) -> None:
    run = start(call, {"pipeline_spec": pipeline("true")})
    assert run["pipeline_spec"] == pipeline("true")


def test_chosen_run_id_must_be_free(call: Caller) -> None:
    run_id = str(uuid.uuid4())
    assert start(call, pipeline("true"), run_id=run_id)["run_id"] == run_id
    assert refused(call, pipeline_spec=pipeline("true"), run_id=run_id) == (500, FAILURE)


def test_plugins_output_belongs_to_the_server(call: Caller) -> None:
    reply = call("POST", "/runs", {"display_name": "r", "plugins_output": {"x": {"state": "PLUGIN_FAILED"}}})
    assert (reply.status, reply.json["code"]) == (409, 10)


def test_list_is_of_one_experiment_where_it_is_named(call: Caller) -> None:
    experiment = call("POST", "/experiments", {"display_name": str(uuid.uuid4())}).json["experiment_id"]
    run = start(call, pipeline("true"), experiment_id=experiment)
    call.wait(run["run_id"])
    found = call("GET", "/runs", experiment_id=experiment).json
    assert found == {"runs": [call("GET", f"/runs/{run['run_id']}").json], "total_size": 1}
    assert call("GET", "/runs", experiment_id="x").status == 404


def test_list_by_state_in_both_vocabularies(call: Caller, failed: dict[str, Any]) -> None:
    for key, value in (("state", "FAILED"), ("status", "Failed")):
        predicates = [{"key": key, "operation": 1, "string_value": value}]
        found = call("GET", "/runs", filter=predicates, page_size=200).json["runs"]
        assert failed["run_id"] in [run["run_id"] for run in found]
        assert {run["state"] for run in found} == {"FAILED"}


@pytest.mark.parametrize(
    "field",
    [
        "id",
        "run_id",
        "name",
        "display_name",
        "created_at",
        "finished_at",
        "scheduled_at",
        "description",
        "storage_state",
        "status",
        "state",
        "namespace",
        "experiment_id",
        "recurring_run_id",
        "state_history",
    ],
)
def test_every_sort_field_goes_over_pages(
    call: Caller, finished: dict[str, Any], failed: dict[str, Any], field: str
) -> None:
    found: list[str] = []
    token = ""
    while token or not found:
        page = call("GET", "/runs", page_size=3, page_token=token, **({} if token else {"sort_by": f"{field} desc"}))
        assert page.status == 200, page
        found += [run["run_id"] for run in page.json["runs"]]
        token = page.json.get("next_page_token", "")
    assert len(found) == len(set(found)) == page.json["total_size"]


def test_archive_and_unarchive(call: Caller, finished: dict[str, Any]) -> None:
    path = f"/runs/{finished['run_id']}"
    for verb, state in (("archive", "ARCHIVED"), ("archive", "ARCHIVED"), ("unarchive", "AVAILABLE")):
        assert call("POST", f"{path}:{verb}").json == {}
        assert call("GET", path).json["storage_state"] == state


def test_archived_experiment_archives_its_runs_and_keeps_them_so(call: Caller) -> None:
    experiment = call("POST", "/experiments", {"display_name": str(uuid.uuid4())}).json["experiment_id"]
    run_id = start(call, pipeline("true"), experiment_id=experiment)["run_id"]
    call("POST", f"/experiments/{experiment}:archive")
    assert call("GET", f"/runs/{run_id}").json["storage_state"] == "ARCHIVED"
    reply = call("POST", f"/runs/{run_id}:unarchive")
    assert (reply.status, reply.json["code"]) == (400, 9)
    assert reply.message == f"Failed to unarchive run {run_id} as experiment {experiment} must be un-archived first"
    call("POST", f"/experiments/{experiment}:unarchive")
    assert call("GET", f"/runs/{run_id}").json["storage_state"] == "ARCHIVED"
    assert call("POST", f"/runs/{run_id}:unarchive").json == {}


def test_runs_outlive_their_experiment_and_pipeline(call: Caller) -> None:
    content = json.dumps(pipeline("true")).encode()
    experiment = call("POST", "/experiments", {"display_name": str(uuid.uuid4())}).json["experiment_id"]
    pipeline_id = call.upload(content, name=str(uuid.uuid4())).json["pipeline_id"]
    body = {
        "display_name": "r",
        "experiment_id": experiment,
        "pipeline_version_reference": {"pipeline_id": pipeline_id},
    }
    run = call("POST", "/runs", body).json
    call("DELETE", f"/experiments/{experiment}")
    call("DELETE", f"/pipelines/{pipeline_id}", cascade="true")
    kept = call.wait(run["run_id"], *FINAL)
    assert kept["experiment_id"] == experiment
    assert kept["pipeline_version_reference"] == run["pipeline_version_reference"]
    assert call("POST", f"/runs/{run['run_id']}:unarchive").message == f"Experiment {experiment} not found"


@pytest.mark.parametrize(
    ("method", "suffix"),
    [("GET", ""), ("DELETE", ""), ("POST", ":archive"), ("POST", ":unarchive"), ("POST", ":terminate")],
)
def test_unknown_run_is_not_found(call: Caller, method: str, suffix: str) -> None:
    assert call(method, f"/runs/x{suffix}").message == "Run x not found"
