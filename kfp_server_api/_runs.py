# SPDX-License-Identifier: Apache-2.0
"""Runs in words: their titles, their tasks, and why they did not end well."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kfp_server_api.models import V2beta1RuntimeState

if TYPE_CHECKING:
    from collections.abc import Iterable

    from kfp_server_api.models import V2beta1PipelineTaskDetail, V2beta1Run

TERMINAL = tuple(V2beta1RuntimeState._terminal)
"""In a tuple, since a server may send a state that has no hash."""
GOOD = (V2beta1RuntimeState.SUCCEEDED, V2beta1RuntimeState.SKIPPED)
"""The terminal states of what did as it should."""
_LONGEST = 300
"""Characters of a text that come from a server."""
_SHOWN = 10
"""Items of a list that are written out."""
_DRIVER = "-driver"
_GROUP = re.compile(r"(?:for-loop|condition|condition-branches|exit-handler)-\d+|iteration\b.*")
"""Names that the kfp SDK and the cluster's compiler give to loops, conditions and exit handlers."""


def one_line(text: object) -> str:
    """Return a text for a message or a terminal: one line, not long, without control characters."""
    line = " ".join(str(text).split())
    line = line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"
    return "".join(each if each.isprintable() else "?" for each in line)


def listed(texts: Iterable[str]) -> str:
    """Return texts in one line, the first ten of them."""
    found = list(dict.fromkeys(texts))
    more = [f"and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
    return "; ".join(found[:_SHOWN] + more)


def title(run: V2beta1Run) -> str:
    """Return a run's name and ID."""
    name = f"{one_line(run.display_name)!r} " if run.display_name else ""
    return f"run {name}({run.run_id})"


def tasks_of(run: V2beta1Run) -> list[V2beta1PipelineTaskDetail]:
    """Return the entries of `run_details` that are tasks.

    A cluster lists every node of the run's workflow: beside the task `train` also `train-driver` and `executor`, and
    above all tasks `root` and the workflow itself.
    """
    details = _details(run)
    workflow = _workflow(details)
    if not workflow:
        return details
    names = set(map(_name, details))
    return [each for each in details if not _is_helper(_name(each), names, workflow)]


def failures(run: V2beta1Run) -> list[str]:
    """Return why a run failed: its failing tasks with their errors, then the run's own where that says more."""
    failed = [each for each in tasks_of(run) if each.state == V2beta1RuntimeState.FAILED]
    groups = {each.parent_task_id for each in failed} - {None}
    texts = [_failure(each) for each in failed if each.task_id not in groups and not _GROUP.fullmatch(_name(each))]
    texts += _failed_drivers(run)
    own = (run.error.message if run.error else "") or ""
    if own and not any(each.error and each.error.message and each.error.message in own for each in failed):
        texts.append(one_line(own))
    return texts or [_failure(each) for each in failed]


def _name(task: V2beta1PipelineTaskDetail) -> str:
    return task.display_name or ""


def _details(run: V2beta1Run) -> list[V2beta1PipelineTaskDetail]:
    details = (run.run_details.task_details if run.run_details else None) or []
    return list(filter(None, details))  # a list may hold nulls


def _workflow(details: list[V2beta1PipelineTaskDetail]) -> str:
    """Return the name of the workflow, with which the names of its pods begin; "" where tasks are no nodes of one."""
    pods = (child.pod_name for each in details for child in each.child_tasks or [] if child)
    return next((re.sub(r"-\d+$", "", pod) for pod in pods if pod), "")


def _is_helper(name: str, names: set[str], workflow: str) -> bool:
    if name in (workflow, "root") or re.fullmatch(r"executor(?:\(\d+\))?", name):
        return True
    # A task may be called so, too; it has a driver of its own then.
    return name.endswith(_DRIVER) and name.removesuffix(_DRIVER) in names and name + _DRIVER not in names


def _failure(task: V2beta1PipelineTaskDetail) -> str:
    error = (task.error.message if task.error else "") or ""
    return f"task {one_line(_name(task))!r}{f': {one_line(error)}' if error else ''}"


def _failed_drivers(run: V2beta1Run) -> list[str]:
    """Return the tasks of a cluster that could not begin: their drivers are what failed."""
    tasks = set(map(_name, tasks_of(run)))
    failed = [_name(each) for each in _details(run) if each.state == V2beta1RuntimeState.FAILED]
    drivers = [name.removesuffix(_DRIVER) for name in failed if name.endswith(_DRIVER) and name not in tasks]
    return [f"the driver of {one_line(name)!r}" for name in drivers]
