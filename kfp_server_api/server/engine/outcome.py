# SPDX-License-Identifier: Apache-2.0
"""The outcome of a task."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

SUCCEEDED, FAILED, SKIPPED, RUNNING = "SUCCEEDED", "FAILED", "SKIPPED", "RUNNING"
# A task that never starts because one that it waits for failed; never reported.
BLOCKED = "BLOCKED"


class TaskError(ValueError):
    """A reason why a task fails, in words for those who wrote the pipeline."""


class Outcome(NamedTuple):
    """The end of a task: its state, and its outputs or the reason."""

    state: str
    outputs: Mapping[str, Any] = MappingProxyType({})
    error: str = ""
    """Why the task failed."""
    cause: str = ""
    """The same, beginning with the name of the innermost task that failed."""
    log: str | None = None
    """Path of a component's log."""


def failure(name: str, error: Exception) -> Outcome:
    """Return the outcome of a task that an exception ended."""
    return named(name, Outcome(FAILED, error=_reason(error)))


def named(name: str, outcome: Outcome) -> Outcome:
    """Return a component's outcome with the name of its task in the cause of a failure."""
    return outcome._replace(cause=f"task {name!r} failed: {outcome.error}") if outcome.error else outcome


def failed_inside(outcomes: Iterable[Outcome]) -> Outcome | None:
    """Return the outcome of what holds these tasks if one of them failed; the first that did is the cause."""
    causes = (outcome.cause for outcome in outcomes if outcome.state == FAILED)
    return next((Outcome(FAILED, error=cause, cause=cause) for cause in causes), None)


def _reason(error: Exception) -> str:
    return str(error) if isinstance(error, TaskError) else f"{type(error).__name__}: {error}"
