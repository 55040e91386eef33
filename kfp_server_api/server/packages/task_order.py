# SPDX-License-Identifier: Apache-2.0
"""The order of a graph's tasks: which wait for which others."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

from kfp_server_api.server.packages import InvalidPipelineError

_PRODUCED = ("taskOutputParameter", "taskOutputArtifact", "taskFinalStatus")


def awaited_tasks(task: Mapping[str, Any]) -> list[str]:
    """Return the names of the tasks that must have ended before a task may start, each once.

    Parts of another shape than compilers write name no task.
    """
    inputs = _mapping(task.get("inputs"))
    sources = [*_mapping(inputs.get("parameters")).values(), *_mapping(inputs.get("artifacts")).values()]
    produced = [_mapping(_mapping(source).get(key)) for source in sources for key in _PRODUCED]
    dependent = task.get("dependentTasks")
    names = [*(dependent if isinstance(dependent, list) else ()), *(each.get("producerTask") for each in produced)]
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))


def task_order(tasks: Mapping[str, Mapping[str, Any]]) -> TopologicalSorter[str]:
    """Return the order in which a graph's tasks may start, prepared for `get_ready`.

    Tasks that are ready together come as they stand in the graph. A task that is not in the graph is not waited for.

    Raises:
        InvalidPipelineError: tasks wait for one another.
    """
    order: TopologicalSorter[str] = TopologicalSorter(dict.fromkeys(tasks, ()))
    for name, task in tasks.items():
        order.add(name, *(other for other in awaited_tasks(task) if other in tasks))
    try:
        order.prepare()
    except CycleError as cause:
        raise InvalidPipelineError(f"tasks wait for one another: {cycle_text(cause)}") from cause
    return order


def cycle_text(error: CycleError) -> str:
    """Return the names in a cycle, each before the one that it needs."""
    return " -> ".join(reversed(error.args[1]))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
