# SPDX-License-Identifier: Apache-2.0
"""The order of a graph's tasks: which wait for which others."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from fixtures.calling import Caller, pipeline

from kfp_server_api.server.packages import InvalidPipelineError
from kfp_server_api.server.packages.task_order import awaited_tasks, task_order

WAYS: dict[str, dict[str, Any]] = {
    "parameter": {"inputs": {"parameters": {"p": {"taskOutputParameter": {"producerTask": "a"}}}}},
    "artifact": {"inputs": {"artifacts": {"p": {"taskOutputArtifact": {"producerTask": "a"}}}}},
    "final status": {"inputs": {"parameters": {"p": {"taskFinalStatus": {"producerTask": "a"}}}}},
    "after": {"dependentTasks": ["a"]},
}


def after(*names: str) -> dict[str, Any]:
    return {"dependentTasks": list(names), "componentRef": {"name": "comp-step"}}


@pytest.mark.parametrize("task", WAYS.values(), ids=WAYS)
def test_a_task_waits_for_one_that_it_names(task: dict[str, Any]) -> None:
    assert awaited_tasks(task) == ["a"]


def test_a_task_that_is_named_twice_is_awaited_once() -> None:
    assert awaited_tasks({**WAYS["artifact"], **WAYS["after"]}) == ["a"]


@pytest.mark.parametrize(
    "task",
    [
        {},
        {"inputs": {"parameters": {"p": {"componentInputParameter": "q"}}}},
        {"inputs": {"parameters": {"p": {"runtimeValue": {"constant": 1}}}}},
        {"inputs": None, "dependentTasks": None},
        {"inputs": [], "dependentTasks": "a"},
        {"inputs": {"parameters": [1], "artifacts": "x"}, "dependentTasks": [[], {}]},
        {"inputs": {"parameters": {"p": 1, "q": {"taskOutputParameter": 2}}}},
        {"inputs": {"parameters": {"p": {"taskOutputParameter": {"producerTask": ["a"]}}}}},
    ],
    ids=repr,
)
def test_a_task_that_names_none_waits_for_none(task: dict[str, Any]) -> None:
    assert awaited_tasks(task) == []


def test_ready_tasks_come_as_they_stand_in_the_graph() -> None:
    tasks = {"last": after("b", "a"), "c": after(), "b": after(), "a": after()}
    order = task_order(tasks)
    assert order.get_ready() == ("c", "b", "a")


def test_a_task_is_ready_once_all_that_it_waits_for_are_done() -> None:
    order = task_order({"a": after(), "b": after(), "c": after("a", "b")})
    order.get_ready()
    order.done("a")
    assert order.get_ready() == ()
    order.done("b")
    assert order.get_ready() == ("c",)


def test_a_task_that_is_not_in_the_graph_is_not_waited_for() -> None:
    assert task_order({"a": after("absent")}).get_ready() == ("a",)


@pytest.mark.parametrize("way", WAYS)
def test_tasks_that_wait_for_one_another_are_named(way: str) -> None:
    tasks = {"a": after("b"), "b": WAYS[way], "c": after()}
    with pytest.raises(InvalidPipelineError, match=r"^tasks wait for one another: (a -> b -> a|b -> a -> b)$"):
        task_order(tasks)


def test_a_cycle_is_named_each_task_before_the_one_that_it_waits_for() -> None:
    tasks = {"a": after("b"), "b": after("c"), "c": after("a")}
    with pytest.raises(InvalidPipelineError) as caught:
        task_order(tasks)
    names = str(caught.value).partition(": ")[2].split(" -> ")
    assert all(tasks[name]["dependentTasks"] == [awaited] for name, awaited in zip(names, names[1:]))
    assert names[0] == names[-1]


def test_random_graphs_come_in_an_order_that_keeps_every_wait() -> None:
    rng = random.Random(5)
    for _ in range(50):
        names = [f"t{n}" for n in range(rng.randint(1, 30))]
        tasks = {name: after(*rng.sample(names[:n], rng.randint(0, min(n, 4)))) for n, name in enumerate(names)}
        shuffled = dict(rng.sample(list(tasks.items()), len(tasks)))
        done: list[str] = []
        order = task_order(shuffled)
        while order.is_active():
            for name in order.get_ready():
                assert set(tasks[name]["dependentTasks"]) <= set(done)
                done.append(name)
                order.done(name)
        assert sorted(done) == sorted(names)


def with_graph(where: str, tasks: dict[str, Any]) -> dict[str, Any]:
    """Return a pipeline with a graph as its own or as a component's."""
    spec = pipeline("true")
    (spec["root"] if where == "root" else spec["components"].setdefault(where, {}))["dag"] = {"tasks": tasks}
    return spec


@pytest.mark.parametrize("where", ["root", "comp-inner"])
def test_a_pipeline_whose_tasks_wait_for_one_another_is_refused(call: Caller, where: str) -> None:
    spec = with_graph(where, {"a": after("b"), "b": after("a")})
    reply = call("POST", "/runs", {"display_name": "r", "pipeline_spec": spec})
    assert reply.status == 500
    assert f"pipeline spec is invalid: the dag of {where}: tasks wait for one another: " in reply.reason


def test_a_task_that_waits_for_itself_is_refused(call: Caller) -> None:
    reply = call("POST", "/runs", {"display_name": "r", "pipeline_spec": with_graph("root", {"a": after("a")})})
    assert (reply.status, reply.reason.endswith(": the dag of root: tasks wait for one another: a -> a")) == (500, True)


def test_an_upload_whose_tasks_wait_for_one_another_is_refused(call: Caller) -> None:
    spec = with_graph("root", {"a": after("b"), "b": after("a")})
    reply = call.upload(json.dumps(spec).encode(), name="ring")
    assert reply.status == 400
    assert "tasks wait for one another: " in reply.reason
