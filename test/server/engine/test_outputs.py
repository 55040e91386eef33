# SPDX-License-Identifier: Apache-2.0
"""Values on their way out of tasks."""

from __future__ import annotations

from typing import Any

import pytest

from kfp_server_api.server.engine.inputs import Scope
from kfp_server_api.server.engine.outcome import SKIPPED, SUCCEEDED, Outcome, TaskError
from kfp_server_api.server.engine.outputs import collect, flattened, graph_outputs

SCOPE = Scope({}, lambda task: {"of a branch"})
SCOPE.outcomes = {
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
    assert graph_outputs(declared, SCOPE) == {"x": 1, "y": "two"}


def test_one_of_gives_the_branch_that_ran() -> None:
    declared = {
        "parameters": {"x": {"valueFromOneof": {"parameterSelectors": [parameter("skipped"), parameter("second")]}}},
        "artifacts": {"y": {"artifactSelectors": [file("skipped"), file("second")]}},
    }
    assert graph_outputs(declared, SCOPE) == {"x": 2, "y": "two"}


def test_one_of_of_artifacts_needs_a_branch_that_ran() -> None:
    declared = {"artifacts": {"y": {"artifactSelectors": [file("skipped"), file("absent")]}}}
    with pytest.raises(TaskError, match="output 'y': none of the branches that could give it ran"):
        graph_outputs(declared, SCOPE)


def test_an_output_that_no_task_gave_is_left_out() -> None:
    assert graph_outputs({"parameters": {"x": {"valueFromParameter": parameter("skipped")}}}, SCOPE) == {}


def test_collected_outputs_are_those_that_the_component_declares() -> None:
    component = {"outputDefinitions": {"parameters": {"a": {}}, "artifacts": {"b": {}}}}
    assert collect(component, [{"a": 1, "b": "x", "c": 0}, {}, {"a": 3}]) == {"a": [1, 3], "b": ["x"]}


@pytest.mark.parametrize(("task", "key"), [("absent", "out"), ("first", "lost")])
def test_an_output_of_what_is_not_there_fails(task: str, key: str) -> None:
    source = {"valueFromParameter": {"producerSubtask": task, "outputParameterKey": key}}
    with pytest.raises(TaskError, match=f"output 'x': task '{task}' gave no output '{key}'"):
        graph_outputs({"parameters": {"x": source}}, SCOPE)


def test_an_output_of_a_branch_inside_that_was_not_taken_is_left_out() -> None:
    source = {"valueFromParameter": {"producerSubtask": "first", "outputParameterKey": "of a branch"}}
    assert graph_outputs({"parameters": {"x": source}}, SCOPE) == {}


def test_what_nested_loops_gave_is_said() -> None:
    component = {"outputDefinitions": {"parameters": {"a": {}}}}
    inner = collect(component, [{"a": [1]}, {"a": [2]}])
    outer = collect(component, [inner, inner])
    assert (outer["a"], flattened(inner)) == ([[1], [2], [1], [2]], "")
    assert flattened({"xs": outer["a"], "n": 1}) == (
        "its input 'xs' is one flat list of what nested loops gave, as on a cluster"
    )
