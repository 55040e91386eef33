# SPDX-License-Identifier: Apache-2.0
"""A run that did not end well says why, in a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fixtures.run_states import Runs

from kfp_server_api import RunFailed
from kfp_server_api.waiting import wait_for_run

Said = Callable[..., str]


@pytest.fixture
def said(serve: Any, runs: Any) -> Said:
    """Return the message of a run that failed with these tasks."""

    def message(*tasks: dict[str, Any], **fields: Any) -> str:
        run = {"state": "FAILED", "run_details": {"task_details": list(tasks)}, **fields}
        with pytest.raises(RunFailed) as caught:
            wait_for_run(runs(serve(Runs({"r": [run]}))), "r", timeout=10, check=True)
        assert str(caught.value) == caught.value.message
        return caught.value.message.removeprefix("run 'name of r' (r) failed")

    return message


def task(name: str, state: str | None = "FAILED", error: str = "", **fields: Any) -> dict[str, Any]:
    given = {"display_name": name, "task_id": f"id of {name}", **fields}
    given.update({"state": state} if state else {})
    return {**given, "error": {"code": 13, "message": error}} if error else given


def node(name: str, state: str | None = "FAILED", *children: str) -> dict[str, Any]:
    """Return a node of a workflow as a cluster lists it."""
    return {
        **task(name, state),
        "child_tasks": [{"pod_name": f"p-abcde-{number}"} for number in (1, 2, 3)[: len(children)]],
    }


def cluster(*nodes: dict[str, Any], root: str = "FAILED") -> list[dict[str, Any]]:
    """Return what a cluster lists for a pipeline "p" with these nodes."""
    return [node("root", root, "a"), *nodes, node("root-driver", "SUCCEEDED", "root"), node("p-abcde", "FAILED", "a")]


def test_the_failing_tasks_and_their_errors(said: Said) -> None:
    tasks = [task("load", "SUCCEEDED"), task("clean", error="ValueError: no rows"), task("train", error="OSError")]
    assert said(*tasks) == ": task 'clean': ValueError: no rows; task 'train': OSError"


def test_a_task_without_an_error(said: Said) -> None:
    assert said(task("clean")) == ": task 'clean'"


def test_the_error_of_the_run_where_no_task_says_more(said: Said) -> None:
    assert said(error={"code": 13, "message": "the server was stopped"}) == ": the server was stopped"


def test_the_error_of_the_run_beside_those_of_tasks(said: Said) -> None:
    found = said(task("clean", error="ValueError"), error={"code": 13, "message": "and the disk is full"})
    assert found == ": task 'clean': ValueError; and the disk is full"


def test_an_error_of_the_run_that_says_the_same_again(said: Said) -> None:
    found = said(task("clean", error="ValueError"), error={"code": 13, "message": "task 'clean' failed: ValueError"})
    assert found == ": task 'clean': ValueError"


@pytest.mark.parametrize("fields", [{}, {"run_details": None}, {"run_details": {}}, {"error": {}}])
def test_a_run_that_does_not_say_why(said: Said, fields: Any) -> None:
    assert said(**fields) == "; the server does not say why, the logs of its pods may"


def test_a_group_is_left_out_where_one_of_its_tasks_failed(said: Said) -> None:
    loop = task("inner", error="1 task failed")
    assert said(loop, task("say", error="ValueError", parent_task_id=loop["task_id"])) == ": task 'say': ValueError"


def test_an_error_is_one_short_line_without_control_characters(said: Said) -> None:
    found = said(task("a\x1b[2Jb\n", error="Traceback:\n  line 1\r\n\x07 ValueError: " + "x" * 1000))
    assert found.startswith(": task 'a?[2Jb': Traceback: line 1 ? ValueError: xxx")
    assert len(found) < 400
    assert found.isprintable()


def test_many_failing_tasks_are_not_all_named(said: Said) -> None:
    found = said(*[task(f"t{number}", error="ValueError") for number in range(500)])
    assert found.endswith("task 't9': ValueError; and 490 more")


def test_iterations_that_failed_alike_are_named_once(said: Said) -> None:
    assert said(*[task("say", error="ValueError")] * 3) == ": task 'say': ValueError"


def test_helpers_of_a_cluster_are_no_tasks(said: Said) -> None:
    nodes = cluster(node("say-driver", "SUCCEEDED", "say"), node("say", "FAILED", "executor"), node("executor"))
    assert said(*nodes) == ": task 'say'"


def test_a_retried_executor_of_a_cluster_is_no_task(said: Said) -> None:
    assert said(*cluster(node("say"), node("executor"), node("executor(0)"), node("executor(1)"))) == ": task 'say'"


@pytest.mark.parametrize("name", ["for-loop-2", "condition-1", "condition-branches-3", "exit-handler-1", "iteration"])
def test_a_group_of_a_cluster_is_left_out(said: Said, name: str) -> None:
    nodes = cluster(node(f"{name}-driver", "SUCCEEDED"), node(name), node("say-driver", "SUCCEEDED"), node("say"))
    assert said(*nodes) == ": task 'say'"


def test_a_task_that_a_cluster_could_not_start(said: Said) -> None:
    assert said(*cluster(node("say-driver"), node("say", None))) == ": the driver of 'say'"


def test_a_task_in_a_loop_that_a_cluster_could_not_start(said: Said) -> None:
    nodes = cluster(node("for-loop-1-driver", "SUCCEEDED"), node("for-loop-1"), node("say-driver"), node("say", None))
    assert said(*nodes) == ": the driver of 'say'"


def test_a_group_of_a_cluster_is_named_where_nothing_in_it_failed(said: Said) -> None:
    assert said(*cluster(node("for-loop-1"))) == ": task 'for-loop-1'"


def test_lists_that_hold_nulls(said: Said) -> None:
    null: Any = None
    assert said(null, {**task("a"), "child_tasks": [None]}, state_history=[None]) == ": task 'a'"


def test_a_task_without_an_id(said: Said) -> None:
    tasks = [{"display_name": name, "state": "FAILED"} for name in "ab"]
    assert said(*tasks, error={"code": 13, "message": "and more"}) == ": task 'a'; task 'b'; and more"


def test_a_pipeline_that_a_cluster_could_not_start(said: Said) -> None:
    nodes = [node("p-abcde", "FAILED", "root-driver"), node("root-driver"), node("root", None)]
    assert said(*nodes) == ": the driver of 'root'"


def test_a_task_of_a_cluster_that_is_called_like_a_driver(said: Said) -> None:
    nodes = [node("screw", "SUCCEEDED"), node("screw-driver", "SUCCEEDED"), node("screw-driver"),
             node("screw-driver-driver", "SUCCEEDED"), node("executor")]  # fmt: skip
    assert said(*cluster(*nodes)) == ": task 'screw-driver'"


def test_tasks_of_a_local_server_that_are_called_like_helpers(said: Said) -> None:
    assert said(task("root"), task("executor"), task("screw"), task("screw-driver")) == (
        ": task 'root'; task 'executor'; task 'screw'; task 'screw-driver'"
    )
