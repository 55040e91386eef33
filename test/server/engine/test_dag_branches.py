# SPDX-License-Identifier: Apache-2.0
"""Branches, skipped tasks and exit handlers, with functions in place of components."""

from __future__ import annotations

from typing import Any

import pytest
from fixtures.graphs import failing, given, graph, output, pipeline, run, status, task, value

from kfp_server_api.server.engine.dag import TaskRun

NUMBER = {"parameterType": "NUMBER_INTEGER"}


def branching() -> dict[str, Any]:
    """Make a pipeline as the compiler does of If, Elif, Else and OneOf."""
    said = {name: graph({"say": task(text=text)}, {"n": NUMBER}, said="say.Output") for name, text in SAID.items()}
    n = "int(inputs.parameter_values['n'])"
    tasks = {
        "big": task("big", when=f"{n} > 10", n=given("n")),
        "ten": task("ten", when=f"!({n} > 10) && {n} == 10", n=given("n")),
        "small": task("small", when=f"!({n} > 10) && !({n} == 10)", n=given("n")),
    }
    branches = graph(tasks, {"n": NUMBER}, said=["big.said", "ten.said", "small.said"])
    components = {**said, "branches": branches}
    return pipeline(
        {"branches": task("branches", n=given("n"))}, components, inputs={"n": NUMBER}, said="branches.said"
    )


SAID = {"big": value("big"), "ten": value("it's ten"), "small": given("n")}


def say(task: TaskRun) -> Any:
    """Take the place of a component that returns its input."""
    return task.arguments["text"]


@pytest.mark.parametrize(("n", "said"), [(11, "big"), (10, "it's ten"), (1, 1)])
def test_the_branch_whose_condition_holds_runs(n: int, said: Any) -> None:
    assert run(branching(), say, n=n).outputs == {"said": said}


def test_branches_that_are_not_taken_are_skipped() -> None:
    ran = run(branching(), say, n=11)
    assert [event["name"] for event in ran.events if event["state"] == "SKIPPED"] == ["ten", "small"]
    assert ran.started == ["branches/big/say"]


def test_a_condition_that_cannot_be_evaluated_fails_its_task() -> None:
    ran = run(pipeline({"a": task(when="inputs.parameter_values['absent'] == 1")}))
    assert ran.error.startswith("task 'a' failed: a condition needs the parameter 'absent'")


def test_a_task_that_needs_the_output_of_a_skipped_one_is_skipped() -> None:
    tasks = {"a": task(when="false == true"), "b": task(value=output("a")), "c": task(value=output("b"))}
    ran = run(pipeline(tasks))
    assert ran.changes == [("a", "SKIPPED"), ("b", "SKIPPED"), ("c", "SKIPPED")]
    assert ran.outcome.state == "SUCCEEDED"


def test_a_task_that_only_waits_for_a_skipped_one_runs() -> None:
    assert run(pipeline({"a": task(when="1 == 2"), "b": task(after=("a",))})).started == ["b"]


@pytest.mark.parametrize("definition", [{"isOptional": True}, {"defaultValue": 1}], ids=["optional", "default"])
def test_an_input_that_may_be_missing_is_left_out_when_its_source_was_skipped(definition: dict[str, Any]) -> None:
    taking = {"inputDefinitions": {"parameters": {"value": definition}}}
    seen = []
    tasks = {"a": task(when="1 == 2"), "b": task("taking", value=output("a"))}
    run(pipeline(tasks, {"taking": taking}), lambda task: seen.append(task.arguments))
    assert seen == [{}]


def test_an_output_of_a_skipped_task_is_left_out() -> None:
    assert run(pipeline({"a": task(when="1 == 2")}, result="a.Output")).outputs == {}


def test_a_graph_none_of_whose_branches_ran_has_no_one_of() -> None:
    skipped = {"a": task(when="1 == 2"), "b": task(when="1 == 2")}
    inner = graph(skipped, said=["a.Output", "b.Output"])
    said = "output 'said': none of the branches that could give it ran"
    assert run(pipeline(skipped, said=["a.Output", "b.Output"])).error == said
    assert run(pipeline({"in": task("inner")}, {"inner": inner})).error == f"task 'in' failed: {said}"


def leaving() -> dict[str, Any]:
    """Make a pipeline as the compiler does of an exit handler."""
    tasks = {"body": task("body"), "leave": task(always=True, after=("body",), status=status("body"))}
    return pipeline(tasks, {"body": graph({"work": task()})})


def test_an_exit_task_runs_after_a_failure_and_learns_of_it() -> None:
    ran = run(leaving(), failing("work"))
    assert ran.of("leave")[-1]["inputs"]["status"] == {
        "state": "FAILED",
        "pipelineTaskName": "body",
        "pipelineJobResourceName": "",
        "error": {"code": 1, "message": "task 'work' failed: boom"},
    }
    assert ran.states("leave") == ["RUNNING", "SUCCEEDED"]
    assert ran.error == "task 'work' failed: boom"


def test_an_exit_task_learns_of_success() -> None:
    given_status = run(leaving()).of("leave")[-1]["inputs"]["status"]
    assert (given_status["state"], given_status["error"]) == ("COMPLETE", {})


def test_an_exit_task_runs_also_when_what_it_waits_for_never_started() -> None:
    tasks = {"fail": task(), "next": task(after=("fail",)), "leave": task(always=True, after=("next",))}
    assert run(pipeline(tasks), failing("fail")).started == ["fail", "leave"]


def test_an_exit_task_that_needs_the_output_of_a_failed_task_fails() -> None:
    ran = run(pipeline({"fail": task(), "leave": task(always=True, it=output("fail"))}), failing("fail"))
    assert ran.of("leave")[-1]["error"] == "task 'fail' gave no output 'Output'"


def test_a_task_that_needs_the_output_of_one_that_is_not_in_the_graph_fails() -> None:
    ran = run(pipeline({"a": task(it=output("absent"))}))
    assert ran.error == "task 'a' failed: task 'absent' gave no output 'Output'"


def test_a_final_status_of_a_task_that_is_not_in_the_graph_fails_its_task_alone() -> None:
    ran = run(pipeline({"a": task(status=status("absent")), "b": task()}))
    assert "task 'a' failed: its input is the final status of task 'absent', which is not in the graph" in ran.error
    assert ran.states("b") == ["RUNNING", "SUCCEEDED"]
