# SPDX-License-Identifier: Apache-2.0
"""The messages between the server and the process of a run.

The server writes a `RunRequest` as JSON to a file, whose name the process gets. The process sends events, one JSON
object a line: the run RUNNING, then those of tasks, and last the run SUCCEEDED or FAILED.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict, Union


class RunRequest(TypedDict):
    """A run to be executed."""

    spec: dict[str, Any]
    """The pipeline spec, or `{"pipeline_spec": ..., "platform_spec": ...}`."""
    parameters: dict[str, Any]
    """JSON values by name; those left out have their defaults."""
    descriptor: int
    """The socket, inherited by the process, that takes the events."""
    python_path: str | None
    """The PYTHONPATH that components get; None for none. The process itself has one to find this package."""


class RunEvent(TypedDict):
    """A change of the run itself."""

    type: Literal["run"]
    state: str
    """RUNNING, SUCCEEDED or FAILED."""
    time: float
    """Unix seconds."""
    error: str | None
    """Why the run failed: the innermost task that failed first, and its reason."""
    outputs: dict[str, Any] | None
    """JSON values of the pipeline's outputs by name; None but for a run that succeeded."""


class TaskEvent(TypedDict):
    """A change of one task; a loop, each iteration of one and a nested pipeline are tasks too."""

    type: Literal["task"]
    task_id: str
    """Unique in the server; the same in all events of the task."""
    name: str
    """The task's name in its graph; NAME-iteration-0 and so on for the iterations of a loop."""
    parent_task_id: str | None
    """The task that holds this one; None in the pipeline's own graph."""
    state: str
    """RUNNING, SUCCEEDED, FAILED or SKIPPED from the process; CANCELED is added by the server."""
    time: float
    """Unix seconds."""
    error: str | None
    """Why the task failed."""
    outputs: dict[str, Any] | None
    """JSON values by name, an artifact as its name, uri, type and metadata; None but for a task that succeeded."""
    inputs: dict[str, Any]
    """JSON values by name, as far as they are known when the task starts or is skipped."""
    log: str | None
    """Path of the file with all that the component printed; None where there is none, as while it runs."""


Event = Union[RunEvent, TaskEvent]


def run_event(state: str, time: float, *, error: str | None = None, outputs: dict[str, Any] | None = None) -> RunEvent:
    """Make the event of a run."""
    return {"type": "run", "state": state, "time": time, "error": error, "outputs": outputs}
