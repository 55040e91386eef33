# SPDX-License-Identifier: Apache-2.0
"""Tasks that are tried again, with functions in place of components."""

from __future__ import annotations

from typing import Any

import pytest
from fixtures.graphs import Failed, failing, graph, pipeline, retried, run, task, until

from kfp_server_api.server.engine.dag import TaskRun


def third_time() -> Any:
    """Return a function in place of a component that succeeds when it is tried the third time."""
    tries: list[int] = []

    def work(task: TaskRun) -> int:
        tries.append(1)
        if len(tries) < 3:
            raise Failed(f"try {len(tries)}")
        return len(tries)

    return work


def test_a_task_is_tried_again_until_it_succeeds() -> None:
    ran = run(pipeline({"a": task(more=retried(5))}, result="a.Output"), third_time())
    assert ran.outputs == {"result": 3}
    assert ran.started == ["a", "a", "a"]


def test_a_task_fails_with_its_last_error_when_no_try_is_left() -> None:
    ran = run(pipeline({"a": task(more=retried(1))}), third_time())
    assert ran.error == "task 'a' failed: try 2"


def test_attempts_that_fail_are_reported_as_such() -> None:
    ran = run(pipeline({"a": task(more=retried(2))}), third_time())
    assert [(event["state"], event["attempt"]) for event in ran.events if event["name"] == "a"] == [
        ("RUNNING", ""),
        ("RUNNING", "FAILED"),
        ("RUNNING", "RUNNING"),
        ("RUNNING", "FAILED"),
        ("RUNNING", "RUNNING"),
        ("SUCCEEDED", ""),
    ]


def test_a_component_knows_how_often_it_was_tried() -> None:
    tried: list[int] = []

    def work(task: TaskRun) -> None:
        tried.append(task.attempt)
        raise Failed

    run(pipeline({"a": task(more=retried(2))}), work)
    assert tried == [0, 1, 2]


@pytest.mark.parametrize(
    ("backoff", "waited"),
    [
        ({}, [0, 0, 0, 0]),
        ({"backoffDuration": "1.5s"}, [1.5, 3, 6, 12]),
        ({"backoffDuration": "2s", "backoffFactor": 3}, [2, 6, 18, 54]),
        ({"backoffDuration": "2s", "backoffMaxDuration": "5s"}, [2, 4, 5, 5]),
        ({"backoffDuration": "3000s", "backoffMaxDuration": "9000s"}, [3000, 3600, 3600, 3600]),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_tries_wait_as_the_policy_says(backoff: dict[str, Any], waited: list[float]) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    run(pipeline({"fail": task(more=retried(4, **backoff))}), failing("fail"), sleep=sleep)
    assert slept == waited


def test_a_task_that_waits_to_be_tried_again_takes_no_turn() -> None:
    ran: list[str] = []

    def work(task: TaskRun) -> None:
        ran.append(task.name)
        if ran == ["a"]:
            raise Failed

    async def sleep(seconds: float) -> None:
        await until(lambda: "b" in ran)

    run(pipeline({"a": task(more=retried(1)), "b": task()}), work, most_at_once=1, sleep=sleep)
    assert ran == ["a", "b", "a"]


def test_a_nested_pipeline_is_not_tried_again() -> None:
    ran = run(pipeline({"in": task("inner", more=retried(3))}, {"inner": graph({"fail": task()})}), failing("fail"))
    assert ran.started == ["in/fail"]
