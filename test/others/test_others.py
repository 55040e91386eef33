# SPDX-License-Identifier: Apache-2.0
"""Clients that other generators make from the spec have all operations and work with the local server."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import yaml
from fixtures.others import REPORT, SPEC, Refused

NUMBERS = {"count": 500, "seed": 3}


@pytest.fixture(scope="session")
def pipeline(call: Any) -> Any:
    """A pipeline that this client uploaded."""
    return call.upload(REPORT.read_bytes(), "report.yaml", name=unique("report"), tags='{"team": "data"}')


@pytest.fixture(scope="session")
def run(call: Any, pipeline: Any) -> Any:
    """A run that this client started and followed to its end."""
    source = {"pipeline_id": pipeline["pipeline_id"]}
    asked = {
        "display_name": unique("run"),
        "pipeline_version_reference": source,
        "runtime_config": {"parameters": NUMBERS},
        "plugins_input": {"mine": {"any": [1, "two"]}},
    }
    run_id = call("run_service_create_run", body=("V2beta1Run", asked))["run_id"]
    deadline = time.monotonic() + 60
    while True:
        run = call("run_service_get_run", run_id)
        if run["finished_at"] >= run["created_at"]:
            return run
        assert time.monotonic() < deadline, run
        time.sleep(0.2)


def unique(name: str) -> str:
    return f"{name} {time.time_ns()}"


def test_it_has_all_operations(call: Any) -> None:
    paths = yaml.safe_load(SPEC.read_text(encoding="utf-8"))["paths"]
    assert set(call.operations) == {each["operationId"] for item in paths.values() for each in item.values()}


def test_an_upload_gives_the_pipeline_with_its_tags(pipeline: Any) -> None:
    assert pipeline["tags"] == {"team": "data"}


def test_the_outputs_of_a_run_are_read(run: Any) -> None:
    outputs = run["plugins_output"]["local"]["entries"]
    assert isinstance(outputs["mean"]["value"], float)
    assert outputs["report"]["value"].startswith("Measurements: mean")


def test_a_run_has_what_it_was_asked_for(run: Any) -> None:
    assert run["runtime_config"]["parameters"] == NUMBERS
    assert run["plugins_input"] == {"mine": {"any": [1, "two"]}}


def test_a_list_is_filtered_and_sorted(call: Any, run: Any) -> None:
    predicates = [{"operation": "EQUALS", "key": "display_name", "string_value": run["display_name"]}]
    page = call("run_service_list_runs", filter=json.dumps({"predicates": predicates}), sort_by="created_at desc")
    assert [each["run_id"] for each in page["runs"]] == [run["run_id"]]


def test_a_pipeline_is_patched(call: Any, pipeline: Any) -> None:
    changes = ("InlineObject", {"tags": {"stage": "test"}})
    assert call("pipeline_service_update_pipeline", pipeline["pipeline_id"], body=changes)["tags"] == {"stage": "test"}


def test_a_version_is_patched(call: Any, pipeline: Any) -> None:
    page = call("pipeline_service_list_pipeline_versions", pipeline["pipeline_id"])
    ids = (pipeline["pipeline_id"], page["pipeline_versions"][0]["pipeline_version_id"])
    changes = ("InlineObject1", {"display_name": "first"})
    assert call("pipeline_service_update_pipeline_version", *ids, body=changes)["display_name"] == "first"


def test_a_pipeline_spec_comes_back_as_it_was_sent(call: Any) -> None:
    spec = yaml.safe_load(REPORT.read_text(encoding="utf-8"))
    sent = call("run_service_create_run", body=("V2beta1Run", {"display_name": "inline", "pipeline_spec": spec}))
    assert call("run_service_get_run", sent["run_id"])["pipeline_spec"] == spec


def test_an_experiment_is_made_archived_and_deleted(call: Any) -> None:
    made = call("experiment_service_create_experiment", body=("V2beta1Experiment", {"display_name": unique("e")}))
    assert call("experiment_service_archive_experiment", made["experiment_id"]) == {}
    assert call("experiment_service_get_experiment", made["experiment_id"])["storage_state"] == "ARCHIVED"
    assert call("experiment_service_delete_experiment", made["experiment_id"]) == {}


def test_the_text_of_an_error_is_read(call: Any) -> None:
    with pytest.raises(Refused) as refused:
        call("run_service_get_run", "nope")
    assert (refused.value.said["code"], refused.value.said["details"][0]["message"]) == (5, "Run nope not found")


def test_the_text_of_a_refused_upload_is_read(call: Any) -> None:
    with pytest.raises(Refused) as refused:
        call.upload(b"nothing", "pipeline.yaml", name=unique("bad"))
    assert refused.value.said["error_message"].startswith("unknown template format")
