# SPDX-License-Identifier: Apache-2.0
"""Loops, with functions in place of components."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from fixtures.graphs import Failed, artifact, double, given, graph, loop, made, output, pipeline, run, task

from kfp_server_api.server.engine.dag import TaskRun

LIMIT = 10


def looping(items: Any, limit: int = 0, **root: Any) -> dict[str, Any]:
    """Make a pipeline that doubles each item, as the compiler does of a ParallelFor."""
    body = graph({"double": task(item=given("item"))}, {"item": {}}, doubled="double.Output")
    source = items if isinstance(items, str) else list(items)
    arguments = {items: given(items)} if isinstance(items, str) else {}
    return pipeline({"loop": loop("body", source, limit=limit, **arguments)}, {"body": body}, **root)


def test_a_loop_collects_in_the_order_of_its_items() -> None:
    ended = {n: threading.Event() for n in range(4)}
    ended[0].set()

    def work(task: TaskRun) -> int:
        assert ended[task.arguments["item"] - 1].wait(LIMIT)
        ended[task.arguments["item"]].set()
        return double(task)

    assert run(looping([3, 1, 2], result="loop.doubled"), work).outputs == {"result": [6, 2, 4]}


@pytest.mark.parametrize("items", [[3, 1], "[3, 1]"], ids=["list", "text"])
def test_a_loop_goes_over_a_parameter(items: Any) -> None:
    spec = looping("items", inputs={"items": {}}, result="loop.doubled")
    assert run(spec, double, items=items).outputs == {"result": [6, 2]}


def test_a_loop_over_nothing_collects_nothing() -> None:
    assert run(looping([], result="loop.doubled")).outputs == {"result": []}


def test_a_loop_over_no_list_fails() -> None:
    ran = run(looping("items", inputs={"items": {}}), items={"a": 1})
    assert ran.error == "task 'loop' failed: a loop needs a list to go over, not {\"a\": 1}"


def test_a_loop_collects_artifacts() -> None:
    seen = []

    def work(task: TaskRun) -> dict[str, Any]:
        seen.append(task.arguments.get("files"))
        return {"file": made(str(task.arguments.get("item")))}

    body = giving_file(graph({"write": task(item=given("item"))}, {"item": {}}), "write")
    tasks = {"loop": loop("body", ["a", "b"]), "read": task(files={"files": artifact("loop")})}
    run(pipeline(tasks, {"body": body}), work)
    assert [one["name"] for one in seen[-1]] == ["a", "b"]


def giving_file(body: dict[str, Any], producer: str) -> dict[str, Any]:
    """Have a graph give the artifact `file` of a task of its own."""
    body["dag"]["outputs"]["artifacts"] = {
        "file": {"artifactSelectors": [{"producerSubtask": producer, "outputArtifactKey": "file"}]}
    }
    body["outputDefinitions"]["artifacts"] = {"file": {}}
    return body


def test_all_iterations_run_at_once_where_nothing_limits_them() -> None:
    together = threading.Barrier(40)
    ran = run(looping(range(40)), lambda task: together.wait(LIMIT), most_at_once=40)
    assert ran.outcome.state == "SUCCEEDED"


def test_a_loop_runs_so_many_iterations_at_once_and_no_more() -> None:
    together = threading.Barrier(2)
    ran = run(looping(range(8), limit=2), lambda task: together.wait(LIMIT), most_at_once=8)
    assert ran.most_running("loop-iteration") == 2
    assert len(ran.started) == 8


def test_a_failed_iteration_fails_its_loop_after_the_others_have_run() -> None:
    def work(task: TaskRun) -> None:
        if task.arguments["item"] != 1:
            raise Failed(f"no {task.arguments['item']}")

    ran = run(looping([1, 2, 1, 3]), work)
    assert len(ran.started) == 4
    assert ran.of("loop")[-1]["error"] == "task 'double' failed: no 2"
    assert ran.error == "task 'double' failed: no 2"


def nested(items: Any, work: Any) -> Any:
    """Run a loop in a loop whose innermost task gives `Output` and `file`; a task at the end takes both."""
    step = graph({"step": task(item=given("item"))}, {"item": {}}, doubled="step.Output")
    inner = giving_file(step, "step")
    outer = graph({"in": loop("inner", "item", item=given("item"))}, {"item": {}}, doubled="in.doubled")
    last = task(files={"files": artifact("out")}, numbers=output("out", "doubled"))
    spec = pipeline({"out": loop("outer", items), "last": last}, {"inner": inner, "outer": giving_file(outer, "in")})
    return run(spec, work, most_at_once=1)


def test_loops_in_loops_collect_one_flat_list() -> None:
    def work(task: TaskRun) -> Any:
        item = task.arguments.get("item")
        return {"Output": item, "file": made(str(item))}

    given_last = nested([[1, 2], [3]], work).of("last")[0]["inputs"]
    assert given_last["numbers"] == [1, 2, 3]
    assert [each["name"] for each in given_last["files"]] == ["1", "2", "3"]


def test_a_list_that_an_iteration_gives_stays_one() -> None:
    def work(task: TaskRun) -> Any:
        item = task.arguments.get("item")
        return {"Output": [item, item], "file": made("x")}

    assert nested([[1, 2], [3]], work).of("last")[0]["inputs"]["numbers"] == [[1, 1], [2, 2], [3, 3]]


def test_an_item_becomes_what_its_variable_is() -> None:
    body = graph({"step": task(item=given("item"))}, {"item": {"parameterType": "STRING"}}, said="step.Output")
    spec = pipeline({"loop": loop("body", [1, 2.5, True, "x", {"a": 1}, 3.0, None])}, {"body": body}, all="loop.said")
    ran = run(spec, lambda task: task.arguments["item"])
    assert ran.outputs == {"all": ["1", "2.5", "true", "x", '{"a": 1}', "3", ""]}


def test_an_item_that_cannot_be_what_its_variable_is_fails_its_iteration_alone() -> None:
    body = graph({"step": task(item=given("item"))}, {"item": {"parameterType": "NUMBER_INTEGER"}})
    ran = run(pipeline({"loop": loop("body", [1, "two", 3])}, {"body": body}))
    assert len(ran.started) == 2
    assert (
        ran.error == "task 'loop-iteration-1' failed: the item of the loop, 'item', must be NUMBER_INTEGER, not 'two'"
    )


def test_a_loop_over_an_input_that_is_not_there_fails() -> None:
    body = graph({"step": task(item=given("item"))}, {"item": {}})
    assert run(pipeline({"loop": loop("body", "lost")}, {"body": body})).error == (
        "task 'loop' failed: the loop goes over its input 'lost', which has no value"
    )


def test_tasks_stand_below_the_task_that_holds_them() -> None:
    ran = run(looping([1, 2]), double)
    ids = {event["task_id"]: event for event in ran.events}
    (of_loop,) = {event["task_id"] for event in ran.of("loop")}
    iterations = {event["task_id"] for n in range(2) for event in ran.of(f"loop-iteration-{n}")}
    assert ran.of("loop")[0]["parent_task_id"] is None
    assert {ids[each]["parent_task_id"] for each in iterations} == {of_loop}
    assert {event["parent_task_id"] for event in ran.of("double")} == iterations
    assert len(ids) == 5


def test_a_path_is_made_of_the_names_of_the_tasks_that_hold_a_task() -> None:
    assert sorted(run(looping([1, 2]), double).started) == [f"loop/loop-iteration-{n}/double" for n in range(2)]
