# SPDX-License-Identifier: Apache-2.0
"""The order, the data flow, the failures and the events of a pipeline, with functions in place of components."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from fixtures.graphs import artifact, double, failing, given, graph, loop, made, output, pipeline, run, task, value

from kfp_server_api.server.engine.dag import TaskRun

LIMIT = 10
NUMBER = {"parameterType": "NUMBER_INTEGER"}


def test_a_task_runs_after_those_that_it_waits_for() -> None:
    ran = run(pipeline({"c": task(after=("b",)), "b": task(value=output("a")), "a": task()}))
    assert ran.started == ["a", "b", "c"]


def test_tasks_that_do_not_wait_for_one_another_run_at_the_same_time() -> None:
    together = threading.Barrier(3)
    ran = run(pipeline({name: task() for name in "abc"}), lambda task: together.wait(LIMIT) and None)
    assert ran.outcome.state == "SUCCEEDED"


def test_so_many_components_run_at_once_and_no_more() -> None:
    together = threading.Barrier(2)
    ran = run(pipeline({f"t{n}": task() for n in range(8)}), lambda task: together.wait(LIMIT), most_at_once=2)
    assert ran.most_running("t") == 2


def test_a_task_that_waits_for_its_turn_has_not_started() -> None:
    ran = run(pipeline({"a": task(), "b": task()}), most_at_once=1)
    assert ran.changes == [("a", "RUNNING"), ("a", "SUCCEEDED"), ("b", "RUNNING"), ("b", "SUCCEEDED")]


def test_a_task_that_holds_others_takes_no_turn() -> None:
    components = {"outer": graph({"middle": loop("inner", [1, 2])}), "inner": graph({"leaf": task()})}
    ran = run(pipeline({"outer": task("outer")}, components), most_at_once=1)
    assert ran.states("outer") == ["RUNNING", "SUCCEEDED"]
    assert len(ran.started) == 2


@pytest.mark.parametrize("shape", ["side by side", "loop", "chain"])
def test_a_thousand_tasks_need_few_threads(shape: str) -> None:
    names = [f"t{n}" for n in range(1000)]
    tasks = {
        "side by side": {name: task() for name in names},
        "loop": {"loop": loop("body", list(range(1000)))},
        "chain": {name: task(after=(before,)) for before, name in zip(["", *names], names)},
    }
    most = [0]
    before = threading.active_count()

    def work(task: TaskRun) -> None:
        most[0] = max(most[0], threading.active_count() - before)

    ran = run(pipeline(tasks[shape], {"body": graph({"leaf": task()})}), work, most_at_once=3)
    assert len(ran.started) == 1000
    assert most[0] <= 3


def test_a_pipeline_without_tasks_succeeds() -> None:
    assert run(pipeline({})).outputs == {}


def test_tasks_that_wait_for_one_another_fail_the_run() -> None:
    ran = run(pipeline({"a": task(after=("b",)), "b": task(after=("a",))}))
    assert ran.error.startswith("tasks wait for one another: ")


def test_values_go_from_task_to_task_and_out() -> None:
    tasks = {"first": task(item=given("n")), "second": task(item=output("first"))}
    ran = run(pipeline(tasks, inputs={"n": NUMBER}, result="second.Output"), double, n=5)
    assert ran.outputs == {"result": 20}


def test_an_artifact_goes_from_task_to_task_as_it_is() -> None:
    data = made("data")
    seen = []

    def work(task: TaskRun) -> dict[str, Any]:
        seen.append(task.arguments.get("file"))
        return {"file": data}

    run(pipeline({"write": task(), "read": task(files={"file": artifact("write")})}), work)
    assert seen[1] is data


def test_a_missing_parameter_is_named() -> None:
    ran = run(pipeline({"a": task()}, inputs={"n": NUMBER}))
    assert ran.error == "parameter n is not optional, yet has neither default value nor user provided value"
    assert ran.events == []


def test_an_unknown_parameter_is_named() -> None:
    ran = run(pipeline({"a": task()}), vlaue=2)
    assert ran.error == "parameter(s) provided are not required by pipeline: vlaue"


def test_a_failed_task_carries_its_error() -> None:
    ran = run(pipeline({"fail": task()}), failing("fail"))
    assert ran.of("fail")[-1]["error"] == "boom"
    assert ran.error == "task 'fail' failed: boom"


def test_an_exception_in_place_of_an_outcome_fails_the_task() -> None:
    ran = run(pipeline({"a": task()}), lambda task: {}["absent"])
    assert ran.error == "task 'a' failed: KeyError: 'absent'"


def test_tasks_that_wait_for_a_failed_one_are_not_reported() -> None:
    tasks = {"fail": task(), "next": task(value=output("fail")), "last": task(after=("next",))}
    ran = run(pipeline(tasks), failing("fail"))
    assert ran.changes == [("fail", "RUNNING"), ("fail", "FAILED")]


def test_tasks_that_do_not_wait_for_a_failed_one_still_run() -> None:
    ran = run(pipeline({"fail": task(), "a": task(), "b": task(after=("a",))}), failing("fail"), most_at_once=1)
    assert ran.started == ["fail", "a", "b"]
    assert ran.outcome.state == "FAILED"


def test_the_first_failure_is_the_cause() -> None:
    ran = run(pipeline({"a": task(), "b": task(), "c": task()}), failing("b", "c"), most_at_once=1)
    assert ran.error == "task 'b' failed: boom"


def test_the_innermost_failed_task_is_the_cause() -> None:
    components = {"outer": graph({"inner": task("inner")}), "inner": graph({"fail": task()})}
    ran = run(pipeline({"outer": task("outer")}, components), failing("fail", text="deep"))
    assert ran.states("outer") == ["RUNNING", "FAILED"]
    assert {ran.of(name)[-1]["error"] for name in ("outer", "inner")} == {"task 'fail' failed: deep"}
    assert ran.error == "task 'fail' failed: deep"


def test_a_failed_run_has_no_outputs() -> None:
    ran = run(pipeline({"a": task(), "fail": task()}, result="a.Output"), failing("fail"))
    assert (ran.outcome.state, dict(ran.outcome.outputs)) == ("FAILED", {})


def test_an_input_from_a_place_that_is_not_known_fails_the_task() -> None:
    ran = run(pipeline({"a": task(value={"fromTheMoon": 1})}))
    assert ran.error == "task 'a' failed: input 'value' comes from fromTheMoon, which the local server does not know"
    assert ran.states("a") == ["FAILED"]


def test_an_input_that_cannot_be_worked_out_fails_its_task_alone() -> None:
    bad = task(value=given("table", 'parseJson(string_value)["absent"]'))
    ran = run(pipeline({"bad": bad, "good": task()}, inputs={"table": {"parameterType": "STRUCT"}}), table={"a": 1})
    assert ran.error == "task 'bad' failed: input 'value' takes the field 'absent' of {\"a\": 1}, which has none"
    assert ran.states("good") == ["RUNNING", "SUCCEEDED"]


def test_events_come_in_order_in_the_thread_that_runs_the_pipeline() -> None:
    ran = run(pipeline({"loop": loop("body", [1])}, {"body": graph({"leaf": task()})}), most_at_once=1)
    assert ran.changes == [
        *((name, "RUNNING") for name in ("loop", "loop-iteration-0", "leaf")),
        *((name, "SUCCEEDED") for name in ("leaf", "loop-iteration-0", "loop")),
    ]
    times = [event["time"] for event in ran.events]
    assert times == sorted(times)


def test_events_show_inputs_and_outputs() -> None:
    ran = run(pipeline({"a": task(n=value(1))}), lambda task: {"file": made("data"), "n": 2})
    running, succeeded = ran.of("a")
    assert (running["inputs"], running["outputs"]) == ({"n": 1}, None)
    assert (succeeded["inputs"], succeeded["outputs"]) == ({"n": 1}, {"file": made("data"), "n": 2})


def test_a_pipeline_runs_inside_a_pipeline() -> None:
    inner = graph({"double": task(item=given("n"))}, {"n": {**NUMBER, "defaultValue": 7.0}}, result="double.Output")
    tasks = {"first": task("inner"), "second": task("inner", n=output("first", "result"))}
    assert run(pipeline(tasks, {"inner": inner}, result="second.result"), double).outputs == {"result": 28}
