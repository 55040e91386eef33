# SPDX-License-Identifier: Apache-2.0
"""Values on their way out of tasks."""

from __future__ import annotations

from typing import Any

import pytest
from fixtures.graphs import Artifact

from kfp_server_api.server.engine.outcome import SKIPPED, SUCCEEDED, Outcome, TaskError
from kfp_server_api.server.engine.outputs import as_json, collect, graph_outputs

OUTCOMES = {
    "skipped": Outcome(SKIPPED),
    "first": Outcome(SUCCEEDED, {"out": 1, "file": "one"}),
    "second": Outcome(SUCCEEDED, {"out": 2, "file": "two"}),
}


def parameter(task: str) -> dict[str, Any]:
    return {"producerSubtask": task, "outputParameterKey": "out"}


def file(task: str) -> dict[str, Any]:
    return {"producerSubtask": task, "outputArtifactKey": "file"}


def test_a_graph_gives_the_outputs_that_it_declares() -> None:
    declared = {
        "parameters": {"x": {"valueFromParameter": parameter("first")}},
        "artifacts": {"y": {"artifactSelectors": [file("second")]}},
    }
    assert graph_outputs(declared, OUTCOMES) == {"x": 1, "y": "two"}


def test_one_of_gives_the_branch_that_ran() -> None:
    declared = {
        "parameters": {"x": {"valueFromOneof": {"parameterSelectors": [parameter("skipped"), parameter("second")]}}},
        "artifacts": {"y": {"artifactSelectors": [file("skipped"), file("second")]}},
    }
    assert graph_outputs(declared, OUTCOMES) == {"x": 2, "y": "two"}


def test_one_of_of_artifacts_needs_a_branch_that_ran() -> None:
    declared = {"artifacts": {"y": {"artifactSelectors": [file("skipped"), file("absent")]}}}
    with pytest.raises(TaskError, match="output 'y': none of the branches that could give it ran"):
        graph_outputs(declared, OUTCOMES)


def test_an_output_that_no_task_gave_is_left_out() -> None:
    assert graph_outputs({"parameters": {"x": {"valueFromParameter": parameter("skipped")}}}, OUTCOMES) == {}


def test_collected_outputs_are_those_that_the_component_declares() -> None:
    component = {"outputDefinitions": {"parameters": {"a": {}}, "artifacts": {"b": {}}}}
    assert collect(component, [{"a": 1, "b": "x", "c": 0}, {}, {"a": 3}]) == {"a": [1, 3], "b": ["x"]}


def test_values_become_json() -> None:
    values = {"n": 1, "list": (1, [Artifact("a")]), 5: {"x": None}}
    artifact = {
        "name": "a",
        "uri": "/files/a",
        "type": {"schemaTitle": "system.Dataset", "schemaVersion": "0.0.1"},
        "metadata": {},
    }
    assert as_json(values) == {"n": 1, "list": [1, [artifact]], "5": {"x": None}}


def test_whole_numbers_of_metadata_are_ints() -> None:
    metadata = as_json(Artifact("a", rows=3.0, share=0.5, shape=[2.0]))["metadata"]
    assert repr(metadata) == "{'rows': 3, 'share': 0.5, 'shape': [2]}"
