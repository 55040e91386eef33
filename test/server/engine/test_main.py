# SPDX-License-Identifier: Apache-2.0
"""A few pipelines that kfp compiled and the child process of a run really runs, with all shapes of a graph.

No postponed annotations here: kfp reads those of components as types, and knows lists as `typing.List`.
"""
# ruff: noqa: UP006, UP014, UP035

import functools
import os
from typing import List, NamedTuple

import pytest

pytest.importorskip("kfp")
dsl = pytest.importorskip("kfp.dsl")

from fixtures.running import Ran, compiled, run  # noqa: E402

if os.name == "nt":
    pytest.skip("compiled components need a POSIX shell", allow_module_level=True)

component = functools.partial(dsl.component, base_image="python:3.11")


@component
def double(value: int) -> int:
    return 2 * value


@component
def total(values: List[int]) -> int:
    return sum(values)


@component
def say(text: str) -> str:
    return text


@component
def fail(text: str) -> int:
    print("\033[31mabout to fail\033[0m")
    raise ValueError(text)


@component
def status_text(status: dsl.PipelineTaskFinalStatus) -> str:
    name = status.pipeline_job_resource_name
    return f"{status.state} {status.pipeline_task_name} {name} {status.error_message}"


@component
def second_time(counter: str) -> int:
    with open(counter, "a", encoding="utf-8") as file:
        file.write("x")
    with open(counter, encoding="utf-8") as file:
        tries = len(file.read())
    if tries < 2:
        raise RuntimeError(f"try {tries}")
    return tries


@dsl.pipeline
def branching(value: int) -> str:
    with dsl.If(value > 10):
        big = say(text="big")
    with dsl.Elif(value == 10):
        ten = say(text="it's ten")
    with dsl.Else():
        small = say(text=f"small: {value}")
    return dsl.OneOf(big.output, ten.output, small.output)


@dsl.pipeline
def all_shapes(counter: str, value: int = 1) -> NamedTuple(
    "Outputs", [("doubled", List[int]), ("total", int), ("said", str), ("tries", int)]
):  # type: ignore[valid-type]
    with dsl.ParallelFor([{"n": 3}, {"n": 1}], parallelism=2) as item:
        doubled = double(value=item.n)
    summed = total(values=dsl.Collected(doubled.output))
    said = branching(value=value)
    tried = second_time(counter=counter).set_retry(num_retries=2, backoff_duration="0s")
    outputs = NamedTuple("Outputs", [("doubled", List[int]), ("total", int), ("said", str), ("tries", int)])
    return outputs(doubled=dsl.Collected(doubled.output), total=summed.output, said=said.output, tries=tried.output)


@dsl.pipeline
def leaving(text: str = "boom"):
    last = status_text()
    with dsl.ExitHandler(last, name="body"):
        failed = fail(text=text)
        double(value=failed.output)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run with a loop, branches in a nested pipeline, and a task that is tried again."""
    folder = tmp_path_factory.mktemp("all")
    return run(compiled(all_shapes, folder), folder, counter=str(folder / "counter"))


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A run that fails and has an exit handler."""
    folder = tmp_path_factory.mktemp("failed")
    return run(compiled(leaving, folder), folder)


def test_a_compiled_pipeline_gives_its_outputs(ran: Ran) -> None:
    assert ran.outputs == {"doubled": [6, 2], "total": 8, "said": "small: 1", "tries": 2}


def test_branches_that_are_not_taken_are_skipped(ran: Ran) -> None:
    skipped = [event["name"] for event in ran.events if event["state"] == "SKIPPED"]
    assert sorted(skipped) == ["condition-2", "condition-3"]


def test_tasks_stand_below_the_graph_that_holds_them(ran: Ran) -> None:
    (loop,) = {event["task_id"] for event in ran.tasks("for-loop-2")}
    iterations = [event for n in range(2) for event in ran.tasks(f"for-loop-2-iteration-{n}")]
    assert {event["parent_task_id"] for event in iterations} == {loop}
    assert {event["parent_task_id"] for event in ran.tasks("double")} == {e["task_id"] for e in iterations}
    assert ran.tasks("total")[0]["parent_task_id"] is None


def test_the_innermost_failed_task_and_its_exception_are_the_error(failed: Ran) -> None:
    assert (failed.last["state"], failed.last["outputs"]) == ("FAILED", None)
    log = failed.tasks("fail")[-1]["log"]
    assert failed.last["error"] == f"task 'fail' failed: ValueError: boom (log: {log})"
    assert failed.tasks("fail")[-1]["error"] == f"ValueError: boom (log: {log})"
    assert failed.states("exit-handler-1") == ["RUNNING", "FAILED"]


def test_a_task_that_waits_for_a_failed_one_is_not_reported(failed: Ran) -> None:
    assert failed.tasks("double") == []


def test_an_exit_task_learns_what_went_wrong(failed: Ran) -> None:
    said = failed.tasks("status-text")[-1]["outputs"]["Output"]
    assert said.startswith("FAILED exit-handler-1 leaving-run-1 task 'fail' failed: ValueError: boom")
