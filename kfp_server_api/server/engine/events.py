# SPDX-License-Identifier: Apache-2.0
"""The messages between the server and the process of a run.

The server writes a `RunRequest` as JSON to a file, which a `ForkRequest` names. The process sends events, one JSON
object a line: the run RUNNING, then those of tasks, and last the run SUCCEEDED or FAILED.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict, Union


class RunFacts(TypedDict):
    """What placeholders and macros say of a run, beside its id."""

    display_name: str
    created_at: float
    """Unix seconds."""
    scheduled_at: float | None
    """Unix seconds; None where nobody said when it was to start."""


class RunRequest(TypedDict):
    """A run to be executed."""

    spec: dict[str, Any]
    """The pipeline spec, or `{"pipeline_spec": ..., "platform_spec": ...}`."""
    parameters: dict[str, Any]
    """JSON values by name; those left out have their defaults."""
    facts: RunFacts
    tasks_at_once: int
    """How many components may run at the same time."""
    secrets: str | None
    """Path of the file of secrets and config maps; None for none."""


class ForkRequest(TypedDict):
    """A process to be forked for a run."""

    directory: str
    """The run's folder."""
    file: str
    """The file in it that holds the `RunRequest`."""
    environment: dict[str, str]
    """The environment variables of the process, which components get."""


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
    attempt: str
    """FAILED for the end of an attempt that another follows, RUNNING for the begin of that, in the state RUNNING;
    "" for a change of the state."""


Event = Union[RunEvent, TaskEvent]


def run_event(state: str, time: float, *, error: str | None = None, outputs: dict[str, Any] | None = None) -> RunEvent:
    """Make the event of a run."""
    return {"type": "run", "state": state, "time": time, "error": error, "outputs": outputs}
